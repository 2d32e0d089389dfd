import type { Mode } from './position.ts'
import type { Conditions } from './shape.ts'

/** What a stream said at one moment, counted from when its recording begins. */
export type Moment = { afterMs: number }
/** `shiftMs`: how much later than recorded this is, because the recording has begun anew that often. */
export type Told<M> = { moment: M; place: Place; shiftMs: number }
export type Place = { round: number; index: number }

/** Between the end of a recording and its beginning anew, in our time: else a short one would be a flood. */
const restMs = 1_000

export const startOf = (mode: Mode, clock: Conditions['clock']): Start => ({ mode, clock, startedAtMs: clock.nowMs() })
export type Start = Pick<Conditions, 'mode' | 'clock'> & { startedAtMs: number }

/**
 * The moments from `from` on, each when its time has come; what is past comes at once. Without a speed they come as fast as they are
 * taken, and once: whoever reads without end has no use for that.
 */
export async function* inTime<M extends Moment>(
  moments: readonly M[],
  { mode: { pace, loop }, clock, startedAtMs }: Start,
  from: Place,
  signal: AbortSignal,
): AsyncGenerator<Told<M>> {
  const speed = pace.kind === 'timed' ? pace.speed : Infinity
  const roundMs = (moments.at(-1)?.afterMs ?? 0) + (pace.kind === 'timed' ? restMs * speed : 0)
  const rounds = loop && pace.kind === 'timed' ? Infinity : 1
  for (let { round, index } = from; round < rounds; round++, index = 0) {
    for (; index < moments.length; index++) {
      const moment = moments[index]
      if (moment === undefined) return
      const shiftMs = round * roundMs
      const dueMs = pace.kind === 'timed' ? startedAtMs + (moment.afterMs + shiftMs) / speed : 0
      if (dueMs > clock.nowMs()) await pause(dueMs - clock.nowMs(), clock, signal)
      if (signal.aborted) return
      yield { moment, place: { round, index }, shiftMs: Math.round(shiftMs) }
    }
  }
}

function pause(delayMs: number, clock: Conditions['clock'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    const stop = () => {
      cancel()
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}
