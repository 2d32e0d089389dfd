/** Runs `act` over all of `things`, at most `width` at a time, whatever becomes of single ones; the errors are the result. */
export async function inParallel<T>(width: number, things: readonly T[], act: (thing: T) => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const left = things.values()
  const lane = async () => {
    for (const thing of left) {
      try {
        await act(thing)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, things.length) }, lane))
  return errors
}
