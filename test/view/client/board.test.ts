import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Prices } from '../../../functions/book/quote.ts'
import type { MarketDelta } from '../../../functions/book/wire.ts'
import { Board } from '../../../functions/view/client/board.ts'
import { conflated, imageOf, market, OddsWorld, selection } from './odds-world.ts'

const a = market('a')
const none = new Set<never>()

function opened(...names: string[]): { world: OddsWorld; board: Board } {
  const world = new OddsWorld()
  world.open(a)
  for (const name of names) world.tick(a, name, { last: 0.5, back: 0.52, lay: 0.48 })
  const board = new Board()
  board.hold([...world.books.values()], none)
  return { world, board }
}

describe('the board', () => {
  it('holds after deltas, however conflated and doubled, what their ticks give one by one (I5, I11)', () => {
    const price = fc.constantFrom(null, 0.25, 0.5, 0.75)
    const ticks = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.record({ last: price, back: price, lay: price })), {
      minLength: 1,
    })
    fc.assert(
      fc.property(ticks, fc.array(fc.nat({ max: 30 })), (said, cuts) => {
        const { world, board } = opened('x', 'y', 'z')
        const deltas = said.map(([name, prices]) => world.tick(a, name, prices))
        for (const part of cutAt(deltas, cuts)) {
          board.apply([conflated(part)])
          board.apply([conflated(part)])
        }
        expect(board.books.get(a)).toEqual(world.book(a))
      }),
    )
  })

  it('refuses a delta that does not follow on what it holds (I4)', () => {
    const { world, board } = opened('x')
    const held = board.books.get(a)
    world.tick(a, 'x', { last: 0.6 })
    const change = board.apply([world.tick(a, 'x', { last: 0.7 })])
    expect(change).toEqual({ markets: new Set(), moves: [], listed: false })
    expect(board.books.get(a)).toBe(held)
  })

  it('passes over deltas of markets it does not hold', () => {
    const { world, board } = opened('x')
    world.open(market('b'))
    expect(board.apply([world.tick(market('b'), 'x', { last: 0.5 })]).markets.size).toBe(0)
  })

  it('leaves the books of other markets as they are, and the rows of other selections', () => {
    const { world, board } = opened('x', 'y')
    world.open(market('b'))
    board.hold([...world.books.values()], none)
    const before = board.books.get(a)?.selections[1]
    const other = board.books.get(market('b'))
    board.apply([world.tick(a, 'x', { last: 0.6 })])
    expect(board.books.get(a)?.selections[1]).toBe(before)
    expect(board.books.get(market('b'))).toBe(other)
  })

  it('shows a new selection at once by name, and takes its image from an older book without losing a price', () => {
    const { world, board } = opened('x')
    board.apply([world.tick(a, 'late', { last: 0.3 })])
    expect(board.books.get(a)?.selections[1]).toMatchObject({ name: 'late', image: null })
    const asked = world.book(a)
    board.apply([world.tick(a, 'late', { last: 0.4 })])
    board.holdBook({ ...asked, name: 'Renamed' }, 'ifNewer')
    expect(board.books.get(a)).toMatchObject({ name: 'Renamed', seq: 3 })
    expect(board.books.get(a)?.selections[1]).toMatchObject({ image: imageOf('late'), quotes: [{ last: 0.4 }] })
  })

  it('keeps the start that the ticks told when an older book describes the fixture', () => {
    const { world, board } = opened()
    world.put({ ...world.book(a), fixture: { id: 'f', name: 'A at B', startsAtMs: 1_000 } })
    board.hold([...world.books.values()], none)
    const older = world.book(a)
    board.apply([world.tick(a, 'x', { last: 0.5 }, { startsAtMs: 2_000 })])
    board.holdBook({ ...older, fixture: { id: 'f', name: 'A at B, renamed', startsAtMs: 1_000 } }, 'ifNewer')
    expect(board.books.get(a)?.fixture).toEqual({ id: 'f', name: 'A at B, renamed', startsAtMs: 2_000 })
  })

  it('goes back to an older book only when it is told to', () => {
    const { world, board } = opened('x')
    const older = world.book(a)
    board.apply([world.tick(a, 'x', { last: 0.6 })])
    board.holdBook(older, 'ifNewer')
    expect(board.books.get(a)?.seq).toBe(2)
    board.holdBook(older, 'always')
    expect(board.books.get(a)).toBe(older)
  })

  it('keeps the newer report of a feed', () => {
    const board = new Board()
    const report = { feed: 'f', polledAtMs: 2 } as never
    board.report([report, { feed: 'f', polledAtMs: 1 } as never])
    expect([...board.feeds.values()]).toEqual([report])
  })
})

describe('a move', () => {
  const moves = (from: Partial<Prices>, to: Partial<Prices>) => {
    const { world, board } = opened()
    world.tick(a, 'x', { last: null, back: null, lay: null, ...from })
    board.hold([...world.books.values()], none)
    return board.apply([world.tick(a, 'x', { last: null, back: null, lay: null, ...to })]).moves
  }

  it('goes where the last price goes, else back, else lay', () => {
    expect(moves({ last: 0.5, back: 0.6 }, { last: 0.4, back: 0.7 })[0]?.changes).toEqual([
      { side: 'last', direction: 'down', from: 0.5, to: 0.4 },
      { side: 'back', direction: 'up', from: 0.6, to: 0.7 },
    ])
    expect(moves({ last: 0.5, back: 0.6 }, { last: 0.5, back: 0.7 })[0]?.changes[0]?.side).toBe('back')
    expect(moves({ lay: 0.6 }, { lay: 0.7 })[0]?.changes[0]).toEqual({ side: 'lay', direction: 'up', from: 0.6, to: 0.7 })
  })

  it('is none when a side comes or goes: nobody knows from where', () => {
    expect(moves({ back: null }, { back: 0.7 })).toEqual([])
    expect(moves({ back: 0.7 }, { back: null })).toEqual([])
  })

  it('says what became of the quote, from book to book, so that nothing conflated away is needed for it', () => {
    const { world, board } = opened('x')
    const kindAfter = (...said: Parameters<OddsWorld['tick']>[3][]) => {
      const deltas = said.map((change) => world.tick(a, 'x', {}, { ...change, kind: 'moved' }))
      return board.apply([conflated(deltas as [MarketDelta])]).moves.map(({ kind }) => kind)
    }
    expect(kindAfter({ status: 'suspended' })).toEqual(['suspended'])
    expect(kindAfter({ status: 'open' })).toEqual(['resumed'])
    expect(kindAfter({ status: 'removed' })).toEqual(['removed'])
    expect(kindAfter({ status: 'open' })).toEqual(['returned'])
    expect(kindAfter({ status: 'suspended' }, { status: 'open' })).toEqual([])
    expect(kindAfter({ status: 'settled', outcome: 'won' })).toEqual(['settled'])
  })

  it('tells where the line went, after the prices', () => {
    const { world, board } = opened()
    world.tick(a, 'over', { back: 0.5, point: 8.5 })
    board.hold([...world.books.values()], none)
    const { moves } = board.apply([world.tick(a, 'over', { back: 0.4, point: 9 })])
    expect(moves).toMatchObject([
      { kind: 'line-moved', changes: [{ side: 'back' }, { side: 'point', direction: 'up', from: 8.5, to: 9 }] },
    ])
  })

  it('is seen across a new snapshot too: what moved while the board was away', () => {
    const { world, board } = opened('x', 'y')
    world.tick(a, 'y', { last: 0.6 })
    const { moves, listed } = board.hold([...world.books.values()], none)
    expect(moves).toMatchObject([{ market: a, selection: selection('y'), changes: [{ direction: 'up' }] }])
    expect(listed).toBe(false)
  })
})

/** Consecutive parts of `deltas`, cut after each position in `cuts`. */
function cutAt(deltas: readonly MarketDelta[], cuts: readonly number[]): [MarketDelta, ...MarketDelta[]][] {
  const parts: [MarketDelta, ...MarketDelta[]][] = []
  deltas.forEach((delta, i) => {
    const last = parts.at(-1)
    if (last === undefined || cuts.includes(i)) parts.push([delta])
    else last.push(delta)
  })
  return parts
}
