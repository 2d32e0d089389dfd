import type { FeedName } from './ids.ts'

/** What is known of a feed after its last poll: facts only. The state they mean depends on the time, so it is worked out where it is shown. */
export type FeedHealth = {
  feed: FeedName
  /** The interval of its schedule, or of its heartbeats; null for a provider that pushes when it likes. */
  everyMs: number | null
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
  /** How old the feed's quotes were, by its own clock, when they were last read: the median over its markets. Null where it has no clock. */
  lagMs: number | null
  quota: Quota | null
  drift: Drift
}

/** `retryAtMs`: the feed asked for quiet, or we give it some; no poll before then. */
export type FeedFailure = { reason: string; sinceMs: number; times: number; retryAtMs: number | null }

/** Calls that the feed still grants, in its own unit. `everyMs` of the health is stretched so that they last; no poll before `nextPollAtMs`. */
export type Quota = { remaining: number; used: number | null; resetsAtMs: number | null; nextPollAtMs: number | null }

/**
 * How the feed's JSON differs from what we know of it: fields that are new, with the number of looked-at objects that have them, and fields
 * that are gone from all of them. Looked at are some objects of each poll, not all.
 */
export type Drift = { unknown: readonly UnknownField[]; vanished: readonly string[] }
export type UnknownField = { field: string; count: number }

export const noDrift: Drift = { unknown: [], vanished: [] }

/** What dedupe made of a feed's messages since `sinceMs`, over all of its workers. */
export type DedupeCounts = {
  feed: FeedName
  sinceMs: number
  countedAtMs: number
  fresh: number
  duplicate: number
  stale: number
  ticks: number
}

/** quiet: answers, but no price moves. late: behind its schedule. down: does not answer. */
export type FeedState = 'live' | 'quiet' | 'late' | 'down'

const quietAfterMs = 10 * 60_000

/** A provider that pushes has no schedule to be behind of: it is live while it pushes, and quiet after that. */
export function feedState(health: FeedHealth, nowMs: number): FeedState {
  if (health.everyMs !== null) {
    const lateAfterMs = 2 * health.everyMs + 5_000
    const downAfterMs = 4 * health.everyMs + 15_000
    const ageMs = nowMs - (health.completeAtMs ?? health.failure?.sinceMs ?? health.polledAtMs)
    if (ageMs > downAfterMs) return 'down'
    if (health.failure !== null || ageMs > lateAfterMs) return 'late'
  }
  return nowMs - (health.changedAtMs ?? 0) > quietAfterMs ? 'quiet' : 'live'
}
