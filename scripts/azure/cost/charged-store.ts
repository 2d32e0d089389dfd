import { bookDocument, tickDocuments } from '../../../functions/book/documents.ts'
import type { BookStore } from '../../../functions/dedupe/dedupe.ts'
import { createCharge, readCharge, replaceCharge } from '../../../infra/local/cosmos/charge.ts'
import { containers } from '../../../infra/names.ts'

export type ChargedStore = {
  books: BookStore
  /** Request units so far. */
  charged(): number
  /** What was written since it was last asked: the feed brings a book once, as it is now, and each tick. */
  changes(): object[]
}

/** The documents that dedupe writes, and what the local Cosmos DB would charge for them; the documents themselves are kept by nobody. */
export function chargedStore(ttlSeconds: number): ChargedStore {
  const paths = containers.odds.indexedPaths.length
  let [units, etag] = [0, 0]
  let books = new Map<string, object>()
  let ticks: object[] = []
  return {
    books: {
      async load() {
        units += readCharge(0)
        return { kind: 'absent' }
      },
      async save(held, write, traceparent) {
        const book = bookDocument(write.book, ttlSeconds)
        const own = tickDocuments(write.ticks, write.book, ttlSeconds, held?.book, traceparent)
        units += held === undefined ? createCharge(bytesOf(book), paths) : replaceCharge(bytesOf(book), paths)
        for (const tick of own) units += createCharge(bytesOf(tick), paths)
        books.set(write.book.marketId, book)
        ticks.push(...own)
        return { kind: 'saved', etag: String(++etag) }
      },
    },
    charged: () => units,
    changes() {
      const all = [...books.values(), ...ticks]
      books = new Map()
      ticks = []
      return all
    },
  }
}

export const bytesOf = (value: object) => Buffer.byteLength(JSON.stringify(value))
