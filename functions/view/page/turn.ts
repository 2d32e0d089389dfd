import type { Book } from '../../book/market.ts'
import type { TickKind } from '../../book/tick.ts'
import type { Move } from '../client/board.ts'

/** The latest turn that a market took in front of the reader, beside its prices moving. `words` go before "3 s ago". */
export type Turn = { words: string; atMs: number }

/** What is worth telling of the way from one book to the next. Books are compared, not ticks: of those some may have been conflated away. */
export function turnBetween(before: Book, after: Book, moves: readonly Move[]): Turn | undefined {
  const words = marketTurn(before, after) ?? quoteTurn(moves)
  return words === undefined ? undefined : { words, atMs: after.changedAtMs }
}

function marketTurn(before: Book, after: Book): string | undefined {
  if (before.status !== after.status) return after.status === 'open' ? 'open again' : after.status
  if (before.inPlay !== after.inPlay && (before.inPlay === true || after.inPlay === true))
    return after.inPlay === true ? 'turned in play' : 'no longer in play'
  return startBefore(before, after) === null ? undefined : 'start moved'
}

/** When the fixture was to start, if that has moved. */
export function startBefore(before: Book, after: Book): number | null {
  const [from, to] = [before.fixture?.startsAtMs ?? null, after.fixture?.startsAtMs ?? null]
  return to === null || from === to ? null : from
}

/** The first that is told of, in this order; `moved` is left to the arrows. */
const quoteTurns: readonly [TickKind, string][] = [
  ['settled', 'outcome told'],
  ['removed', 'price withdrawn'],
  ['returned', 'price returned'],
  ['suspended', 'price suspended'],
  ['closed', 'price closed'],
  ['resumed', 'price resumed'],
  ['line-moved', 'line moved'],
  ['opened', 'new price'],
]

function quoteTurn(moves: readonly Move[]): string | undefined {
  if (moves.length === 0) return undefined
  const kinds = new Set(moves.map(({ kind }) => kind))
  return quoteTurns.find(([kind]) => kinds.has(kind))?.[1]
}
