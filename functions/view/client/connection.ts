import type { Alert } from '../../book/alert.ts'
import type { DedupeCounts, FeedHealth } from '../../book/feed-health.ts'
import type { MarketId } from '../../book/ids.ts'
import type { BoardMessage, MarketDelta, MarketsAnswer, SnapshotRequired } from '../../book/wire.ts'
import type { CatchUpEffect, Gaps, Held, Standing } from './catch-up.ts'

/**
 * What the browser may be doing about its connection. Every state can say in words what is going on (`describe.ts`), and every
 * state knows what to do at every event (`step.ts`); neither knows a clock, a socket or the page.
 *
 * The order that makes a board without holes: join the groups first and keep the deltas that come in, then take the snapshot, then
 * apply those that reach beyond it (I4). It is gone through again after every connection that is not a proven continuation of
 * the one before, since nobody can tell what was sent in between; but who holds a board then need not take all of it anew. It
 * compares its `seq` of each market with the server's, and asks for the ticks of those that have moved on.
 */
export type Connection =
  | { state: 'connecting'; turn: number; attempt: number; sinceMs: number; buffered: readonly MarketDelta[] }
  | Joined
  /** The socket dropped; the service keeps our place for a while. What goes on over HTTP goes on in `inner`. */
  | {
      state: 'recovering'
      turn: number
      inner: Joined
      attempt: number
      droppedAtMs: number
      /** `null` while a try is under way. */
      tryAtMs: number | null
      reason: string
    }
  /** `soonestMs`: the server does not want to be asked before. */
  | { state: 'waiting'; turn: number; attempt: number; soonestMs: number; untilMs: number; reason: string }
  | { state: 'closed'; turn: number; reason: string }

export type Joined = Snapshotting | Comparing | Live | Resuming

/** A board that was followed before is held against the server's `seq` of each market. Deltas wait until what they follow is known. */
export type Comparing = { state: 'comparing'; turn: number; attempt: number; buffered: readonly MarketDelta[] }

/** Deltas wait for the snapshot that they follow. `reason`: why a board that was live needs it again. */
export type Snapshotting = {
  state: 'snapshotting'
  turn: number
  attempt: number
  reason: string | undefined
  buffered: readonly MarketDelta[]
}
export type Live = Flowing & { state: 'live' }
export type Resuming = Flowing & { state: 'resuming'; gaps: Gaps }

/** `attempt` counts on until the connection has held for a while, so that a server that lets us in and throws us out is spared. */
export type Flowing = { turn: number; attempt: number; sinceMs: number; heartbeat: Heartbeat }

/** Feed health is sent after every poll of any feed. `polledAtMs` is the newest poll heard of, on the server's clock. */
export type Heartbeat = { heardAtMs: number; everyMs: number; polledAtMs: number; askedAtMs: number }

/** An answer carries the `turn` it was asked in: one that was asked before a newer connection or snapshot proves nothing. */
export type Event =
  | { type: 'start' }
  | { type: 'stop' }
  /** Once a second, and at the end of every `wait`. */
  | { type: 'clock' }
  /** The browser's own signs that the network, or the reader, went or came: reasons to look, never proof. */
  | { type: 'online' }
  | { type: 'offline' }
  | { type: 'shown' }
  /** `joined`: a new connection is in all groups. `recovered`: proven to go on where it dropped. `lost`: it cannot go on. */
  | { type: 'joined' }
  | { type: 'dropped'; reason: string }
  | { type: 'recovered' }
  | { type: 'lost'; reason: string; retryAfterMs?: number | undefined }
  | { type: 'message'; message: BoardMessage }
  /** Something was said that we could not read, or were never given: any market may have missed a tick. */
  | { type: 'missed'; reason: string }
  | { type: 'snapshotTaken'; turn: number; answer: MarketsAnswer }
  | { type: 'snapshotFailed'; turn: number; reason: string }
  | { type: 'seqsRead'; turn: number; seqs: ReadonlyMap<MarketId, Standing> }
  | { type: 'seqsFailed'; turn: number; reason: string }
  | { type: 'ticksFetched'; delta: MarketDelta }
  | { type: 'ticksRefused'; market: MarketId; reason: SnapshotRequired['reason'] }
  | { type: 'bookFetched'; book: MarketsAnswer['markets'][number] }
  /** `final`: asking again would get the same. */
  | { type: 'fetchFailed'; market: MarketId; reason: string; final: boolean }
  | { type: 'feedsRead'; readAtMs: number; feeds: readonly FeedHealth[]; counts: readonly DedupeCounts[] }

export type Effect =
  /** Leave what is open, ask for a new URL and the topics, open, join. */
  | { do: 'connect' }
  | { do: 'recover' }
  | { do: 'disconnect' }
  /** Ask the open socket for a sign of life, soon. */
  | { do: 'probe' }
  | { do: 'wait'; untilMs: number }
  | { do: 'takeSnapshot'; turn: number }
  | { do: 'readSeqs'; turn: number }
  | { do: 'readFeeds' }
  | { do: 'readAlerts' }
  /** The answer becomes the board, except for the markets in `keep`, of which we hold newer books. */
  | { do: 'hold'; answer: MarketsAnswer; keep: ReadonlySet<MarketId> }
  | { do: 'showFeeds'; feeds: readonly FeedHealth[]; counts: readonly DedupeCounts[] }
  | { do: 'showAlerts'; alerts: readonly Alert[] }
  | CatchUpEffect

/**
 * The world as a step finds it: the browser's clock, a number in [0, 1), and the board. `wholeAtMs`: when a snapshot of everything was last
 * held; null, never.
 */
export type Moment = { nowMs: number; chance: number; held: Held; known: () => Iterable<MarketId>; wholeAtMs: number | null }

export type Step = { state: Connection; effects: readonly Effect[] }

export const initial: Connection = { state: 'closed', turn: 0, reason: 'Not started' }

/** The service keeps a dropped connection's groups and messages this long. */
export const recoverableMs = 30_000

const defaultEveryMs = 60_000
export const newHeartbeat = (nowMs: number): Heartbeat => ({
  heardAtMs: nowMs,
  everyMs: defaultEveryMs,
  polledAtMs: 0,
  askedAtMs: nowMs,
})

/** Two beats missed, and some seconds for the poll itself. */
export const isSilent = ({ heardAtMs, everyMs }: Heartbeat, nowMs: number) => nowMs - heardAtMs > 2 * everyMs + 15_000
