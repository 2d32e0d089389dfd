import type { Alert } from '../../functions/book/alert.ts'
import { bookmakerOf, feedName, marketIdOf, selectionIdOf, topicOf } from '../../functions/book/ids.ts'

const feed = feedName('testfeed')

/** A move of one quote, unless told otherwise. */
export function alertOf(id: string, said: Partial<Alert> = {}): Alert {
  const marketId = marketIdOf(feed, 'm')
  const selectionId = selectionIdOf(feed, 'a')
  return {
    id,
    kind: 'move',
    topic: topicOf('politics'),
    marketId,
    marketName: 'Market m',
    selectionId,
    selectionName: 'Selection a',
    headline: 'Selection a went up at alpha',
    size: 0.07,
    tookMs: 30_000,
    observedAtMs: 100_000,
    evidence: [
      {
        marketId,
        selectionId,
        selectionName: 'Selection a',
        bookmaker: bookmakerOf('alpha'),
        priceFormat: 'probability',
        price: 0.47,
        point: null,
        impliedProbability: 0.47,
        observedAtMs: 100_000,
        publishedAtMs: 99_000,
        before: { price: 0.4, impliedProbability: 0.4, observedAtMs: 70_000 },
      },
    ],
    ...said,
  }
}
