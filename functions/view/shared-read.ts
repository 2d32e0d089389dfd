/**
 * One read for all who ask at the same time. When Web PubSub comes back, every browser asks for the same snapshot in the same second.
 *
 * Whoever asks while a read is under way waits for the *next* one, which all who came meanwhile share. The one under way would not do: it
 * may have looked at the store before the asker joined the stream, and what was stored in between would be missing from both.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined
  const start = (): Promise<T> => {
    const mine = read().finally(() => {
      if (running === mine) running = undefined
    })
    running = mine
    return mine
  }
  return () => {
    if (running === undefined) return start()
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return start()
      })
    return next
  }
}
