import { noDrift } from '../../../functions/book/feed-health.ts'
import type { Book } from '../../../functions/book/market.ts'
import type { Tick } from '../../../functions/book/tick.ts'
import type { MarketDelta } from '../../../functions/book/wire.ts'
import {
  type Comparing,
  type Connection,
  type Event,
  type Live,
  type Moment,
  newHeartbeat,
  type Resuming,
  type Snapshotting,
} from '../../../functions/view/client/connection.ts'
import { bookmaker, bookOf, feed, market, selection, startMs } from './odds-world.ts'

/** One sample of each state and each event, all about market `a`, of which the board holds `seq` 5. */

export const a = market('a')
export const later = (
  ms: number,
  held: Book[] = [bookOf(a, { seq: 5 })],
  chance = 0.5,
  wholeAtMs: number | null = null,
): Moment => ({
  nowMs: startMs + ms,
  chance,
  held: (id) => held.find((book) => book.marketId === id),
  known: () => held.map((book) => book.marketId),
  wholeAtMs,
})

const flowing = { turn: 7, attempt: 2, sinceMs: startMs, heartbeat: newHeartbeat(startMs) }
export const live: Live = { ...flowing, state: 'live' }
const gap = {
  ask: 'ticks',
  why: 'ticks 6 to 7 are missing',
  askAgainAtMs: null,
  failures: 0,
  startedOver: false,
  standing: null,
  waiting: [],
} as const
export const resuming: Resuming = { ...flowing, state: 'resuming', gaps: new Map([[a, { ...gap, waiting: [delta(8, 8)] }]]) }
export const snapshotting: Snapshotting = { state: 'snapshotting', turn: 7, attempt: 2, reason: undefined, buffered: [] }
export const comparing: Comparing = { state: 'comparing', turn: 7, attempt: 2, buffered: [] }
export const states: { [S in Connection as S['state']]: S } = {
  closed: { state: 'closed', turn: 0, reason: 'Not started' },
  waiting: {
    state: 'waiting',
    turn: 7,
    attempt: 3,
    soonestMs: startMs,
    untilMs: startMs + 4_000,
    reason: 'the server went away',
  },
  connecting: { state: 'connecting', turn: 7, attempt: 2, sinceMs: startMs, buffered: [] },
  snapshotting,
  comparing,
  live,
  resuming,
  recovering: { state: 'recovering', turn: 7, inner: live, attempt: 0, droppedAtMs: startMs, tryAtMs: null, reason: 'gone' },
}

export const health = {
  feed,
  everyMs: 60_000,
  polledAtMs: startMs,
  completeAtMs: startMs,
  changedAtMs: startMs,
  failure: null,
  markets: 1,
  selections: 1,
  published: 0,
  unchanged: 1,
  rejected: 0,
  lagMs: null,
  quota: null,
  drift: noDrift,
}
export const answer = { readAtMs: startMs, markets: [bookOf(a, { seq: 5 })] }
export const events: { [E in Event as E['type']]: E } = {
  start: { type: 'start' },
  stop: { type: 'stop' },
  clock: { type: 'clock' },
  online: { type: 'online' },
  offline: { type: 'offline' },
  shown: { type: 'shown' },
  joined: { type: 'joined' },
  dropped: { type: 'dropped', reason: 'gone' },
  recovered: { type: 'recovered' },
  lost: { type: 'lost', reason: 'gone' },
  message: { type: 'message', message: { v: 1, kind: 'delta', topic: 'politics', sentAtMs: startMs, markets: [delta(8, 8)] } },
  missed: { type: 'missed', reason: 'unreadable' },
  snapshotTaken: { type: 'snapshotTaken', turn: 7, answer },
  snapshotFailed: { type: 'snapshotFailed', turn: 7, reason: 'no answer within 10 s' },
  seqsRead: { type: 'seqsRead', turn: 7, seqs: new Map([[a, { seq: 5, openedAtMs: startMs }]]) },
  seqsFailed: { type: 'seqsFailed', turn: 7, reason: 'no answer within 10 s' },
  ticksFetched: { type: 'ticksFetched', delta: delta(6, 7) },
  ticksRefused: { type: 'ticksRefused', market: a, reason: 'expired' },
  bookFetched: { type: 'bookFetched', book: bookOf(a, { seq: 9 }) },
  fetchFailed: { type: 'fetchFailed', market: a, reason: 'no answer', final: false },
  feedsRead: { type: 'feedsRead', readAtMs: startMs, feeds: [health], counts: [] },
}

/** One `moved` tick at `to`, for a delta that covers `from`..`to`. */
export function delta(from: number, to: number, name = 'a'): MarketDelta {
  const tick: Tick = {
    last: 0.5,
    back: null,
    lay: null,
    point: null,
    outcome: null,
    startsAtMs: null,
    inPlay: null,
    status: 'open',
    seq: to,
    kind: 'moved',
    selectionId: selection('s'),
    selectionName: 's',
    bookmaker,
    marketStatus: 'open',
    publishedAtMs: null,
    observedAtMs: startMs,
    storedAtMs: startMs,
  }
  return { id: market(name), from, to, status: 'open', ticks: [tick] }
}

export function said(...markets: MarketDelta[]): Extract<Event, { type: 'message' }> {
  return { type: 'message', message: { v: 1, kind: 'delta', topic: 'politics', sentAtMs: startMs, markets } }
}
