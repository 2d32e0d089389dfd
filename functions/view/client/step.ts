import { failAnswer, refuseTicks, takeBook, takeTicks } from './catch-up.ts'
import {
  type Comparing,
  type Connection,
  type Event,
  type Joined,
  type Live,
  type Moment,
  recoverableMs,
  type Resuming,
  type Snapshotting,
  type Step,
} from './connection.ts'
import { begin, flow, gapsOf, hear, hearOfFeeds, resume, watch } from './flow.ts'
import { attemptsBefore, catchUp, close, connect, delayMs, drop, fail, stay, takeSnapshot } from './moves.ts'

/** What to do at `event`: the next state, and effects as values, to be done in their order. See `connection.ts` for the states. */
export function step(state: Connection, event: Event, moment: Moment): Step {
  const act = table[state.state][event.type] as (state: Connection, event: Event, moment: Moment) => Step
  return act(state, event, moment)
}

const maxBufferedTicks = 10_000
const connectingForMs = 20_000
const maxRecoverDelayMs = 4_000

type Of<S extends Connection['state']> = Extract<Connection, { state: S }>
type Row<S> = { [E in Event as E['type']]: (state: S, event: E, moment: Moment) => Step }
/** Total by its type: a new state or a new event does not compile until each of its cells is thought of. */
type Table = { [S in Connection as S['state']]: Row<S> }

const probe = (state: Connection): Step => ({ state, effects: [{ do: 'probe' }] })
const lose = (
  state: Connection,
  { reason, retryAfterMs }: { reason: string; retryAfterMs?: number | undefined },
  moment: Moment,
) => fail(state, reason, moment, retryAfterMs)
const again = (state: Of<'waiting'>, _: unknown, moment: Moment) =>
  moment.nowMs < state.soonestMs ? stay(state) : connect(state, state.attempt, moment)

/** The row that most others start from: whatever comes in is from before and changes nothing. */
const apart: Row<Connection> = {
  start: stay,
  stop: close,
  clock: stay,
  online: stay,
  offline: stay,
  shown: stay,
  joined: stay,
  dropped: stay,
  recovered: stay,
  lost: stay,
  message: stay,
  missed: stay,
  snapshotTaken: stay,
  snapshotFailed: stay,
  seqsRead: stay,
  seqsFailed: stay,
  ticksFetched: stay,
  ticksRefused: stay,
  bookFetched: stay,
  fetchFailed: stay,
  feedsRead: (state, { feeds, counts }) => ({ state, effects: [{ do: 'showFeeds', feeds, counts }] }),
}

/** `joined` again: another connection carries on, and nobody knows what was sent between the two. */
const joined: Row<Joined> = {
  ...apart,
  joined: (state, _, moment) => catchUp(state, attemptsBefore(state, moment.nowMs), bufferedIn(state), moment),
  online: probe,
  offline: probe,
  shown: probe,
  dropped: (state, { reason }, moment) => drop(state, reason, moment),
  lost: lose,
}

const flowing: Row<Live | Resuming> = {
  ...joined,
  clock: (state, _, moment) => watch(state, moment),
  message: (state, { message }, moment) => hear(state, message, moment),
  missed: (state, { reason }, moment) => flow(state, { gaps: gapsOf(state), effects: [], giveUp: reason }, moment),
  ticksFetched: (state, { delta }, moment) => flow(state, takeTicks(gapsOf(state), delta, moment.held, moment.nowMs), moment),
  ticksRefused: (state, { market, reason }, moment) => flow(state, refuseTicks(gapsOf(state), market, reason), moment),
  bookFetched: (state, { book }, moment) => flow(state, takeBook(gapsOf(state), book, moment.held, moment.nowMs), moment),
  fetchFailed: (state, { market, reason, final }, moment) =>
    flow(state, failAnswer(gapsOf(state), market, reason, final, moment.nowMs), moment),
  feedsRead: hearOfFeeds,
}

const table: Table = {
  closed: { ...apart, start: (state, _, moment) => connect(state, 0, moment), stop: stay, feedsRead: stay },
  waiting: {
    ...apart,
    clock: (state, _, moment) => (moment.nowMs < state.untilMs ? stay(state) : connect(state, state.attempt, moment)),
    online: again,
    shown: again,
  },
  connecting: {
    ...apart,
    clock: (state, _, moment) =>
      moment.nowMs - state.sinceMs > connectingForMs ? fail(state, 'the server did not answer in time', moment) : stay(state),
    joined: (state, _, moment) => catchUp(state, state.attempt, state.buffered, moment),
    dropped: lose,
    lost: lose,
    message: buffer,
  },
  snapshotting: {
    ...joined,
    message: buffer,
    missed: lose,
    snapshotTaken: (state, { turn, answer }, moment) => (turn === state.turn ? begin(state, answer, moment) : stay(state)),
    snapshotFailed: (state, { turn, reason }, moment) => (turn === state.turn ? fail(state, reason, moment) : stay(state)),
  },
  comparing: {
    ...joined,
    message: buffer,
    missed: lose,
    seqsRead: (state, { turn, seqs }, moment) => (turn === state.turn ? resume(state, seqs, moment) : stay(state)),
    // A server that cannot tell them may still have a snapshot; one that is away fails that, too.
    seqsFailed: (state, { turn }) =>
      turn === state.turn ? takeSnapshot(state, state.attempt, undefined, state.buffered) : stay(state),
  },
  live: flowing,
  resuming: flowing,
  recovering: {
    ...apart,
    clock(state, _, moment) {
      if (moment.nowMs - state.droppedAtMs > recoverableMs) return fail(state, state.reason, moment)
      return state.tryAtMs !== null && moment.nowMs >= state.tryAtMs ? tryRecovery(state) : stay(state)
    },
    online: tryRecovery,
    shown: tryRecovery,
    dropped(state, { reason }, { nowMs, chance }) {
      const tryAtMs = nowMs + delayMs(state.attempt, maxRecoverDelayMs, chance)
      const next: Connection = { ...state, attempt: state.attempt + 1, tryAtMs, reason }
      return { state: next, effects: [{ do: 'wait', untilMs: tryAtMs }] }
    },
    recovered: (state) => stay(state.inner),
    joined: ({ inner }, _, moment) => catchUp(inner, attemptsBefore(inner, moment.nowMs), bufferedIn(inner), moment),
    lost: lose,
    message: inside,
    missed: inside,
    snapshotTaken: inside,
    snapshotFailed: inside,
    seqsRead: inside,
    seqsFailed: inside,
    ticksFetched: inside,
    ticksRefused: inside,
    bookFetched: inside,
    fetchFailed: inside,
  },
}

function tryRecovery(state: Of<'recovering'>): Step {
  return state.tryAtMs === null ? stay(state) : { state: { ...state, tryAtMs: null }, effects: [{ do: 'recover' }] }
}

/** While the socket is away, the questions asked over HTTP go on being answered. */
function inside(state: Of<'recovering'>, event: Event, moment: Moment): Step {
  const { state: inner, effects } = step(state.inner, event, moment)
  const stillJoined =
    inner.state === 'snapshotting' || inner.state === 'comparing' || inner.state === 'live' || inner.state === 'resuming'
  return { state: stillJoined ? { ...state, inner, turn: inner.turn } : inner, effects }
}

const bufferedIn = (state: Joined) => (state.state === 'snapshotting' || state.state === 'comparing' ? state.buffered : [])

function buffer(
  state: Snapshotting | Comparing | Of<'connecting'>,
  { message }: { message: EventMessage },
  moment: Moment,
): Step {
  if (message.kind === 'feeds') return { state, effects: [{ do: 'showFeeds', feeds: message.feeds, counts: message.counts }] }
  if (message.kind === 'alert') return { state, effects: [{ do: 'showAlerts', alerts: message.alerts }] }
  const buffered = [...state.buffered, ...message.markets]
  const ticks = buffered.reduce((sum, delta) => sum + delta.ticks.length, 0)
  if (ticks > maxBufferedTicks) return fail(state, 'more ticks came in than could be kept for the snapshot', moment)
  return stay({ ...state, buffered })
}

type EventMessage = Extract<Event, { type: 'message' }>['message']
