import { type StoredBook, type TickDocument, tickDocuments } from '../../../functions/book/documents.ts'
import { bookmakerOf, feedName, type MarketId, marketIdOf, selectionIdOf, topicOf } from '../../../functions/book/ids.ts'
import { applyTicks, quoteOf } from '../../../functions/book/market.ts'
import type { Tick } from '../../../functions/book/tick.ts'

const venue = feedName('venue')
const bookmaker = bookmakerOf('venue')

/** About PredictIt's: a few selections with names, pictures and prices. */
export function inventedBook(number: number, selections: number): StoredBook {
  const ticks = Array.from({ length: selections }, (_, i) =>
    tickOf(i + 1, number * 100 + i, 0.05 + ((number + i) % 90) / 100, startMs),
  )
  return {
    marketId: marketIdOf(venue, number),
    feed: venue,
    topic: topicOf('politics'),
    name: `Which party will win the election in district ${number}?`,
    url: `https://www.venue.example/markets/detail/${number}`,
    image: `https://images.venue.example/markets/${number}/small.jpg`,
    status: 'open',
    fixture: null,
    inPlay: null,
    priceFormat: 'probability',
    seq: selections,
    openedAtMs: startMs,
    changedAtMs: startMs,
    selections: ticks.map((tick) => ({
      id: tick.selectionId,
      name: tick.selectionName,
      image: `https://images.venue.example/selections/${tick.selectionId.slice(6)}/small.png`,
      quotes: [quoteOf(tick, 'probability')],
    })),
    asOfMs: startMs,
    hub: null,
  }
}

/** A market of `selections`, and the documents of `count` ticks, 20 s apart in all, which selection by selection walk at random. */
export function inventedTicks(
  number: number,
  selections: number,
  count: number,
): { book: StoredBook; documents: TickDocument[] } {
  let book = inventedBook(number, selections)
  const documents: TickDocument[] = []
  const prices = Array.from({ length: selections }, () => 0.5)
  let seed = 1
  const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  for (let at = 0; at < count; at += 99) {
    const ticks = Array.from({ length: Math.min(99, count - at) }, (_, i) => {
      const which = Math.floor(chance() ** 2 * selections)
      const price = Math.min(0.99, Math.max(0.01, (prices[which] ?? 0.5) + (chance() < 0.5 ? -0.01 : 0.01)))
      prices[which] = Math.round(price * 100) / 100
      return tickOf(book.seq + 1 + i, number * 100 + which, prices[which], startMs + (at + i) * 20_000)
    })
    const after = applyTicks(book, ticks)
    documents.push(...tickDocuments(ticks, after, 30 * 86_400, book))
    book = after
  }
  return { book, documents }
}

/** A hundred thousand ticks 20 s apart are 23 days. */
export const startMs = Date.UTC(2026, 4, 1)

const tickOf = (seq: number, selection: number, price: number, atMs: number): Tick => ({
  seq,
  kind: 'moved',
  selectionId: selectionIdOf(venue, selection),
  selectionName: `Selection ${selection} of the party`,
  bookmaker,
  last: price,
  back: Math.min(0.99, price + 0.01),
  lay: Math.max(0.01, price - 0.01),
  point: null,
  status: 'open',
  outcome: null,
  marketStatus: 'open',
  startsAtMs: null,
  inPlay: null,
  publishedAtMs: null,
  observedAtMs: atMs,
  storedAtMs: atMs + 20,
})

export const marketOf = (number: number): MarketId => marketIdOf(venue, number)
