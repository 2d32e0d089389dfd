import { bookmakerOf, feedName, marketIdOf, selectionIdOf, topicOf } from '../../../functions/book/ids.ts'
import { type Snapshot, snapshotQuote } from '../../../functions/book/market.ts'
import type { SnapshotMessage } from '../../../functions/book/wire.ts'
import { topicNames } from '../../../infra/names.ts'

/** PredictIt's size. */
export const shape = { markets: 160, selections: 6 }

/**
 * A feed of which one price moves at a time. Which one is drawn by Zipf's law: of a recorded PredictIt day's moves a hundredth of the prices
 * made a fifth, a twentieth half, and a fifth nine tenths. The same for the same seed.
 */
export function workload(seed: number) {
  const random = mulberry32(seed)
  const prices = shape.markets * shape.selections
  const cents = Array.from({ length: prices }, (_, i) => 1 + (i % 98))
  const places = shuffled(prices, random)
  let total = 0
  const upTo = Array.from({ length: prices }, (_, i) => (total += 1 / (i + 1)))
  const feed = feedName('cost')
  const topic = topicOf(topicNames[0] ?? '')
  const bookmaker = bookmakerOf('cost')

  const show = (market: number, atMs: number): SnapshotMessage => {
    const snapshot: Snapshot = {
      marketId: marketIdOf(feed, market),
      feed,
      topic,
      asOfMs: atMs,
      observedAtMs: atMs,
      publishedAtMs: atMs,
      complete: true,
      priceFormat: 'probability',
      market: {
        name: `Will question number ${market} be answered before the year is out?`,
        url: `https://www.example.com/markets/detail/${market}/Will-question-${market}-be-answered`,
        image: `https://images.example/markets/${market}/0123456789abcdef.jpg`,
        status: 'open',
        fixture: null,
      },
      selections: Array.from({ length: shape.selections }, (_, i) => {
        const cent = cents[market * shape.selections + i] ?? 1
        const quote = snapshotQuote(bookmaker, { last: cent / 100, back: (cent + 1) / 100, lay: cent / 100 })
        const id = selectionIdOf(feed, `${market}-${i}`)
        return {
          id,
          name: `Answer number ${i}`,
          image: `https://images.example/contracts/${i}/0123456789abcdef.png`,
          quotes: [quote],
        }
      }),
    }
    return { v: 1, kind: 'market', unchangedUntilMs: atMs, ...snapshot }
  }
  return {
    all: (atMs: number): SnapshotMessage[] => Array.from({ length: shape.markets }, (_, market) => show(market, atMs)),
    /** The market of the price that moved. */
    next(atMs: number): SnapshotMessage {
      const drawn = random() * total
      const place = places[upTo.findIndex((sum) => sum >= drawn)] ?? 0
      cents[place] = 1 + ((cents[place] ?? 0) % 98)
      return show(Math.floor(place / shape.selections), atMs)
    },
  }
}

function shuffled(length: number, random: () => number): number[] {
  const order = Array.from({ length }, (_, i) => i)
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  return order
}

/** Tommy Ettinger's generator, of which the seed alone decides what comes. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
