import { describe, expect, it } from 'vitest'

import type { Book } from '../../../functions/book/market.ts'
import type { TickKind } from '../../../functions/book/tick.ts'
import type { Move } from '../../../functions/view/client/board.ts'
import { startBefore, turnBetween } from '../../../functions/view/page/turn.ts'
import { bookmaker, bookOf, market, selection, startMs } from '../client/odds-world.ts'

const a = market('a')
const fixture = (startsAtMs: number | null) => ({ id: 'f', name: 'A at B', startsAtMs })
const moved = (...kinds: TickKind[]): Move[] =>
  kinds.map((kind) => ({ market: a, selection: selection('x'), bookmaker, kind, changes: [] }))
const words = (from: Partial<Book>, to: Partial<Book>, moves: Move[] = []) =>
  turnBetween(bookOf(a, from), bookOf(a, to), moves)?.words

describe('the turn that a market took', () => {
  it('is its new status, whatever became of single quotes', () => {
    const open = { status: 'open' as const }
    for (const status of ['suspended', 'closed', 'settled'] as const)
      expect(words(open, { status }, moved('suspended'))).toBe(status)
    expect(words({ status: 'suspended' }, open, moved('resumed'))).toBe('open again')
  })

  it('is that play began, or was stopped; a feed that does not tell it says nothing by that', () => {
    expect(words({ inPlay: false }, { inPlay: true })).toBe('turned in play')
    expect(words({ inPlay: null }, { inPlay: true })).toBe('turned in play')
    expect(words({ inPlay: true }, { inPlay: false })).toBe('no longer in play')
    expect(words({ inPlay: null }, { inPlay: false })).toBeUndefined()
  })

  it('is that the start moved, once there was one', () => {
    expect(words({ fixture: fixture(1) }, { fixture: fixture(2) })).toBe('start moved')
    expect(words({ fixture: fixture(null) }, { fixture: fixture(2) })).toBeUndefined()
    expect(startBefore(bookOf(a, { fixture: fixture(1) }), bookOf(a, { fixture: fixture(2) }))).toBe(1)
    expect(startBefore(bookOf(a, { fixture: fixture(1) }), bookOf(a, { fixture: fixture(1) }))).toBeNull()
  })

  it('is else the rarest of what became of its quotes; mere moves are left to the arrows', () => {
    expect(words({}, {}, moved('moved', 'line-moved', 'removed'))).toBe('price withdrawn')
    expect(words({}, {}, moved('moved', 'line-moved'))).toBe('line moved')
    expect(words({}, {}, moved('returned'))).toBe('price returned')
    expect(words({}, {}, moved('moved'))).toBeUndefined()
    expect(turnBetween(bookOf(a), bookOf(a, { changedAtMs: startMs + 7 }), moved('returned'))?.atMs).toBe(startMs + 7)
  })
})
