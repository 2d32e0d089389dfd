import type { Clock } from '../clock.ts'

/** Resolves when the time is over, or at once when the signal is given: the caller looks at its signal to know which. */
export function wait(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve()
      return
    }
    const finish = () => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(delayMs, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
}

/** What the promise gives, or `undefined` if the deadline comes first. The promise itself goes on, with its failure taken note of. */
export async function within<T>(clock: Clock, deadlineMs: number, promise: Promise<T>): Promise<T | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([promise, wait(clock, deadlineMs, over.signal).then(() => undefined)])
  } finally {
    over.abort()
    promise.catch(() => {})
  }
}
