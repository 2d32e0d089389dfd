import type { MarketDelta } from '../../book/wire.ts'
import type { Connection, Flowing, Joined, Moment, Step } from './connection.ts'

/** The moves from one state of the connection to another that several events share. */

const firstDelayMs = 1_000
const maxDelayMs = 15_000
/** A connection that held this long starts counting its attempts anew. */
const steadyAfterMs = 10_000
const soonAgain = 2
/** What ticks do not carry (names, images) is as old as the snapshot: once an hour, when there is a reason to ask anyway, it is taken anew. */
const comparableForMs = 3_600_000

export const stay = (state: Connection): Step => ({ state, effects: [] })

/** A later turn, so that no answer to the connection before is taken for one to this. */
export function connect(before: Connection, attempt: number, { nowMs }: Moment): Step {
  return {
    state: { state: 'connecting', turn: before.turn + 1, attempt, sinceMs: nowMs, buffered: [] },
    effects: [{ do: 'connect' }],
  }
}

export function close({ turn }: Connection): Step {
  return { state: { state: 'closed', turn: turn + 1, reason: 'Stopped' }, effects: [{ do: 'disconnect' }] }
}

/** Start over, after a while that grows with each failure in a row. A server that says when to ask again is not asked before. */
export function fail(before: Connection, reason: string, { nowMs, chance }: Moment, atLeastMs = 0): Step {
  const attempt = attemptsBefore(before, nowMs)
  const soonestMs = nowMs + atLeastMs
  const untilMs = soonestMs + delayMs(attempt, maxDelayMs, chance)
  return {
    state: { state: 'waiting', turn: before.turn + 1, attempt: attempt + 1, soonestMs, untilMs, reason },
    effects: [{ do: 'disconnect' }, { do: 'wait', untilMs }],
  }
}

/** The service may still have our place and what we missed; the first try is at once, since most drops are short. */
export function drop(inner: Joined, reason: string, { nowMs }: Moment): Step {
  return {
    state: { state: 'recovering', turn: inner.turn, inner, attempt: 0, droppedAtMs: nowMs, tryAtMs: null, reason },
    effects: [{ do: 'recover' }],
  }
}

/** A new connection is in its groups. What was sent before it joined is made up for, by as little as will do. */
export function catchUp(before: Connection, attempt: number, buffered: readonly MarketDelta[], moment: Moment): Step {
  const { nowMs, wholeAtMs } = moment
  if (before.state === 'snapshotting') return takeSnapshot(before, attempt, before.reason, buffered)
  if (wholeAtMs === null || nowMs - wholeAtMs > comparableForMs) return takeSnapshot(before, attempt, undefined, buffered)
  const turn = before.turn + 1
  return { state: { state: 'comparing', turn, attempt, buffered }, effects: [{ do: 'readSeqs', turn }] }
}

export function takeSnapshot(before: Connection, attempt: number, reason?: string, buffered: readonly MarketDelta[] = []): Step {
  const turn = before.turn + 1
  return { state: { state: 'snapshotting', turn, attempt, reason, buffered }, effects: [{ do: 'takeSnapshot', turn }] }
}

/**
 * A snapshot that is needed again soon after it was taken, as when many markets open at once, is taken at once a few times. It could be
 * asked for without end: then start over, ever more slowly.
 */
export function resync(before: Flowing & Connection, reason: string, moment: Moment): Step {
  if (moment.nowMs - before.sinceMs >= steadyAfterMs) return takeSnapshot(before, 0, reason)
  return before.attempt < soonAgain ? takeSnapshot(before, before.attempt + 1, reason) : fail(before, reason, moment)
}

/** Full jitter: when a server comes back, its thousands of browsers must not all knock in the same second. */
export function delayMs(attempt: number, capMs: number, chance: number): number {
  return Math.round(chance * Math.min(capMs, firstDelayMs * 2 ** attempt))
}

export function attemptsBefore(state: Connection, nowMs: number): number {
  switch (state.state) {
    case 'closed':
      return 0
    case 'recovering':
      return attemptsBefore(state.inner, nowMs)
    case 'live':
    case 'resuming':
      return nowMs - state.sinceMs >= steadyAfterMs ? 0 : state.attempt
    case 'connecting':
    case 'snapshotting':
    case 'comparing':
    case 'waiting':
      return state.attempt
  }
}
