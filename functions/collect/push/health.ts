import type { Drift, FeedHealth } from '../../book/feed-health.ts'
import type { FeedName } from '../../book/ids.ts'
import type { FeedStore } from '../collect.ts'
import { neverPolled, withFailure } from '../health.ts'
import { dropOldest } from '../memory.ts'
import { reasonOf } from '../one-line.ts'
import type { PushMemory } from './memory.ts'

/** What a push tells of its feed. `published` and `rejected` are its own; `memory` is all that this worker knows of the feed. */
export type PushSeen =
  | {
      kind: 'taken'
      atMs: number
      moved: boolean
      memory: PushMemory
      published: number
      rejected: number
      lagMs: number | null
      drift: Drift
    }
  | { kind: 'failed'; atMs: number; reason: string }

/** Never waits and never throws: that a push could not be counted is no reason to keep its sender waiting. */
export type HealthKeeper = { note(feed: FeedName, seen: PushSeen): void }

export type KeeperClock = { nowMs(): number; after(delayMs: number, act: () => void): unknown }

const everyMs = 1_000
const maxFeeds = 64

/**
 * The record of each pushing feed, written at most once a second by this worker, however often it pushes; the last push of a burst is in
 * it a second later at most. What it holds of another worker's pushes is kept where it is newer. Should the worker end within that second,
 * a count is lost.
 */
export function healthKeeper(store: FeedStore, clock: KeeperClock, trouble: (reason: string) => void): HealthKeeper {
  const feeds = new Map<FeedName, Kept>()
  const schedule = (feed: FeedName, kept: Kept): void => {
    kept.scheduled = true
    clock.after(Math.max(kept.savedAtMs + everyMs - clock.nowMs(), 0), () => void save(feed, kept))
  }
  const save = async (feed: FeedName, kept: Kept): Promise<void> => {
    const { waiting } = kept
    kept.waiting = undefined
    kept.savedAtMs = clock.nowMs()
    try {
      if (waiting !== undefined) {
        const stored = await store.load(feed)
        await store.save({ openMarkets: [], digest: '', ...stored, health: afterPush(stored?.health, feed, waiting) })
      }
    } catch (error) {
      trouble(`state of ${feed} not saved: ${reasonOf(error)}`)
    }
    kept.scheduled = false
    if (kept.waiting !== undefined) schedule(feed, kept)
  }
  return {
    note(feed, seen) {
      const kept: Kept = feeds.get(feed) ?? { waiting: undefined, scheduled: false, savedAtMs: 0 }
      feeds.delete(feed)
      feeds.set(feed, kept)
      dropOldest(feeds, maxFeeds)
      kept.waiting = kept.waiting === undefined ? seen : together(kept.waiting, seen)
      if (!kept.scheduled) schedule(feed, kept)
    },
  }
}

/** `scheduled` from when a save is due until it is done: one feed is never saved twice at the same time. */
type Kept = { waiting: PushSeen | undefined; scheduled: boolean; savedAtMs: number }

/** Two pushes of the same second. */
function together(before: PushSeen, after: PushSeen): PushSeen {
  if (before.kind === 'failed' || after.kind === 'failed') return after
  return {
    ...after,
    moved: before.moved || after.moved,
    published: before.published + after.published,
    rejected: before.rejected + after.rejected,
  }
}

/** The feed after a push. The first one ever is a change; that this worker does not know a market is none. */
export function afterPush(stored: FeedHealth | undefined, feed: FeedName, seen: PushSeen): FeedHealth {
  const before = { ...(stored ?? neverPolled(feed, null, seen.atMs)), everyMs: null }
  const polledAtMs = Math.max(before.polledAtMs, seen.atMs)
  if (seen.kind === 'failed') return { ...withFailure(before, seen.atMs, seen.reason, null), polledAtMs }
  const { atMs, moved, memory, published, rejected, lagMs, drift } = seen
  const changed = moved || before.changedAtMs === null
  return {
    ...before,
    polledAtMs,
    changedAtMs: changed ? Math.max(before.changedAtMs ?? 0, atMs) : before.changedAtMs,
    failure: null,
    markets: memory.markets.size,
    selections: [...memory.markets.values()].reduce((sum, { selections }) => sum + selections, 0),
    published,
    unchanged: 0,
    rejected,
    lagMs,
    drift,
  }
}
