import { setMaxListeners } from 'node:events'

/**
 * One signal for all calls of an invocation: made per call, a signal with its timer cost half as much again as the call itself (measured
 * on group sends). Node warns of a leak when many listen to one; here that is the point.
 */
export function deadline(afterMs: number): AbortSignal {
  const signal = AbortSignal.timeout(afterMs)
  setMaxListeners(0, signal)
  return signal
}
