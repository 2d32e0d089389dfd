import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { StoredBook } from '../../functions/book/documents.ts'
import type { Tick } from '../../functions/book/tick.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { maxTicksPerWrite, plan } from '../../functions/dedupe/plan.ts'
import { gone, messages, quoted, snapshotOf } from '../support/arbitrary.ts'
import { valuesOf, valuesOfTicks } from '../support/replay.ts'

/** More selections than one write holds, so that every plan is cut somewhere. */
const wide = (asOfMs: number, price: number) =>
  snapshotOf('m', asOfMs, { selections: Array.from({ length: 250 }, (_, i) => quoted(`s${i}`, { last: price })) })

const arrive = (all: readonly ReturnType<typeof gone>[]) =>
  all.map((message, i) => ({ message, at: { partition: '0', sequence: i } }))

describe('plan', () => {
  it('writes in one go what message after message would have written', () => {
    fc.assert(
      fc.property(messages('m'), (all) => {
        const { writes, book } = plan(arrive(all), undefined, 9_000)
        let alone: StoredBook | undefined
        const ticks: Tick[] = []
        for (const { message, at } of arrive(all)) {
          const verdict = judge(message, at, alone, 9_000)
          if (verdict.kind === 'fresh') {
            alone = verdict.book
            ticks.push(...verdict.ticks)
          }
        }
        expect(writes.length).toBeLessThanOrEqual(1)
        expect(writes.flatMap((write) => write.ticks)).toEqual(ticks)
        expect(valuesOf(book)).toEqual(valuesOf(alone))
      }),
    )
  })

  it('cuts what is too large for one write in seq order, every cut a true book (I1, I11)', () => {
    const { writes } = plan(arrive([wide(1, 0.1), wide(2, 0.5), gone('m', 3)]), undefined, 9_000)
    expect(writes.map(({ ticks }) => ticks.length)).toEqual([99, 99, 99, 99, 99, 99, 99, 57])
    const stored: Tick[] = []
    for (const { book, ticks } of writes) {
      stored.push(...ticks)
      expect(valuesOf(book)).toEqual(valuesOfTicks(stored))
    }
  })

  it('goes on exactly where a crash between two writes left it, when the batch comes again (I5)', () => {
    const all = arrive([wide(1, 0.1), wide(1, 0.5), wide(2, 0.25), gone('m', 3)])
    const whole = plan(all, undefined, 9_000)
    for (let survived = 0; survived <= whole.writes.length; survived++) {
      const before = whole.writes.slice(0, survived)
      const again = plan(all, before.at(-1)?.book, 9_500)
      const ticks = [...before, ...again.writes].flatMap((write) => write.ticks)
      expect(ticks.map(({ seq }) => seq)).toEqual(ticks.map((_, i) => i + 1))
      expect(valuesOfTicks(ticks)).toEqual(valuesOf(again.book ?? before.at(-1)?.book))
      expect(ticks).toHaveLength(whole.writes.flatMap((write) => write.ticks).length)
    }
  })

  it('never asks the store for more than one batch may hold', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }), (prices) => {
        const { writes } = plan(arrive(prices.map((price, i) => wide(i + 1, price / 10))), undefined, 9_000)
        for (const { ticks } of writes) expect(ticks.length).toBeLessThanOrEqual(maxTicksPerWrite)
      }),
      { numRuns: 20 },
    )
  })

  it('remembers the instant of a duplicate without writing it, so that what is older counts as stale (I2)', () => {
    const same = (asOfMs: number) => snapshotOf('m', asOfMs, { selections: [quoted('a', { last: 0.1 })] })
    const first = plan(arrive([same(1), same(9)]), undefined, 9_000)
    expect(first.writes).toHaveLength(1)
    const late = { message: snapshotOf('m', 5, { selections: [quoted('a', { last: 0.5 })] }), at: undefined }
    expect(plan([late], first.book, 9_000).verdicts).toEqual([{ kind: 'stale', behindByMs: 4 }])
  })
})
