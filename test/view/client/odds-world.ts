import {
  bookmakerOf,
  feedName,
  type MarketId,
  marketIdOf,
  quoteKeyOf,
  selectionIdOf,
  topicOf,
} from '../../../functions/book/ids.ts'
import { applyTicks, type Book } from '../../../functions/book/market.ts'
import type { MarketStatus, Prices } from '../../../functions/book/quote.ts'
import type { Tick } from '../../../functions/book/tick.ts'
import type { MarketDelta } from '../../../functions/book/wire.ts'

export const feed = feedName('testfeed')
export const bookmaker = bookmakerOf('testfeed')
export const startMs = Date.UTC(2026, 0, 1)

export const market = (name: string): MarketId => marketIdOf(feed, name)
export const selection = (name: string) => selectionIdOf(feed, name)

/** What else a tick may tell beside prices. */
type Said = Partial<Omit<Tick, keyof Prices | 'seq' | 'selectionId' | 'selectionName'>>

/** The server's side of the story: what dedupe would have stored, tick by tick. A test compares the board with it. */
export class OddsWorld {
  readonly books = new Map<MarketId, Book>()
  readonly #openings = new Map<MarketId, number>()
  readonly #ticks = new Map<MarketId, Tick[]>()

  /** Puts a whole book there, with whatever `seq` it has; ticks before it have expired. */
  put(book: Book): void {
    this.books.set(book.marketId, book)
    this.#ticks.set(book.marketId, [])
  }

  /** Each time an hour later, as a market that comes back after its book is gone. */
  open(id: MarketId, name: string = id): void {
    const times = this.#openings.get(id) ?? 0
    this.#openings.set(id, times + 1)
    const openedAtMs = startMs + times * 3_600_000
    this.put(bookOf(id, { name, openedAtMs, changedAtMs: openedAtMs }))
  }

  /**
   * The next tick of a selection; one never seen before is opened by it. What is not said stays as it was. Returned as the delta that
   * would be sent.
   */
  tick(id: MarketId, selectionName: string, prices: Partial<Prices>, change: Said = {}): MarketDelta {
    const book = this.book(id)
    const selectionId = selection(selectionName)
    const known = book.selections.find((s) => s.id === selectionId)
    const by = change.bookmaker ?? bookmaker
    const before = known?.quotes.find((quote) => quote.bookmaker === by)
    const seq = book.seq + 1
    const observedAtMs = change.observedAtMs ?? book.openedAtMs + seq
    const tick: Tick = {
      last: before?.last ?? null,
      back: before?.back ?? null,
      lay: before?.lay ?? null,
      point: before?.point ?? null,
      outcome: before?.outcome ?? null,
      status: before?.status ?? 'open',
      startsAtMs: book.fixture?.startsAtMs ?? null,
      inPlay: book.inPlay,
      marketStatus: book.status,
      kind: before === undefined ? 'opened' : 'moved',
      ...prices,
      ...change,
      seq,
      selectionId,
      selectionName: known?.name ?? selectionName,
      bookmaker: by,
      publishedAtMs: null,
      observedAtMs,
      storedAtMs: observedAtMs,
    }
    const after = applyTicks(book, [tick])
    const images = after.selections.map((s) => (s.id === selectionId ? { ...s, image: imageOf(selectionName) } : s))
    this.books.set(id, { ...after, selections: images })
    this.#ticks.get(id)?.push(tick)
    return { id, from: seq, to: seq, status: tick.marketStatus, ticks: [tick] }
  }

  book(id: MarketId): Book {
    const book = this.books.get(id)
    if (book === undefined) throw new Error(`the world has no market ${id}`)
    return book
  }

  /** As `GET /api/markets/{id}/ticks?after=`; `undefined` when a snapshot is needed. */
  ticksAfter(id: MarketId, after: number): MarketDelta | 'expired' | 'ahead' {
    const book = this.book(id)
    if (book.seq < after) return 'ahead'
    const ticks = (this.#ticks.get(id) ?? []).filter((tick) => tick.seq > after)
    if (ticks.length < book.seq - after) return 'expired'
    return { id, from: after + 1, to: book.seq, status: book.status, ticks }
  }

  /** All that is kept of a market. */
  allTicks(id: MarketId): readonly Tick[] {
    return this.#ticks.get(id) ?? []
  }

  forgetTicks(id: MarketId): void {
    this.#ticks.set(id, [])
  }

  /** All as it was: a store that was lost and filled again. */
  startOver(id: MarketId): void {
    this.open(id, this.book(id).name)
  }
}

/** Several deltas that follow each other as one, the newest tick of each selection and bookmaker kept, as fanout conflates them. */
export function conflated(deltas: readonly [MarketDelta, ...MarketDelta[]]): MarketDelta {
  const newest = new Map<string, Tick>()
  for (const tick of deltas.flatMap((delta) => delta.ticks)) newest.set(quoteKeyOf(tick.selectionId, tick.bookmaker), tick)
  const last = deltas.at(-1) ?? deltas[0]
  return { ...last, from: deltas[0].from, ticks: [...newest.values()].sort((a, b) => a.seq - b.seq) }
}

export const imageOf = (name: string) => `https://images.example/${name}.png`

export function bookOf(marketId: MarketId, parts: Partial<Book> & { status?: MarketStatus } = {}): Book {
  return {
    marketId,
    feed,
    topic: topicOf('politics'),
    priceFormat: 'probability',
    name: marketId,
    url: null,
    image: null,
    status: 'open',
    fixture: null,
    inPlay: null,
    seq: 0,
    openedAtMs: startMs,
    changedAtMs: startMs,
    selections: [],
    ...parts,
  }
}
