import { type QuoteKey, quoteKeyOf } from '../book/ids.ts'
import type { Book, Snapshot, SnapshotQuote } from '../book/market.ts'
import type { QuoteValue } from '../book/quote.ts'
import { type Tick, tickKindOf } from '../book/tick.ts'
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
  if (seen.kind === 'market') {
    for (const selection of seen.selections) {
      for (const quote of selection.quotes) {
        const key = quoteKeyOf(selection.id, quote.bookmaker)
        const after = valueOf(quote, seen)
        const kind = tickKindOf(before.get(key)?.value, after)
        before.delete(key)
        if (kind === undefined) continue
        const whose = { selectionId: selection.id, selectionName: selection.name, bookmaker: quote.bookmaker }
        changes.push({ ...whose, ...after, kind, marketStatus: seen.market.status, ...clocks })
      }
    }
    if (!seen.complete) return changes
  }
  const marketStatus = seen.kind === 'gone' ? 'closed' : seen.market.status
  for (const { whose, value } of before.values()) {
    if (value.status === 'removed') continue
    const gone: QuoteValue = { ...value, back: null, lay: null, status: 'removed' }
    changes.push({ ...whose, ...gone, kind: 'removed', marketStatus, ...clocks })
  }
  return changes
}

type Whose = Pick<Tick, 'selectionId' | 'selectionName' | 'bookmaker'>

function quotesOf(book: Book | undefined): Map<QuoteKey, { whose: Whose; value: QuoteValue }> {
  const quotes = new Map<QuoteKey, { whose: Whose; value: QuoteValue }>()
  for (const selection of book?.selections ?? []) {
    for (const { bookmaker, last, back, lay, point, status } of selection.quotes) {
      const whose = { selectionId: selection.id, selectionName: selection.name, bookmaker }
      quotes.set(quoteKeyOf(selection.id, bookmaker), { whose, value: { last, back, lay, point, status } })
    }
  }
  return quotes
}

/** No quote is more open than its market. */
function valueOf({ last, back, lay, point, status }: SnapshotQuote, { market }: Snapshot): QuoteValue {
  return { last, back, lay, point, status: market.status === 'open' || status === 'removed' ? status : market.status }
}
