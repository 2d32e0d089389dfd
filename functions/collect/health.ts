import { type FeedHealth, noDrift, type Quota } from '../book/feed-health.ts'
import type { FeedName } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Poll } from './feed.ts'

export const neverPolled = (feed: FeedName, everyMs: number | null, nowMs: number): FeedHealth => ({
  feed,
  everyMs,
  polledAtMs: nowMs,
  completeAtMs: null,
  changedAtMs: null,
  failure: null,
  markets: 0,
  selections: 0,
  published: 0,
  unchanged: 0,
  rejected: 0,
  lagMs: null,
  quota: null,
  drift: noDrift,
})

export type ListingCounts = { changed: boolean; published: number; unchanged: number; rejected: number; everyMs: number }

/** A partial poll is a failure to be shown, but not one to wait for: the feed does answer. */
export function withListing(
  before: FeedHealth,
  atMs: number,
  poll: Extract<Poll, { kind: 'complete' | 'partial' }>,
  { changed, everyMs, ...counts }: ListingCounts,
): FeedHealth {
  const complete = poll.kind === 'complete'
  const health: FeedHealth = {
    ...(complete ? { ...before, failure: null, completeAtMs: atMs } : withFailure(before, atMs, poll.reason, null)),
    polledAtMs: atMs,
    changedAtMs: changed ? atMs : before.changedAtMs,
    markets: poll.snapshots.length,
    selections: poll.snapshots.reduce((sum, snapshot) => sum + snapshot.selections.length, 0),
    ...counts,
    lagMs: medianLagMs(poll.snapshots),
    drift: poll.drift ?? noDrift,
  }
  return poll.quota === undefined ? health : withQuota(health, everyMs, poll.quota)
}

/** A feed that must be asked less often for its quota to last is not late while it waits. */
export function withQuota(health: FeedHealth, everyMs: number, quota: Quota): FeedHealth {
  return { ...health, quota, everyMs: Math.max(everyMs, (quota.nextPollAtMs ?? 0) - health.polledAtMs) }
}

/** The lower one of two in the middle. */
export function medianLagMs(snapshots: readonly Snapshot[]): number | null {
  const lags = snapshots.flatMap(({ observedAtMs, publishedAtMs }) =>
    publishedAtMs === null ? [] : [observedAtMs - publishedAtMs],
  )
  return lags.sort((a, b) => a - b)[(lags.length - 1) >> 1] ?? null
}

export function withNothingNew(before: FeedHealth, atMs: number): FeedHealth {
  return { ...before, polledAtMs: atMs, completeAtMs: atMs, failure: null, published: 0, unchanged: before.markets }
}

export function withFailure(before: FeedHealth, atMs: number, reason: string, retryAtMs: number | null): FeedHealth {
  const { sinceMs, times } = before.failure ?? { sinceMs: atMs, times: 0 }
  const failure = { reason, sinceMs, times: times + 1, retryAtMs }
  return { ...before, polledAtMs: atMs, failure, published: 0, unchanged: 0, rejected: 0 }
}

const longestBackoffMs = 5 * 60_000
const longestObeyedMs = 60 * 60_000

/**
 * How long to leave the feed alone after the `times`-th failure in a row. A feed that names a time gets it, up to an hour: longer is
 * more likely a mistake than a wish. Otherwise anything below a bound that doubles from one interval to five minutes ("full jitter"):
 * workers that failed together do not come back together.
 */
export function retryDelayMs(failure: { times: number; everyMs: number; retryAfterMs: number | null }, random: number): number {
  if (failure.retryAfterMs !== null) return Math.min(Math.max(failure.retryAfterMs, 0), longestObeyedMs)
  return Math.floor(random * Math.min(failure.everyMs * 2 ** (failure.times - 1), longestBackoffMs))
}
