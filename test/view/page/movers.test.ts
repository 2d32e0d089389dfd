import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { quoteKeyOf, topicOf } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import { Board } from '../../../functions/view/client/board.ts'
import { movement, movers } from '../../../functions/view/page/movers.ts'
import { sparkPath } from '../../../functions/view/page/spark-path.ts'
import { Track, Tracks } from '../../../functions/view/page/tracks.ts'
import { bookmaker, market, OddsWorld, selection, startMs } from '../client/odds-world.ts'

const [a, b] = [market('a'), market('b')]
const minute = 60_000

/** Ticks as the board sees them come, each so many minutes after the start. */
function seen(ticks: readonly [id: typeof a, name: string, minutes: number, last: number][]) {
  const [world, board, tracks] = [new OddsWorld(), new Board(), new Tracks()]
  for (const id of [a, b]) {
    world.open(id)
    for (const name of ['x', 'y']) world.tick(id, name, { last: 0.5 }, { observedAtMs: startMs })
  }
  board.hold([...world.books.values()], new Set())
  for (const [id, name, minutes, last] of ticks) {
    const before = board.books.get(id) as Book
    const { moves } = board.apply([world.tick(id, name, { last }, { observedAtMs: startMs + minutes * minute })])
    tracks.note(before, board.books.get(id) as Book, moves)
  }
  return {
    tracks,
    books: board.books,
    track: (id: typeof a, name: string) => tracks.of(id, quoteKeyOf(selection(name), bookmaker)),
  }
}

describe('where prices went', () => {
  it('is known from before the first move, and by steps (I8)', () => {
    const { track } = seen([
      [a, 'x', 10, 0.6],
      [a, 'x', 20, 0.4],
    ])
    const x = track(a, 'x')
    expect(x?.steps.chances).toEqual([0.5, 0.6, 0.4])
    const at = (minutes: number) => x?.at(startMs + minutes * minute)
    expect([-5, 0, 9.9, 10, 19, 25].map(at)).toEqual([0.5, 0.5, 0.5, 0.6, 0.6, 0.4])
    expect(track(a, 'y')).toBeUndefined()
  })

  it('is bounded, and right but for a little time, the more the older it is (I9)', () => {
    const agoS = fc.oneof(
      fc.integer({ min: 0, max: 299 }),
      fc.integer({ min: 300, max: 3_599 }),
      fc.integer({ min: 3_600, max: 86_000 }),
    )
    const gapS = fc.oneof({ weight: 40, arbitrary: fc.integer({ min: 1, max: 90 }) }, fc.integer({ min: 90, max: 9_000 }))
    const moves = fc.array(fc.record({ gapS, chance: fc.integer({ min: 1, max: 99 }) }), {
      minLength: 1,
      maxLength: 400,
      size: 'max',
    })
    fc.assert(
      fc.property(moves, fc.boolean(), agoS, (moves, isRecalled, agoS) => {
        const truth: { atMs: number; chance: number }[] = []
        for (const { gapS, chance } of moves)
          truth.push({ atMs: (truth.at(-1)?.atMs ?? startMs) + gapS * 1_000, chance: chance / 100 })
        const track = new Track()
        const known = isRecalled ? truth.length >> 1 : 0
        for (const { atMs, chance } of truth.slice(known)) track.add(atMs, chance)
        const earlier = truth.slice(0, known)
        track.recall({ atMs: earlier.map(({ atMs }) => atMs), chances: earlier.map(({ chance }) => chance) })

        const nowMs = truth.at(-1)?.atMs ?? 0
        const ms = Math.max(nowMs - agoS * 1_000, truth[0]?.atMs ?? 0)
        const mayLagMs = (agoS < 300 ? 30 : agoS < 3_600 ? 300 : 3_600) * 1_000
        const held = truth.filter(({ atMs }, i) => atMs <= ms + mayLagMs && (truth[i + 1]?.atMs ?? Infinity) >= ms - mayLagMs)
        expect(held.map(({ chance }) => chance)).toContain(track.at(ms))
        expect(track.last).toBe(truth.at(-1)?.chance)
        expect(track.steps.atMs.length).toBeLessThanOrEqual(56)
        expect(track.steps.atMs).toEqual([...new Set(track.steps.atMs)].sort((a, b) => a - b))
      }),
      { numRuns: 400 },
    )
  })

  it('keeps one step each half minute, five minutes and hour, for a day', () => {
    const track = new Track()
    for (let second = 0; second <= 3 * 86_400; second++) track.add(startMs + second * 1_000, (second % 97) / 100)
    const nowMs = startMs + 3 * 86_400_000
    const ages = track.steps.atMs.map((ms) => (nowMs - ms) / 1_000)
    const within = (from: number, to: number) => ages.filter((age) => age >= from && age < to).length
    expect(within(0, 300)).toBeGreaterThanOrEqual(9)
    expect(within(300, 3_700)).toBeGreaterThanOrEqual(10)
    expect(within(3_600, 87_000)).toBeGreaterThanOrEqual(22)
    expect(within(90_100, Infinity)).toBe(0)
  })

  it('takes in what is told of the time before, and keeps what it saw itself', () => {
    const { tracks, track } = seen([[a, 'x', 10, 0.6]])
    const earlier = { atMs: [startMs - minute, startMs - 5_000, startMs + 5 * minute], chances: [0.3, 0.45, 0.9] }
    tracks.recall(a, quoteKeyOf(selection('x'), bookmaker), earlier)
    expect(track(a, 'x')?.steps.chances).toEqual([0.3, 0.45, 0.5, 0.6])
  })
})

describe('the movers', () => {
  it('are the selections that went farthest since then, one of each market', () => {
    const { tracks, books } = seen([
      [a, 'x', 1, 0.9],
      [a, 'x', 30, 0.55],
      [b, 'x', 40, 0.52],
      [b, 'y', 41, 0.4],
    ])
    const found = (minutes: number) =>
      movers(tracks, books, startMs + minutes * minute).map((mover) => [
        mover.market.marketId,
        mover.selection.name,
        mover.from,
        mover.to,
      ])
    expect(found(35)).toEqual([[b, 'y', 0.5, expect.closeTo(0.4)]])
    expect(found(20)).toEqual([
      [a, 'x', 0.9, 0.55],
      [b, 'y', 0.5, 0.4],
    ])
    expect(movement(tracks, startMs + 50 * minute).size).toBe(0)
    const of = (topic: string) => movers(tracks, books, startMs + 20 * minute, topicOf(topic)).length
    expect([of('politics'), of('sports')]).toEqual([2, 0])
  })
})

describe('the picture of a price', () => {
  it('is steps from edge to edge, and nothing where it stood still', () => {
    expect(sparkPath({ atMs: [0, 50], chances: [0.2, 0.6] }, 0, 100)).toBe('M0 14.5H22V1.5H44')
    expect(sparkPath({ atMs: [0, 10, 50], chances: [0.9, 0.2, 0.6] }, 20, 100)).toBe('M0 14.5H16.5V1.5H44')
    expect(sparkPath({ atMs: [0, 10], chances: [0.5, 0.5] }, 0, 100)).toBe('')
  })

  it('makes no storm of a tenth of a point', () => {
    expect(sparkPath({ atMs: [0, 50], chances: [0.5, 0.501] }, 0, 100)).toBe('M0 8.3H22V7.7H44')
  })
})
