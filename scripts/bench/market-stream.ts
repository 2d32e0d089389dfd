import { bookmakerOf, feedName, type MarketId, marketIdOf, selectionIdOf, topicOf } from '../../functions/book/ids.ts'
import { type Snapshot, snapshotQuote } from '../../functions/book/market.ts'

const feed = feedName('bench')
const topic = topicOf('politics')
const bookmaker = bookmakerOf('bench')

/** PredictIt's size: about 160 markets of 5 or 6 selections. */
export const shape = { markets: 160, selectionsPerMarket: 6 }

/** Round after round, some selections of some markets move by a cent: the same stream every time, of markets of its own by `name`. */
export function marketStream(name: string) {
  const { markets, selectionsPerMarket } = shape
  const cents = Array.from({ length: markets * selectionsPerMarket }, (_, i) => 1 + (i % 98))
  const ids = Array.from({ length: markets }, (_, i) => marketIdOf(feed, `${name}-${i}`))
  return {
    ids: ids as readonly MarketId[],
    /** Moves `moving` selections of market `index` and shows it as of `atMs`. */
    next(index: number, moving: number, atMs: number): Snapshot {
      const from = index * selectionsPerMarket
      for (let i = 0; i < moving; i++) cents[from + i] = 1 + ((cents[from + i] ?? 0) % 98)
      return {
        marketId: ids[index] ?? marketIdOf(feed, `${name}-${index}`),
        feed,
        topic,
        asOfMs: atMs,
        observedAtMs: atMs,
        publishedAtMs: atMs,
        complete: true,
        priceFormat: 'probability',
        market: {
          name: `Will question number ${index} be answered before the year is out?`,
          url: null,
          image: null,
          status: 'open',
          fixture: null,
        },
        selections: Array.from({ length: selectionsPerMarket }, (_, i) => selection(`${name}-${index}`, i, cents[from + i] ?? 1)),
      }
    },
  }
}

function selection(market: string, i: number, cent: number): Snapshot['selections'][number] {
  const [last, back, lay] = [cent / 100, (cent + 1) / 100, cent / 100]
  return {
    id: selectionIdOf(feed, `${market}-${i}`),
    name: `Answer number ${i} of ${market}`,
    image: null,
    quotes: [snapshotQuote(bookmaker, { last, back, lay })],
  }
}
