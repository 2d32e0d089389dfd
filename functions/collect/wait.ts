/** `after` calls `wake` once, and gives what cancels it. */
export type StreamClock = { nowMs: () => number; after: (delayMs: number, wake: () => void) => () => void }

/** Resolves when the time has come, or at once when `signal` is aborted. */
export function wait(clock: StreamClock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    signal.addEventListener('abort', done, { once: true })
  })
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
