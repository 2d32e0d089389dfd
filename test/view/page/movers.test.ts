import { describe, expect, it } from 'vitest'

import { quoteKeyOf } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import { Board } from '../../../functions/view/client/board.ts'
import { movement, movers } from '../../../functions/view/page/movers.ts'
import { sparkPath } from '../../../functions/view/page/spark-path.ts'
import { chanceAt, Tracks } from '../../../functions/view/page/tracks.ts'
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
    expect(x?.chances).toEqual([0.5, 0.6, 0.4])
    const at = (minutes: number) => x && chanceAt(x, startMs + minutes * minute)
    expect([-5, 0, 9.9, 10, 19, 25].map(at)).toEqual([0.5, 0.5, 0.5, 0.6, 0.6, 0.4])
    expect(track(a, 'y')).toBeUndefined()
  })

  it('is bounded, and what is recent stays exact (I9)', () => {
    const { track } = seen(Array.from({ length: 2_000 }, (_, i) => [a, 'x', i + 1, 0.2 + (i % 7) / 10]))
    const { atMs, chances } = track(a, 'x') ?? { atMs: [], chances: [] }
    expect(atMs.length).toBeLessThanOrEqual(160)
    expect(atMs.slice(-40)).toEqual(Array.from({ length: 40 }, (_, i) => startMs + (1_961 + i) * minute))
    expect(chances).toHaveLength(atMs.length)
  })

  it('takes in what is told of the time before, and keeps what it saw itself', () => {
    const { tracks, track } = seen([[a, 'x', 10, 0.6]])
    const earlier = { atMs: [startMs - minute, startMs - 5, startMs + 5 * minute], chances: [0.3, 0.45, 0.9] }
    tracks.recall(a, quoteKeyOf(selection('x'), bookmaker), earlier)
    expect(track(a, 'x')?.chances).toEqual([0.3, 0.45, 0.5, 0.6])
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
