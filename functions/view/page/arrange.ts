import type { Bookmaker, FeedName, MarketId, SelectionId, Topic } from '../../book/ids.ts'
import type { Book, Quote, Selection } from '../../book/market.ts'
import { impliedProbability, type PriceFormat } from '../../book/price.ts'
import { pricing, type Pricing } from '../../book/pricing.ts'
import type { MarketStatus, Outcome } from '../../book/quote.ts'
import { Lexicon } from './lexicon.ts'

/** Which markets the reader wants to see; `null` is any. */
export type Filter = { words: string; topic: Topic | null; feed: FeedName | null; status: MarketStatus | null }

export const sorts = ['recent', 'movement', 'starts', 'name'] as const
export type Sort = (typeof sorts)[number]

/** What an order may need beside the books: how far each market went lately, and what time it is. */
export type Circumstances = { movement: ReadonlyMap<MarketId, number>; nowMs: number; lexicon: Lexicon }

export function arrange(
  books: Iterable<Book>,
  filter: Filter,
  sort: Sort,
  { movement = new Map(), nowMs = 0, lexicon = new Lexicon() }: Partial<Circumstances> = {},
): MarketId[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = [...books].filter((book) => matches(book, filter, words, lexicon))
  const byName = lexicon.byName(shown)
  const orders: Record<Sort, (a: Book, b: Book) => number> = {
    name: byName,
    recent: (a, b) => b.changedAtMs - a.changedAtMs || byName(a, b),
    movement: (a, b) => (movement.get(b.marketId) ?? 0) - (movement.get(a.marketId) ?? 0) || orders.recent(a, b),
    starts: (a, b) => startRank(a, nowMs) - startRank(b, nowMs) || byName(a, b),
  }
  // What is over comes last, in every order: venues settle thousands a day.
  return shown.sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || orders[sort](a, b)).map((book) => book.marketId)
}

const isOver = ({ status }: Book) => status === 'closed' || status === 'settled'

/** What starts next comes first, then what has begun, the latest first, then what has no start. */
function startRank({ fixture }: Book, nowMs: number): number {
  const startsAtMs = fixture?.startsAtMs ?? null
  if (startsAtMs === null) return Number.MAX_SAFE_INTEGER
  return startsAtMs >= nowMs ? startsAtMs - nowMs : 1e14 + (nowMs - startsAtMs)
}

/** More rows than this are folded away. */
export const rowsShown = 6

/**
 * The order of a market's rows: the feed's own while all are shown; when some must be folded away, what won first, then the favourites. A
 * selection that was removed has no row, unless all were: a market that its feed no longer lists shows what it last was.
 */
export function rank(book: Book): SelectionId[] {
  const { kept } = partByRemoved(book)
  if (kept.length <= rowsShown) return kept.map(({ id }) => id)
  const priced = shownPricing(book)
  const places = new Map(
    kept.map((selection) => {
      const chance = chanceOf(rowQuote(selection, priced), book.priceFormat)
      return [selection.id, outcomeOf(selection) === 'won' ? 1 + chance : chance]
    }),
  )
  return kept.map(({ id }) => id).sort((a, b) => (places.get(b) ?? 0) - (places.get(a) ?? 0))
}

export function partByRemoved({ selections }: Book): { kept: readonly Selection[]; removed: readonly Selection[] } {
  const removed = selections.filter(isRemoved)
  return removed.length === selections.length
    ? { kept: selections, removed: [] }
    : { kept: selections.filter((selection) => !isRemoved(selection)), removed }
}

export const isRemoved = ({ quotes }: Selection) => quotes.every((quote) => quote.status === 'removed')

export const isOnSale = ({ status }: Quote) => status === 'open'

/** As its bookmakers tell it; they do not contradict each other, or the market would not be one. */
export const outcomeOf = ({ quotes }: Selection): Outcome | null =>
  quotes.find(({ outcome }) => outcome !== null)?.outcome ?? null

/** While a market is suspended, or over, the rows stay those of the prices it had last. */
export function shownPricing(book: Book): Pricing {
  if (book.status === 'open') return pricing(book)
  const asOpen = (quote: Quote): Quote => (quote.status === book.status ? { ...quote, status: 'open' } : quote)
  const selections = book.selections.map(({ id, quotes }) => ({ id, quotes: quotes.map(asOpen) }))
  return pricing({ priceFormat: book.priceFormat, status: 'open', selections })
}

/** The quote that stands in a selection's row: the best one on the market's line; where there is none, the first that is left. */
export function rowQuote({ id, quotes }: Selection, priced: Pricing): Quote | undefined {
  const best = priced.selections.get(id)?.back
  if (best) return quotes.find(({ bookmaker }) => bookmaker === best.bookmaker)
  return quotes.find(({ status }) => status === 'open') ?? quotes.find(({ status }) => status !== 'removed') ?? quotes[0]
}

/** The bookmakers who pay what a row's quote pays, on its line. */
export function payersOf({ quotes }: Selection, shown: Quote | undefined): Bookmaker[] {
  if (shown === undefined || shown.back === null) return []
  const same = ({ back, point, status }: Quote) => back === shown.back && point === shown.point && status === shown.status
  return quotes.filter(same).map(({ bookmaker }) => bookmaker)
}

/** The other quotes: those on the same line first, the best of them on top, and those withdrawn last. */
export function otherQuotes({ quotes }: Selection, shown: Quote | undefined): Quote[] {
  const rank = (quote: Quote) => (quote.status === 'removed' ? 2 : quote.point === shown?.point ? 0 : 1)
  return quotes
    .filter((quote) => quote !== shown)
    .sort((a, b) => rank(a) - rank(b) || (b.decimalOdds ?? 0) - (a.decimalOdds ?? 0))
}

/** For the length of a bar and the order of rows: the last price, else what backing costs. */
export function chanceOf(quote: Quote | undefined, format: PriceFormat): number {
  if (quote === undefined) return 0
  const last = quote.last === null ? undefined : impliedProbability(quote.last, format)
  return last ?? quote.impliedProbability ?? 0
}

function matches(book: Book, { topic, feed, status }: Filter, words: readonly string[], lexicon: Lexicon): boolean {
  if (topic !== null && book.topic !== topic) return false
  if (feed !== null && book.feed !== feed) return false
  if (status !== null && book.status !== status) return false
  if (words.length === 0) return true
  const text = lexicon.textOf(book)
  return words.every((word) => text.includes(word))
}
