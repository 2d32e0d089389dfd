import { quoteKeyOf } from '../../functions/book/ids.ts'
import type { Book } from '../../functions/book/market.ts'
import type { Tick } from '../../functions/book/tick.ts'

/** A book's values by quote, and nothing of how it came to them: what I11 compares. */
export function valuesOf(book: Pick<Book, 'seq' | 'status' | 'fixture' | 'inPlay' | 'selections'> | undefined) {
  const quotes: Record<string, unknown> = {}
  for (const selection of book?.selections ?? []) {
    for (const { bookmaker, last, back, lay, point, status, outcome, seq } of selection.quotes) {
      quotes[quoteKeyOf(selection.id, bookmaker)] = { last, back, lay, point, status, outcome, seq }
    }
  }
  const course = { startsAtMs: book?.fixture?.startsAtMs ?? null, inPlay: book?.inPlay ?? null }
  return { seq: book?.seq ?? 0, status: book?.status, ...course, quotes }
}

/** The same, from the ticks alone, by a fold that knows nothing of `applyTicks`. */
export function valuesOfTicks(ticks: readonly Tick[]) {
  const quotes: Record<string, unknown> = {}
  for (const { selectionId, bookmaker, last, back, lay, point, status, outcome, seq } of ticks) {
    quotes[quoteKeyOf(selectionId, bookmaker)] = { last, back, lay, point, status, outcome, seq }
  }
  const last = ticks.at(-1)
  const course = { startsAtMs: last?.startsAtMs ?? null, inPlay: last?.inPlay ?? null }
  return { seq: last?.seq ?? 0, status: last?.marketStatus, ...course, quotes }
}
