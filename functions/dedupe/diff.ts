import { type QuoteKey, quoteKeyOf } from '../book/ids.ts'
import type { Book, Snapshot, SnapshotQuote } from '../book/market.ts'
import type { QuoteValue } from '../book/quote.ts'
import { type Tick, type TickKind, tickKindOf } from '../book/tick.ts'
import type { SnapshotMessage } from '../book/wire.ts'

/** What a snapshot changes in a book, as ticks that lack only their place in it. */
export type Change = Omit<Tick, 'seq' | 'storedAtMs'>

/**
 * The changes that lead from `book` to what `seen` shows, in the snapshot's order, tombstones last. Empty when nothing differs in
 * value. Only a complete snapshot can miss a quote (I10).
 */
export function diff(book: Book | undefined, seen: SnapshotMessage): Change[] {
  const before = quotesOf(book)
  const clocks = { publishedAtMs: seen.publishedAtMs, observedAtMs: seen.observedAtMs }
  const changes: Change[] = []
  const known = { startsAtMs: book?.fixture?.startsAtMs ?? null, inPlay: book?.inPlay ?? null }
  const course = seen.kind === 'gone' ? known : courseOf(seen)
  let turns: readonly TickKind[] = book === undefined ? [] : turnsBetween(known, course)
  if (seen.kind === 'market') {
    for (const selection of seen.selections) {
      for (const quote of selection.quotes) {
        const key = quoteKeyOf(selection.id, quote.bookmaker)
        const old = before.get(key)?.value
        const after = valueOf(quote, seen)
        const kind = tickKindOf(old, after)
        before.delete(key)
        const whose = { selectionId: selection.id, selectionName: selection.name, bookmaker: quote.bookmaker }
        const told = {
          marketStatus: seen.market.status,
          ...course,
          ...clocks,
          publishedAtMs: quote.publishedAtMs ?? seen.publishedAtMs,
        }
        if (old !== undefined) {
          for (const turn of turns) changes.push({ ...whose, ...old, kind: turn, ...told })
          turns = []
        }
        if (kind !== undefined) changes.push({ ...whose, ...after, kind, ...told })
      }
    }
    if (!seen.complete) return changes
  }
  const marketStatus = seen.kind === 'gone' ? 'closed' : seen.market.status
  for (const { whose, value } of before.values()) {
    if (value.status === 'removed') continue
    const gone: QuoteValue = { ...value, back: null, lay: null, status: 'removed' }
    changes.push({ ...whose, ...gone, kind: 'removed', marketStatus, ...course, ...clocks })
  }
  return changes
}

/** How the fixture goes, as far as it is a market's and not one quote's. */
type Course = Pick<Tick, 'startsAtMs' | 'inPlay'>

const courseOf = ({ market }: Snapshot): Course => ({
  startsAtMs: market.fixture?.startsAtMs ?? null,
  inPlay: market.inPlay ?? null,
})

function turnsBetween(before: Course, after: Course): TickKind[] {
  const turns: TickKind[] = []
  if (before.startsAtMs !== after.startsAtMs) turns.push('rescheduled')
  if ((before.inPlay ?? false) !== (after.inPlay ?? false)) turns.push('in-play')
  return turns
}

type Whose = Pick<Tick, 'selectionId' | 'selectionName' | 'bookmaker'>

function quotesOf(book: Book | undefined): Map<QuoteKey, { whose: Whose; value: QuoteValue }> {
  const quotes = new Map<QuoteKey, { whose: Whose; value: QuoteValue }>()
  for (const selection of book?.selections ?? []) {
    for (const { bookmaker, last, back, lay, point, status, outcome } of selection.quotes) {
      const whose = { selectionId: selection.id, selectionName: selection.name, bookmaker }
      quotes.set(quoteKeyOf(selection.id, bookmaker), { whose, value: { last, back, lay, point, status, outcome } })
    }
  }
  return quotes
}

/** No quote is more open than its market, and none has an outcome before it is settled. */
function valueOf(quote: SnapshotQuote, { market }: Snapshot): QuoteValue {
  const { last, back, lay, point } = quote
  const status = market.status === 'open' || quote.status === 'removed' ? quote.status : market.status
  return { last, back, lay, point, status, outcome: status === 'settled' ? quote.outcome : null }
}
