import type { MarketId, QuoteKey, Topic } from '../../book/ids.ts'
import type { Book, Quote, Selection } from '../../book/market.ts'
import { quoteKeyOf } from '../../book/ids.ts'
import { isOnSale, rowQuote, shownPricing } from './arrange.ts'
import type { Track, Tracks } from './tracks.ts'

/** A selection that went far: from which implied probability to which. */
export type Mover = { market: Book; selection: Selection; quote: Quote; from: number; to: number }

const mostMovers = 12
/** Less than this is not worth a line. */
const leastMove = 0.005

/**
 * The quote of each market that went farthest since then, the farthest first; only of what can be backed, and as its row shows it. Of one
 * topic, unless that is null.
 */
export function movers(tracks: Tracks, books: ReadonlyMap<MarketId, Book>, sinceMs: number, topic: Topic | null = null): Mover[] {
  const far: { market: MarketId; size: number }[] = []
  for (const [market, size] of movement(tracks, sinceMs)) {
    const book = books.get(market)
    const isMeant = book?.status === 'open' && (topic === null || book.topic === topic)
    if (size >= leastMove && isMeant) far.push({ market, size })
  }
  far.sort((a, b) => b.size - a.size || (a.market < b.market ? -1 : 1))
  const found: Mover[] = []
  for (const { market } of far) {
    const book = books.get(market)
    const mover = book === undefined ? undefined : farthestIn(book, tracks.markets.get(market), sinceMs)
    if (mover !== undefined) found.push(mover)
    if (found.length === mostMovers) break
  }
  return found.sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
}

/** How far each market went: that of its quotes which went farthest. */
export function movement(tracks: Tracks, sinceMs: number): Map<MarketId, number> {
  const moved = new Map<MarketId, number>()
  for (const [market, quotes] of tracks.markets) {
    let most = 0
    for (const track of quotes.values()) most = Math.max(most, Math.abs(changeOf(track, sinceMs)))
    if (most > 0) moved.set(market, most)
  }
  return moved
}

function changeOf(track: Track, sinceMs: number): number {
  // A price that last moved before then has stood still since.
  return track.lastAtMs <= sinceMs ? 0 : track.last - track.at(sinceMs)
}

function farthestIn(book: Book, quotes: ReadonlyMap<QuoteKey, Track> | undefined, sinceMs: number): Mover | undefined {
  const priced = shownPricing(book)
  let best: Mover | undefined
  for (const selection of book.selections) {
    const quote = rowQuote(selection, priced)
    if (quote === undefined || !isOnSale(quote)) continue
    const track = quotes?.get(quoteKeyOf(selection.id, quote.bookmaker))
    if (track === undefined) continue
    const to = track.last
    const from = to - changeOf(track, sinceMs)
    const farther = best === undefined || Math.abs(to - from) > Math.abs(best.to - best.from)
    if (to !== from && farther) best = { market: book, selection, quote, from, to }
  }
  return best
}
