import { describe, expect, it } from 'vitest'

import { marketIdOf, feedName } from '../../../functions/book/ids.ts'
import type { MarketDelta } from '../../../functions/book/wire.ts'
import { framesOf } from '../../../scripts/bench/board/frames.ts'
import type { Noted } from '../../../scripts/bench/board/in-page/noted.ts'
import { inventedTape } from '../../../scripts/bench/board/invented.ts'
import { optionsOf } from '../../../scripts/bench/board/options.ts'
import { recordedTape } from '../../../scripts/bench/board/recorded.ts'
import { selectionsOf, type Tape, ticksBetween } from '../../../scripts/bench/board/tape.ts'
import { ToldTicks } from '../../../scripts/bench/board/told.ts'

function expectTrue(tape: Tape, moves: number) {
  const shown = new Map(tape.opening.map((snapshot) => [snapshot.marketId, snapshot]))
  for (let i = 0; i < moves; i++) {
    const { snapshot, ticks } = tape.next()
    const before = shown.get(snapshot.marketId)
    expect(before && ticksBetween(before, snapshot)).toBe(ticks)
    expect(ticks).toBeGreaterThan(0)
    shown.set(snapshot.marketId, snapshot)
  }
}

describe('what the bench of the board plays', () => {
  it('is as large as asked, and moves by as many ticks as it says', () => {
    const tape = inventedTape(1_000)
    expect(selectionsOf(tape)).toBe(1_000)
    expectTrue(tape, 5_000)
  })

  it('begins anew when the recorded day is over', async () => {
    const tape = await recordedTape()
    expect(selectionsOf(tape)).toBeGreaterThan(800)
    expectTrue(tape, 5_000)
  })
})

describe('what the bench of the board tells', () => {
  const market = marketIdOf(feedName('bench'), '1')
  const delta = (from: number, to: number, observedAtMs: readonly number[]) =>
    ({
      id: market,
      from,
      to,
      status: 'open',
      ticks: observedAtMs.map((observedAtMs) => ({ observedAtMs })),
    }) as unknown as MarketDelta

  it('counts a tick from its message to the frame in which its card went past it, and none that no card in the document showed', () => {
    const told = new ToldTicks()
    told.hear(delta(1, 1, [900]), 0, 1_000)
    told.hear(delta(2, 3, [1_000, 1_050]), 0, 1_100)
    told.hear(delta(4, 4, [1_150]), 0, 1_200)
    told.compare([{ market, from: 1, to: 4, shownAtMs: 1_216 }])
    expect(told.sinceSentMs).toEqual([116, 116, 16])
    expect(told.sinceReadMs).toEqual([216, 166, 66])
    expect(told.ticks).toBe(4)
  })

  it('adds up the frames of what was taken out of the page in turn', () => {
    const noted = (frames: number[], longestFrameMs: number): Noted => ({
      cards: [],
      frames,
      longestFrameMs,
      longTasks: 1,
      looks: 0,
      holes: 0,
      firstPriceMs: null,
    })
    const at = (counts: Record<number, number>) => Array.from({ length: 1_001 }, (_, ms) => counts[ms] ?? 0)
    const all = framesOf([noted(at({ 17: 98, 50: 1 }), 50), noted(at({ 17: 100, 51: 1 }), 51)])
    expect(all).toEqual({ count: 200, over50Ms: 1, p99Ms: 17, longestMs: 51, longTasks: 2 })
  })

  it('takes options in words, and refuses what makes no sense', () => {
    expect(optionsOf(['--minutes', '10'])).toEqual({ minutes: 10, perSecond: 500, headed: false })
    expect(optionsOf(['--help'])).toHaveProperty('help')
    expect(() => optionsOf(['--rate', '0'])).toThrow('--rate takes a number above 0, not "0"')
  })
})
