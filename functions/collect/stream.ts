import type { Drift } from '../book/feed-health.ts'
import type { FeedName, MarketId } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Rejected } from './dead-letter.ts'

/**
 * Where odds are read from by keeping one connection open. `heartbeatMs`: the feed says at least something this often; a connection on
 * which it does not is a dead one.
 */
export type StreamFeed = {
  name: FeedName
  heartbeatMs: number
  /**
   * One connection, from its opening on; the next one goes on where the last ended if the feed can. It ends by an error that says in one
   * line what became of it, and without one only where nothing can ever follow, as at the end of a recorded file. Whoever does not ask
   * for more news stops the feed from sending, and nothing is left out meanwhile. When `signal` is aborted it ends at once.
   */
  connect(at: ConnectAt): AsyncIterable<News>
  /** Of what came over the connections so far; asked for now and then. */
  drift(): Drift
}

/** `options` are those that the feed's line names. A feed throws where one makes no sense, and says what would. */
export type StreamOptions = { url: string; key: string | undefined; options: Readonly<Record<string, string>> }

/**
 * `warn`: something a person should know that costs no news. `open`: the markets that have not ended, as far as anybody knows; a feed that
 * follows but some of its markets may ask what became of those.
 */
export type ConnectAt = {
  nowMs: () => number
  signal: AbortSignal
  warn: (what: string) => void
  open: () => readonly MarketId[]
}

/** What one read of the connection brought. */
export type News = {
  /** In the order in which things happened; of a market that changed twice there are two. */
  snapshots: readonly Snapshot[]
  rejected: readonly Rejected[]
  /**
   * The feed has now shown everything that it has, as it does at first: the ids of all its markets, those that could not be read among
   * them. What was open before and is not in it is gone (I10). Null in all other news.
   */
  whole: readonly MarketId[] | null
  /** Why the feed itself says that it cannot be relied on just now, though the connection is fine. Null where it says no such thing. */
  behind: string | null
  /** The feed's clock when it said this. */
  saidAtMs: number | null
  /** Of how many changes the feed says that it merged several into one, because we were too slow for it. */
  conflated: number
}

/** A heartbeat. */
export const nothingNew: News = { snapshots: [], rejected: [], whole: null, behind: null, saidAtMs: null, conflated: 0 }
