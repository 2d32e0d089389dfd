import { feedState } from '../../book/feed-health.ts'
import type { MarketId } from '../../book/ids.ts'
import type { BoardMessage, MarketsAnswer } from '../../book/wire.ts'
import {
  askAgain,
  type CaughtUp,
  compare,
  type Gap,
  type Gaps,
  type Held,
  maxGaps,
  noGaps,
  receive,
  serverBehind,
  type Standing,
} from './catch-up.ts'
import {
  type Comparing,
  type Effect,
  type Event,
  type Flowing,
  isSilent,
  type Live,
  type Moment,
  newHeartbeat,
  type Resuming,
  type Snapshotting,
  type Step,
} from './connection.ts'
import { fail, resync, takeSnapshot } from './moves.ts'

/** What goes on while ticks flow: from the snapshot that begins it to the heartbeat that shows it is still alive. */

const askFeedsEveryMs = 15_000
/** A poll should have reached us this long after it ended. */
const pollHeardAfterMs = 5_000

/**
 * The snapshot becomes the board, and what was buffered goes on top. Where we hold a newer book the snapshot was read from a copy
 * that lagged, or the server has lost its store and counts again from 1. Asking such a market for the ticks after ours tells which;
 * when there are too many to ask, the server is believed.
 */
export function begin(state: Snapshotting, answer: MarketsAnswer, moment: Moment): Step {
  const lagging = answer.markets.flatMap(({ marketId, seq }) => {
    const ours = moment.held(marketId)
    return ours !== undefined && ours.seq > seq ? [ours] : []
  })
  const newer = lagging.length > maxGaps ? [] : lagging
  const keep = new Set(newer.map((book) => book.marketId))
  const checks: Gaps = new Map(newer.map((book) => [book.marketId, lagCheck]))
  const asked: Effect[] = newer.map((book) => ({ do: 'fetchTicks', market: book.marketId, after: book.seq }))

  const books = new Map(answer.markets.map((book) => [book.marketId, book]))
  const held: Held = (market) => (keep.has(market) ? moment.held(market) : books.get(market))
  const next = flow(newlyFlowing(state, moment), receive(checks, state.buffered, held), moment)
  return {
    state: next.state,
    effects: [{ do: 'hold', answer, keep }, { do: 'readFeeds' }, { do: 'readAlerts' }, ...asked, ...next.effects],
  }
}

/** The board goes on from what it holds, and asks for what it missed; or, when that is too much, for everything. */
export function resume(state: Comparing, seqs: ReadonlyMap<MarketId, Standing>, moment: Moment): Step {
  const caughtUp = compare(seqs, state.buffered, moment.held, moment.known())
  if (caughtUp.giveUp !== undefined) return takeSnapshot(state, state.attempt, caughtUp.giveUp, state.buffered)
  const next = flow(newlyFlowing(state, moment), caughtUp, moment)
  return { state: next.state, effects: [...next.effects, { do: 'readFeeds' }, { do: 'readAlerts' }] }
}

const newlyFlowing = ({ turn, attempt }: Snapshotting | Comparing, { nowMs }: Moment): Flowing => ({
  turn,
  attempt,
  sinceMs: nowMs,
  heartbeat: newHeartbeat(nowMs),
})

const lagCheck: Gap = {
  ask: 'ticks',
  why: serverBehind,
  askAgainAtMs: null,
  failures: 0,
  startedOver: false,
  standing: null,
  waiting: [],
}

export const gapsOf = (state: Live | Resuming): Gaps => (state.state === 'resuming' ? state.gaps : noGaps)

export function flow(before: Flowing, { gaps, effects, giveUp }: CaughtUp, moment: Moment): Step {
  const { turn, attempt, sinceMs, heartbeat } = before
  const flowing: Flowing = { turn, attempt, sinceMs, heartbeat }
  const state: Live | Resuming = gaps.size === 0 ? { ...flowing, state: 'live' } : { ...flowing, state: 'resuming', gaps }
  return giveUp === undefined ? { state, effects } : resync(state, giveUp, moment)
}

export function hear(state: Live | Resuming, message: BoardMessage, moment: Moment): Step {
  if (message.kind === 'delta') return flow(state, receive(gapsOf(state), message.markets, moment.held), moment)
  if (message.kind === 'alert') return { state, effects: [{ do: 'showAlerts', alerts: message.alerts }] }
  const polledAtMs = Math.max(state.heartbeat.polledAtMs, ...message.feeds.map((feed) => feed.polledAtMs))
  const heartbeat = { ...state.heartbeat, heardAtMs: moment.nowMs, polledAtMs }
  return { state: { ...state, heartbeat }, effects: [{ do: 'showFeeds', feeds: message.feeds, counts: message.counts }] }
}

/** Once a second. Without a heartbeat the board asks over HTTP whether the feeds are silent, or only our stream is. */
export function watch(state: Live | Resuming, moment: Moment): Step {
  const { nowMs } = moment
  const { heartbeat } = state
  const asks = isSilent(heartbeat, nowMs) && nowMs - heartbeat.askedAtMs >= askFeedsEveryMs
  const watched = asks ? { ...state, heartbeat: { ...heartbeat, askedAtMs: nowMs } } : state
  const next = flow(watched, askAgain(gapsOf(state), moment.held, nowMs), moment)
  return asks ? { state: next.state, effects: [...next.effects, { do: 'readFeeds' }] } : next
}

export function hearOfFeeds(state: Live | Resuming, event: Extract<Event, { type: 'feedsRead' }>, moment: Moment): Step {
  const { readAtMs, feeds, counts } = event
  const alive = feeds.filter((feed) => feedState(feed, readAtMs) !== 'down')
  const soonestMs = alive.length === 0 ? state.heartbeat.everyMs : Math.min(...alive.map((feed) => feed.everyMs ?? Infinity))
  const newestMs = Math.max(0, ...feeds.map((feed) => feed.polledAtMs))
  const known = state.heartbeat.polledAtMs
  const unheard = newestMs > known && readAtMs - newestMs > pollHeardAfterMs
  if (isSilent(state.heartbeat, moment.nowMs) && unheard) return fail(state, 'feeds report, but nothing reaches us', moment)
  const everyMs = Number.isFinite(soonestMs) ? soonestMs : state.heartbeat.everyMs
  const heartbeat = { ...state.heartbeat, everyMs, polledAtMs: known === 0 ? newestMs : known }
  return { state: { ...state, heartbeat }, effects: [{ do: 'showFeeds', feeds, counts }] }
}
