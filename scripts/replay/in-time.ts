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

/** Where whoever comes now and knows nothing must begin: with the round that is under way. */
export function newcomersPlace(moments: readonly Moment[], { mode, clock, startedAtMs }: Start): Place {
  const { speed, roundMs, rounds } = courseOf(moments, mode)
  return { round: rounds === 1 ? 0 : Math.floor(((clock.nowMs() - startedAtMs) * speed) / roundMs), index: 0 }
}

/**
 * The moments from `from` on, each when its time has come; what is past comes at once. Without a speed they come as fast as they are
 * taken, and once: whoever reads without end has no use for that.
 */
export async function* inTime<M extends Moment>(
  moments: readonly M[],
  { mode, clock, startedAtMs }: Start,
  from: Place,
  signal: AbortSignal,
): AsyncGenerator<Told<M>> {
  const { speed, roundMs, rounds } = courseOf(moments, mode)
  for (let { round, index } = from; round < rounds; round++, index = 0) {
    const shiftMs = Math.round(round * roundMs)
    for (; index < moments.length; index++) {
      const moment = moments[index]
      if (moment === undefined) return
      const dueMs = startedAtMs + (moment.afterMs + shiftMs) / speed
      if (dueMs > clock.nowMs()) await pause(dueMs - clock.nowMs(), clock, signal)
      if (signal.aborted) return
      yield { moment, place: { round, index }, shiftMs }
    }
  }
}

function courseOf(moments: readonly Moment[], { pace, loop }: Mode): { speed: number; roundMs: number; rounds: number } {
  const lastMs = moments.at(-1)?.afterMs ?? 0
  if (pace.kind === 'each-poll') return { speed: Infinity, roundMs: 0, rounds: 1 }
  return { speed: pace.speed, roundMs: lastMs + restMs * pace.speed, rounds: loop ? Infinity : 1 }
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
