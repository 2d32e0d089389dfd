import { type Bookmaker, type FeedName, type MarketId, type QuoteKey, quoteKeyOf, type SelectionId, type Topic } from './ids.ts'
import { decimalOdds, type DecimalOdds, impliedProbability, type PriceFormat, type Probability } from './price.ts'
import type { MarketStatus, QuoteValue } from './quote.ts'
import type { Tick } from './tick.ts'

/** The real-world happening that is bet on. */
export type Fixture = { id: string; name: string; startsAtMs: number | null }

/** What a feed says of a market in its own description; changing it alone is not a tick. */
export type MarketDescription = {
  name: string
  url: string | null
  image: string | null
  status: MarketStatus
  fixture: Fixture | null
  /** Whether the fixture is under way and still bet on; null where the feed does not tell. */
  inPlay: boolean | null
}

/** What a feed said of one market: which, and when. `asOfMs` is the clock that orders it: the feed's own where that can be trusted per market, else ours. */
export type Said = {
  marketId: MarketId
  feed: FeedName
  topic: Topic
  asOfMs: number
  observedAtMs: number
  publishedAtMs: number | null
}

/**
 * One market as a feed showed it at one instant: what every `map.ts` gives.
 * `complete: false` marks a partial push, from whose gaps nothing may be concluded.
 */
export type Snapshot = Said & {
  complete: boolean
  priceFormat: PriceFormat
  market: Omit<MarketDescription, 'inPlay'> & { inPlay?: boolean | null | undefined }
  selections: readonly SnapshotSelection[]
}
export type SnapshotSelection = { id: SelectionId; name: string; image: string | null; quotes: readonly SnapshotQuote[] }
/** `publishedAtMs`: the feed's clock for this quote alone, where it has one; else the market's counts. */
export type SnapshotQuote = QuoteValue & { bookmaker: Bookmaker; publishedAtMs: number | null }

/** An open quote of `bookmaker`, of which only what the feed does say need be said. */
export function snapshotQuote(bookmaker: Bookmaker, said: Partial<Omit<SnapshotQuote, 'bookmaker'>>): SnapshotQuote {
  // Named one by one: a feed makes thousands a poll, and a spread takes three times as long.
  const { last = null, back = null, lay = null, point = null, status = 'open', outcome = null, publishedAtMs = null } = said
  return { bookmaker, last, back, lay, point, status, outcome, publishedAtMs }
}

/** A complete poll no longer lists this market. */
export type GoneMarket = Said

/** All current prices of one market, and the `seq` of the last tick in them. The store and the browser hold this same shape. */
export type Book = MarketDescription & {
  marketId: MarketId
  feed: FeedName
  topic: Topic
  priceFormat: PriceFormat
  seq: number
  /** Our clock when the market was first seen. A store that was lost counts it anew, from another instant. 0: not known. */
  openedAtMs: number
  changedAtMs: number
  selections: readonly Selection[]
}
export type Selection = { id: SelectionId; name: string; image: string | null; quotes: readonly Quote[] }
/** `decimalOdds` and `impliedProbability` are those of `back`: what a stake placed now would get. */
export type Quote = QuoteValue & {
  bookmaker: Bookmaker
  decimalOdds: DecimalOdds | null
  impliedProbability: Probability | null
  seq: number
  changedAtMs: number
}

/**
 * The book after `ticks`, in the order given. Ticks that the book already holds are passed over, so applying twice is applying
 * once (I5), and a book is exactly what its ticks, replayed from the first, give (I11).
 */
export function applyTicks<B extends Book>(book: B, ticks: readonly Tick[]): B {
  const fresh = ticks.filter((tick) => tick.seq > book.seq)
  const last = fresh.at(-1)
  if (last === undefined) return book
  const latest = new Map<QuoteKey, Tick>()
  for (const tick of fresh) latest.set(quoteKeyOf(tick.selectionId, tick.bookmaker), tick)
  const selections = book.selections.map((selection) => withTicks(selection, latest, book.priceFormat))
  if (latest.size > 0) addQuotes(selections, latest.values(), book.priceFormat)
  const fixture = book.fixture === null ? null : { ...book.fixture, startsAtMs: last.startsAtMs }
  const { seq, marketStatus: status, inPlay, observedAtMs: changedAtMs } = last
  return { ...book, seq, status, inPlay, fixture, changedAtMs, selections }
}

export function quoteOf(tick: Tick, format: PriceFormat): Quote {
  return {
    bookmaker: tick.bookmaker,
    last: tick.last,
    back: tick.back,
    lay: tick.lay,
    point: tick.point,
    status: tick.status,
    outcome: tick.outcome,
    decimalOdds: (tick.back === null ? undefined : decimalOdds(tick.back, format)) ?? null,
    impliedProbability: (tick.back === null ? undefined : impliedProbability(tick.back, format)) ?? null,
    seq: tick.seq,
    changedAtMs: tick.observedAtMs,
  }
}

/** Takes the ticks it uses out of `latest`; what is left there belongs to selections that the book does not have yet. */
function withTicks(selection: Selection, latest: Map<QuoteKey, Tick>, format: PriceFormat): Selection {
  let touched = false
  const quotes = selection.quotes.map((quote) => {
    const key = quoteKeyOf(selection.id, quote.bookmaker)
    const tick = latest.get(key)
    if (tick === undefined) return quote
    latest.delete(key)
    touched = true
    return quoteOf(tick, format)
  })
  return touched ? { ...selection, quotes } : selection
}

/** What is left of the ticks: first quotes, of selections that are new or of bookmakers that are new to them. */
function addQuotes(selections: Selection[], ticks: Iterable<Tick>, format: PriceFormat): void {
  const places = new Map(selections.map(({ id }, place) => [id, place]))
  for (const tick of ticks) {
    const quote = quoteOf(tick, format)
    const place = places.get(tick.selectionId) ?? selections.length
    const known = selections[place] ?? { id: tick.selectionId, name: tick.selectionName, image: null, quotes: [] }
    selections[place] = { ...known, quotes: [...known.quotes, quote] }
    places.set(tick.selectionId, place)
  }
}
