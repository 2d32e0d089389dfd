import { type FeedHealth, noDrift } from '../../../functions/book/feed-health.ts'
import { feed } from '../client/odds-world.ts'

/** A feed that is well. */
export function healthNow(): FeedHealth {
  const nowMs = Date.now()
  const counts = { markets: 2, selections: 4, published: 0, unchanged: 2, rejected: 0, lagMs: null, quota: null, drift: noDrift }
  return { feed, everyMs: 20_000, polledAtMs: nowMs, completeAtMs: nowMs, changedAtMs: nowMs, failure: null, ...counts }
}
