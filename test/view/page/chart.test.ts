import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bookmakerOf } from '../../../functions/book/ids.ts'
import { type ChartLine, entryAt, extend, lineFrom, newLine } from '../../../functions/view/page/chart/chart-line.ts'
import { ChartModel } from '../../../functions/view/page/chart/chart-model.ts'
import { chanceMarks, chanceRange, linePath, oddsMarks, timeMarks } from '../../../functions/view/page/chart/scale.ts'
import type { History, HistoryLine } from '../../../functions/view/page/history-api.ts'
import { bookmaker, market, OddsWorld, selection, startMs } from '../client/odds-world.ts'

const x = selection('x')
type Step = [atMs: number, open: number | null, high: number | null, low: number | null, close: number | null]
const column = (steps: readonly Step[], at: 1 | 2 | 3 | 4) => steps.map((step) => step[at])
const told = (before: number | null | undefined, ...steps: Step[]): HistoryLine => ({
  selectionId: x,
  selectionName: 'X',
  bookmaker,
  side: 'last',
  before: before === undefined ? null : { atMs: -50, price: before },
  steps: {
    atMs: steps.map(([atMs]) => atMs),
    open: column(steps, 1),
    high: column(steps, 2),
    low: column(steps, 3),
    close: column(steps, 4),
  },
})
const tick = (atMs: number, price: number | null): Step => [atMs, price, price, price, price]
const points = ({ atMs, prices }: ChartLine) => atMs.map((ms, i) => [ms, prices[i]])

describe('a line of the chart', () => {
  it('begins with what held when the window did, and has each change once', () => {
    const line = lineFrom(told(0.4, tick(10, 0.4), tick(20, 0.5), tick(30, 0.5), tick(40, 0.6)), 0, 0, 'probability')
    expect(points(line)).toEqual([
      [0, 0.4],
      [20, 0.5],
      [40, 0.6],
    ])
  })

  it('keeps gaps as gaps, and begins where something is known (I8)', () => {
    expect(points(lineFrom(told(null, tick(20, 0.5), tick(30, null)), 0, 0, 'probability'))).toEqual([
      [20, 0.5],
      [30, null],
    ])
    expect(points(lineFrom(told(undefined), 0, 0, 'probability'))).toEqual([])
  })

  it('shows how far a step went, all of it within the step', () => {
    expect(points(lineFrom(told(undefined, [100, 0.5, 0.9, 0.2, 0.6]), 0, 100, 'probability'))).toEqual([
      [100, 0.5],
      [125, 0.2],
      [150, 0.9],
      [175, 0.6],
    ])
  })

  it('never goes back in time, and never invents a price', () => {
    const prices = fc.option(fc.integer({ min: 1, max: 99 }).map((n) => n / 100))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1_000), prices)), (said) => {
        const line = newLine(x, bookmaker, 'last')
        for (const [atMs, price] of said) extend(line, atMs, price, 'probability')
        expect(line.atMs).toEqual(line.atMs.toSorted((a, b) => a - b))
        for (const price of line.prices) expect(said.map(([, p]) => p)).toContain(price)
        for (const [i, ms] of line.atMs.entries()) expect(entryAt(line, ms)).toBeGreaterThanOrEqual(i)
      }),
    )
  })

  it('is drawn in steps, from edge to edge, with nothing where there is no price (I8)', () => {
    const line = lineFrom(told(0.5, tick(20, 1), tick(40, null), tick(60, 0), tick(500, 0.3)), 0, 0, 'probability')
    line.chances[1] = 1
    line.chances[3] = 0
    expect(linePath(line, { from: 0, to: 100, pixels: 100 }, { from: 0, to: 1, pixels: 10 })).toBe('M0 5H20V0H40M60 10H100')
    expect(linePath(line, { from: 30, to: 50, pixels: 100 }, { from: 0, to: 1, pixels: 10 })).toBe('M0 0H50')
  })
})

describe('the marks beside it', () => {
  it('are round, and span what the lines reach', () => {
    const line = lineFrom(told(0.31, tick(20, 0.42)), 0, 0, 'probability')
    const range = chanceRange([line], 0, 100)
    expect(range.from).toBeLessThan(0.31)
    expect(range.to).toBeGreaterThan(0.42)
    expect(chanceMarks(range.from, range.to, 6)).toEqual([0.35, 0.4])
    expect(chanceRange([], 0, 1)).toEqual({ from: 0, to: 1 })
    const flat = chanceRange([lineFrom(told(0.5), 0, 0, 'probability')], 0, 100)
    expect(flat.to - flat.from).toBeCloseTo(0.04)
  })

  it('are round odds where odds are shown, with room between them', () => {
    const odds = (from: number, to: number) =>
      oddsMarks(1 / to, 1 / from, 6)
        .map((chance) => Number((1 / chance).toFixed(6)))
        .toReversed()
    expect(odds(2.17, 4.17)).toEqual([2.25, 2.5, 3, 4])
    expect(odds(1.02, 1.09)).toEqual([1.02, 1.05, 1.08])
    expect(odds(1.1, 90)).toEqual([1.5, 2, 4, 10])
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.95, noNaN: true }), fc.double({ min: 0.04, max: 1, noNaN: true }), (from, span) => {
        const to = Math.min(1, from + span)
        const marks = oddsMarks(from, to, 6)
        expect(marks.length).toBeGreaterThan(0)
        for (const [i, mark] of marks.entries()) {
          expect(mark).toBeGreaterThanOrEqual(from)
          expect(mark).toBeLessThanOrEqual(to + 1e-9)
          expect(Math.abs((100 / mark) % 1) % 1).toSatisfy((rest: number) => Math.min(rest, 1 - rest) < 1e-6)
          if (i > 0) expect(mark - (marks[i - 1] ?? 0)).toBeGreaterThanOrEqual((to - from) / 6)
        }
      }),
    )
  })

  it('are round times of the reader’s clock', () => {
    const from = Date.UTC(2026, 0, 1, 20, 10)
    const offsetMs = 5.5 * 3_600_000
    const marks = timeMarks(from, from + 24 * 3_600_000, 8, offsetMs)
    expect(marks.map(({ atMs }) => new Date(atMs + offsetMs).toISOString().slice(11, 16))).toEqual([
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      '00:00',
    ])
    expect(marks.filter(({ isDay }) => isDay)).toHaveLength(1)
  })
})

describe('the chart of a market', () => {
  const a = market('a')
  const world = () => {
    const world = new OddsWorld()
    world.open(a)
    world.tick(a, 'x', { last: 0.5 }, { observedAtMs: startMs })
    return world
  }
  const history = (...steps: Step[]): History => ({
    fromMs: startMs - 1_000,
    toMs: startMs,
    stepMs: 0,
    lines: [told(undefined, ...steps), { ...told(0.9), bookmaker: bookmakerOf('another') }],
  })
  const linesOf = (model: ChartModel) => {
    const { value } = model.state
    return value.state === 'ready' ? new Map([...value.lines].map(([id, line]) => [id, points(line)])) : value
  }

  it('goes on from its history as the book does, also for what came while that was on its way', async () => {
    const odds = world()
    const model = new ChartModel(async () => {
      odds.tick(a, 'x', { last: 0.6 }, { observedAtMs: startMs + 10 })
      return { ok: true, value: history(tick(startMs, 0.5)) }
    })
    await model.load(a, bookmaker, '24h', startMs, () => odds.book(a))
    odds.tick(a, 'y', { last: 0.1 }, { observedAtMs: startMs + 20 })
    model.follow(odds.book(a), bookmaker)
    odds.tick(a, 'x', { last: 0.6 }, { status: 'suspended', observedAtMs: startMs + 30 })
    model.follow(odds.book(a), bookmaker)
    expect(linesOf(model)).toEqual(
      new Map([
        [
          x,
          [
            [startMs, 0.5],
            [startMs + 10, 0.6],
            [startMs + 30, null],
          ],
        ],
        [selection('y'), [[startMs + 20, 0.1]]],
      ]),
    )
  })

  it('shows the answer to what was asked last, and says why there is none', async () => {
    const odds = world()
    const answers: ((ok: boolean) => void)[] = []
    const model = new ChartModel(
      () =>
        new Promise((resolve) => {
          answers.push((ok) => resolve(ok ? { ok, value: history(tick(startMs, 0.4)) } : { ok, reason: 'away' }))
        }),
    )
    const loads = [1, 2].map(() => model.load(a, bookmaker, 'all', startMs, () => odds.book(a)))
    answers[1]?.(true)
    answers[0]?.(false)
    await Promise.all(loads)
    expect(model.state.value.state).toBe('ready')
    const third = model.load(a, bookmaker, '1h', startMs, () => odds.book(a))
    answers[2]?.(false)
    await third
    expect(linesOf(model)).toEqual({ state: 'failed', reason: 'away' })
  })
})
