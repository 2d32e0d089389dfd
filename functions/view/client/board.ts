import type { FeedHealth } from '../../book/feed-health.ts'
import { type Bookmaker, type FeedName, type MarketId, type QuoteKey, quoteKeyOf, type SelectionId } from '../../book/ids.ts'
import { applyTicks, type Book, type Quote } from '../../book/market.ts'
import type { Prices } from '../../book/quote.ts'
import { type TickKind, tickKindOf } from '../../book/tick.ts'
import type { MarketDelta } from '../../book/wire.ts'

export type Direction = 'up' | 'down'
export const priceSides = ['last', 'back', 'lay'] as const
export type PriceSide = (typeof priceSides)[number]
/** `point`: the line went from one number to another. */
export type Change = { side: PriceSide | 'point'; direction: Direction; from: number; to: number }

/**
 * What became of a quote in front of the reader: in a word, and number by number. The first change of a price says where the quote went:
 * last, else back, else lay.
 */
export type Move = {
  market: MarketId
  selection: SelectionId
  bookmaker: Bookmaker
  kind: TickKind
  changes: readonly Change[]
}

/** `markets`: whose books are new. `listed`: whether markets came or went. */
export type BoardChange = { markets: ReadonlySet<MarketId>; moves: readonly Move[]; listed: boolean }

/**
 * The odds as this browser holds them. It changes in place, so that a tick costs the work of its own market and never that of the
 * whole board; each book in it is a value that is replaced, so that a book once handed out stays as it was.
 */
export class Board {
  readonly #books = new Map<MarketId, Book>()
  readonly #feeds = new Map<FeedName, FeedHealth>()

  get books(): ReadonlyMap<MarketId, Book> {
    return this.#books
  }

  get feeds(): ReadonlyMap<FeedName, FeedHealth> {
    return this.#feeds
  }

  /** A snapshot of everything: what it lacks is gone. Markets in `keep` stay as they are, and stay described as the snapshot says. */
  hold(snapshot: readonly Book[], keep: ReadonlySet<MarketId>): BoardChange {
    const listed = new Set(snapshot.map((book) => book.marketId))
    const gone = [...this.#books.keys()].filter((market) => !listed.has(market))
    for (const market of gone) this.#books.delete(market)
    const changes = snapshot.map((book) => this.holdBook(book, keep.has(book.marketId) ? 'ifNewer' : 'always'))
    return {
      markets: new Set([...gone, ...changes.flatMap((change) => [...change.markets])]),
      moves: changes.flatMap((change) => change.moves),
      listed: gone.length > 0 || changes.some((change) => change.listed),
    }
  }

  /** An older book than ours still knows names and images that a tick does not carry. */
  holdBook(book: Book, how: 'ifNewer' | 'always'): BoardChange {
    const ours = this.#books.get(book.marketId)
    const next = ours === undefined || how === 'always' || book.seq >= ours.seq ? book : describedBy(ours, book)
    this.#books.set(book.marketId, next)
    return {
      markets: new Set([book.marketId]),
      moves: ours === undefined ? [] : movesBetween(ours, next),
      listed: ours === undefined,
    }
  }

  /** The server no longer has these, or can no longer give them. */
  forget(markets: readonly MarketId[]): BoardChange {
    const gone = markets.filter((market) => this.#books.delete(market))
    return { markets: new Set(gone), moves: [], listed: gone.length > 0 }
  }

  /** A delta that does not follow on what is held is refused (I4); the connection asks for what is missing. */
  apply(deltas: readonly MarketDelta[]): BoardChange {
    const markets = new Set<MarketId>()
    const moves: Move[] = []
    for (const delta of deltas) {
      const book = this.#books.get(delta.id)
      if (book === undefined || delta.to <= book.seq || delta.from > book.seq + 1) continue
      const next: Book = { ...applyTicks(book, delta.ticks), seq: delta.to, status: delta.status }
      this.#books.set(delta.id, next)
      markets.add(delta.id)
      moves.push(...movesBetween(book, next))
    }
    return { markets, moves, listed: false }
  }

  report(feeds: readonly FeedHealth[]): void {
    for (const health of feeds) {
      const known = this.#feeds.get(health.feed)
      if (known === undefined || known.polledAtMs <= health.polledAtMs) this.#feeds.set(health.feed, health)
    }
  }
}

function describedBy(ours: Book, older: Book): Book {
  const known = new Map(older.selections.map((selection) => [selection.id, selection]))
  const selections = ours.selections.map((selection) => {
    const { name, image } = known.get(selection.id) ?? selection
    return { ...selection, name, image }
  })
  const { name, url, image } = older
  // When a fixture starts is told by ticks, as prices are; what it is called is not.
  const fixture = older.fixture && ours.fixture ? { ...older.fixture, startsAtMs: ours.fixture.startsAtMs } : older.fixture
  return { ...ours, name, url, image, fixture, selections }
}

/** Only selections that were replaced are looked into: `applyTicks` keeps the others as they are. */
function movesBetween(before: Book, after: Book): Move[] {
  const touched = after.selections.filter((selection, i) => selection !== before.selections[i])
  if (touched.length === 0) return []
  const old = new Map<QuoteKey, Quote>()
  for (const { id, quotes } of before.selections) for (const quote of quotes) old.set(quoteKeyOf(id, quote.bookmaker), quote)
  return touched.flatMap(({ id, quotes }) =>
    quotes.flatMap((quote) => {
      const was = old.get(quoteKeyOf(id, quote.bookmaker))
      const kind = tickKindOf(was, quote)
      const changes = changesBetween(was, quote)
      // A side that comes or goes has moved, and nobody knows from where.
      if (kind === undefined || (kind === 'moved' && changes.length === 0)) return []
      return [{ market: after.marketId, selection: id, bookmaker: quote.bookmaker, kind, changes }]
    }),
  )
}

function changesBetween(before: Prices | undefined, after: Prices): Change[] {
  if (before === undefined) return []
  return [...priceSides, 'point' as const].flatMap((side) => {
    const [from, to] = [before[side], after[side]]
    if (from === null || to === null || from === to) return []
    return [{ side, direction: to > from ? 'up' : 'down', from, to }]
  })
}
