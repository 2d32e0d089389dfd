import { bookmakerOf, type FeedName, marketIdOf, selectionIdOf, topicOf } from '../../book/ids.ts'
import { type Snapshot, type SnapshotQuote, snapshotQuote } from '../../book/market.ts'
import { between, type Key, keyOf, lastStep, shares, subKey, unit, type Wave, waves } from './noise.ts'
import { questions } from './questions.ts'

/** Prediction markets in the manner of PredictIt: one venue, prices in whole cents, two sides with a gap between them. */
export function politicsMarkets(feed: FeedName, seed: string, atMs: number): Snapshot[] {
  return questions.map(({ name, selections }, i) => {
    const id = `q${i + 1}`
    const key = keyOf(`${seed} ${id}`)
    return {
      marketId: marketIdOf(feed, id),
      feed,
      topic: politics,
      asOfMs: atMs,
      observedAtMs: atMs,
      publishedAtMs: atMs,
      complete: true,
      priceFormat: 'probability',
      market: { name, url: null, image: null, status: 'open', fixture: null },
      selections: selections.map((selection, j) => ({
        id: selectionIdOf(feed, `${id}-${j + 1}`),
        name: selection,
        image: null,
        quotes: [quoteAt(key, selections.length, j, atMs)],
      })),
    }
  })
}

const politics = topicOf('politics')
const bookmaker = bookmakerOf('straits-exchange')

/** Opinion drifts over hours, news over minutes, and the order book never quite rests. */
const opinion: readonly Wave[] = [
  { periodMs: 7 * 3_600_000, height: 0.7 },
  { periodMs: 26 * 60_000, height: 0.25 },
  { periodMs: 150_000, height: 0.09 },
  { periodMs: 19_000, height: 0.05 },
]

function quoteAt(market: Key, size: number, index: number, atMs: number): SnapshotQuote {
  const own = subKey(market, 100 + index)
  const now = sidesAt(market, size, index, lastStep(market, atMs, Math.round(between(market, 1, 3_000, 9_000))))
  // Somebody trades every now and then, at one of the two prices of that instant, and that price stands until the next trade.
  const tradedAtMs = lastStep(own, atMs, Math.round(between(own, 2, 25_000, 240_000)))
  const then = sidesAt(market, size, index, tradedAtMs)
  const bought = unit(own, Math.floor(tradedAtMs / 1000)) < 0.5
  const last = bought ? (then.back ?? then.lay) : (then.lay ?? then.back)
  return snapshotQuote(bookmaker, { last: unit(own, 4) < neverTraded ? null : last, ...now })
}

/** The share of selections that nobody has ever bought. */
const neverTraded = 0.03

/**
 * Rounded away from the fair price, so that nobody can buy every selection for less than 1, or sell every one for more. Below a cent
 * nobody bids and above 99 nobody offers; for long shots there is often no bid, and for near certainties no offer, even inside that.
 */
function sidesAt(market: Key, size: number, index: number, atMs: number): { back: number | null; lay: number | null } {
  const own = subKey(market, 100 + index)
  const fair = shares(Array.from({ length: size }, (_, i) => weightAt(subKey(market, 200 + i), atMs)))[index] ?? 0
  const half = between(own, 3, 0.002, 0.011)
  const backCents = Math.ceil((fair + half) * 100)
  const layCents = Math.floor((fair - half) * 100)
  const deserted = waves(subKey(own, 5), atMs, interest) > 0
  return {
    back: backCents > 99 || (deserted && fair > 0.94) ? null : backCents / 100,
    lay: layCents < 1 || (deserted && fair < 0.06) ? null : layCents / 100,
  }
}

const interest: readonly Wave[] = [{ periodMs: 11 * 60_000, height: 1 }]

const weightAt = (selection: Key, atMs: number) => between(selection, 9, -2.1, 2.1) + waves(selection, atMs, opinion)
