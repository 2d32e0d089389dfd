import type { StoredBook } from '../book/documents.ts'
import type { MarketId } from '../book/ids.ts'

/** A book as the store has it; the etag is what a save must still find there. */
export type HeldBook = { book: StoredBook; etag: string }

/**
 * The books this worker saw last, so that a tick costs one write and no read. It may be behind the store at any time: the etag finds
 * that out, and costs one refused write. Least recently used first out; the number of markets in memory is stated (I9).
 */
export class BookCache {
  readonly #books = new Map<MarketId, HeldBook>()
  readonly #maxMarkets: number

  constructor(maxMarkets = 20_000) {
    this.#maxMarkets = maxMarkets
  }

  get(market: MarketId): HeldBook | undefined {
    return this.#books.get(market)
  }

  set(market: MarketId, held: HeldBook): void {
    this.#books.delete(market)
    this.#books.set(market, held)
    if (this.#books.size <= this.#maxMarkets) return
    const oldest = this.#books.keys().next()
    if (!oldest.done) this.#books.delete(oldest.value)
  }

  forget(market: MarketId): void {
    this.#books.delete(market)
  }
}
