import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { StepFold } from '../../../functions/view/history/fold.ts'
import { stepsOf, type Told } from '../../support/steps-model.ts'

/** Few prices and short distances: repeats, gaps, and ticks where steps begin come up all the time. */
const story = fc
  .array(fc.tuple(fc.nat({ max: 6 }), fc.constantFrom(null, 0.1, 0.25, 0.5, 0.75), fc.constantFrom(null, 8.5, 9)), {
    maxLength: 30,
  })
  .map((all) => {
    let atMs = 1_000
    return all.map(([laterMs, price, point]): Told => ({ atMs: (atMs += laterMs), price, point }))
  })

function folded(line: readonly Told[], window: { fromMs: number; toMs: number; stepMs: number }) {
  const fold = new StepFold(window)
  for (const { atMs, price, point } of line) if (atMs >= window.fromMs && atMs < window.toMs) fold.add(atMs, price, point)
  fold.begin(line.findLast(({ atMs }) => atMs < window.fromMs)?.price ?? null)
  return fold.steps
}

describe('the steps of a line', () => {
  it('are what one would say looking at all of it at once', () => {
    fc.assert(
      fc.property(
        story,
        fc.constantFrom(0, 1, 3, 7, 20),
        fc.nat({ max: 60 }),
        fc.nat({ max: 90 }),
        (line, stepMs, from, length) => {
          const fromMs = stepMs === 0 ? 1_000 + from : 1_000 + from - ((1_000 + from) % stepMs)
          const window = { fromMs, toMs: fromMs + length, stepMs }
          expect(folded(line, window)).toEqual(stepsOf(line, window))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('begin with the price that held before, and leave out steps in which nothing happened', () => {
    const line = [
      { atMs: 5, price: 0.5, point: null },
      { atMs: 23, price: 0.25, point: null },
      { atMs: 28, price: 0.75, point: null },
      { atMs: 57, price: 0.75, point: null },
    ]
    expect(folded(line, { fromMs: 10, toMs: 100, stepMs: 10 })).toEqual({
      atMs: [20, 50],
      open: [0.5, 0.75],
      high: [0.75, 0.75],
      low: [0.25, 0.75],
      close: [0.75, 0.75],
      last: [0.75, 0.75],
      point: [null, null],
      ticks: [2, 1],
    })
  })

  it('end in a gap where the price is gone, and tell the last that there was (I8)', () => {
    const line = [
      { atMs: 12, price: 0.5, point: null },
      { atMs: 15, price: null, point: null },
      { atMs: 33, price: 0.25, point: null },
    ]
    expect(folded(line, { fromMs: 10, toMs: 40, stepMs: 10 })).toMatchObject({
      atMs: [10, 30],
      open: [null, null],
      close: [null, 0.25],
      last: [0.5, 0.25],
    })
  })
})
