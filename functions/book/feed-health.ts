import type { FeedName } from './ids.ts'

/** What is known of a feed after its last poll: facts only. The state they mean depends on the time, so it is worked out where it is shown. */
export type FeedHealth = {
  feed: FeedName
  /** The schedule's interval. */
  everyMs: number
  polledAtMs: number
  /** The last poll that listed everything; only such a one proves that a missing market is gone. */
  completeAtMs: number | null
  /** The last poll in which some market differed from the one before. */
  changedAtMs: number | null
  failure: FeedFailure | null
  markets: number
  selections: number
  /** Of the last poll: markets published, markets left out because their value was the one last published, markets unreadable. */
  published: number
  unchanged: number
  rejected: number
}

/** `retryAtMs`: the feed asked for quiet, or we give it some; no poll before then. */
export type FeedFailure = { reason: string; sinceMs: number; times: number; retryAtMs: number | null }

/** quiet: answers, but no price moves. late: behind its schedule. down: does not answer. */
export type FeedState = 'live' | 'quiet' | 'late' | 'down'

const quietAfterMs = 10 * 60_000

export function feedState(health: FeedHealth, nowMs: number): FeedState {
  const lateAfterMs = 2 * health.everyMs + 5_000
  const downAfterMs = 4 * health.everyMs + 15_000
  const ageMs = nowMs - (health.completeAtMs ?? health.failure?.sinceMs ?? health.polledAtMs)
  if (ageMs > downAfterMs) return 'down'
  if (health.failure !== null || ageMs > lateAfterMs) return 'late'
  return nowMs - (health.changedAtMs ?? 0) > quietAfterMs ? 'quiet' : 'live'
}
