import type { FeedName, MarketId, SelectionId, Topic } from '../../book/ids.ts'
import type { Book, Quote, Selection } from '../../book/market.ts'
import type { MarketStatus } from '../../book/quote.ts'
import { impliedProbability, type PriceFormat } from '../../book/price.ts'

/** Which markets the reader wants to see; `null` is any. */
export type Filter = { words: string; topic: Topic | null; feed: FeedName | null; status: MarketStatus | null }

export const sorts = ['recent', 'name'] as const
export type Sort = (typeof sorts)[number]

export function arrange(books: Iterable<Book>, filter: Filter, sort: Sort): MarketId[] {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = [...books].filter((book) => matches(book, filter, words))
  return shown.sort(sort === 'recent' ? byMovement : byName).map((book) => book.marketId)
}

/** More rows than this are folded away. */
export const rowsShown = 6

/** The order of a market's rows: the feed's own while all are shown, favourites first when some must be folded away. */
export function rank(book: Book): SelectionId[] {
  const kept = book.selections.filter((selection) => !isRemoved(selection))
  if (kept.length <= rowsShown) return kept.map(({ id }) => id)
  const chances = new Map(kept.map((selection) => [selection.id, chanceOf(bestQuote(selection), book.priceFormat)]))
  return kept.map(({ id }) => id).sort((a, b) => (chances.get(b) ?? 0) - (chances.get(a) ?? 0))
}

export const isRemoved = ({ quotes }: Selection) => quotes.every((quote) => quote.status === 'removed')

/** The quote that pays most for a stake placed now; without one, the first that is left. */
export function bestQuote({ quotes }: Selection): Quote | undefined {
  let best: Quote | undefined
  for (const quote of quotes) {
    if (quote.status === 'open' && quote.decimalOdds !== null && quote.decimalOdds > (best?.decimalOdds ?? 0)) best = quote
  }
  return best ?? quotes.find((quote) => quote.status !== 'removed') ?? quotes[0]
}

/** For the length of a bar and the order of rows: the last price, else what backing costs. */
export function chanceOf(quote: Quote | undefined, format: PriceFormat): number {
  if (quote === undefined) return 0
  const last = quote.last === null ? undefined : impliedProbability(quote.last, format)
  return last ?? quote.impliedProbability ?? 0
}

function matches(book: Book, { topic, feed, status }: Filter, words: readonly string[]): boolean {
  if (topic !== null && book.topic !== topic) return false
  if (feed !== null && book.feed !== feed) return false
  if (status !== null && book.status !== status) return false
  if (words.length === 0) return true
  const text = [book.name, book.fixture?.name ?? '', book.feed, ...book.selections.map(({ name }) => name)]
    .join('\n')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}

const inWords = new Intl.Collator('en', { numeric: true })
const byName = (a: Book, b: Book) => inWords.compare(a.name, b.name) || (a.marketId < b.marketId ? -1 : 1)
const byMovement = (a: Book, b: Book) => b.changedAtMs - a.changedAtMs || byName(a, b)
