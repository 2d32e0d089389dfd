import { setMaxListeners } from 'node:events'

/**
 * One signal for all calls of an invocation, over when the invocation is: made per call, a signal with its timer cost half as much again as
 * the call itself (measured on group sends), and one that outlives its work holds on to all of it until its time has come.
 */
export async function withDeadline<T>(afterMs: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  // Node warns of a leak when many listen to one signal; here that is the point.
  setMaxListeners(0, controller.signal)
  const timer = setTimeout(() => controller.abort(new Error(`Not done within ${afterMs / 1000} s`)), afterMs)
  try {
    return await act(controller.signal)
  } catch (error) {
    // What is still under way must not go on beside the next try.
    controller.abort(error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}
