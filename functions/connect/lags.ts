/**
 * How long things took, counted in steps of a quarter: ten to each power of ten, from a millisecond to three hours. Percentiles of any
 * number of counts together can be read from them to within a step, which those of each could not be; and however many ticks were
 * counted, it is a line of a log that holds them.
 */
export class Lags {
  readonly #times = new Map<number, number>()

  add(ms: number, times = 1): void {
    const bound = boundOf(ms)
    this.#times.set(bound, (this.#times.get(bound) ?? 0) + times)
  }

  /** `[up to so many milliseconds, so many times]`, the shortest first. */
  *[Symbol.iterator](): Iterator<[upToMs: number, times: number]> {
    yield* [...this.#times].sort(([a], [b]) => a - b)
  }

  toJSON(): [upToMs: number, times: number][] {
    return [...this]
  }
}

/** The tenth preferred numbers (ISO 3, R10), in whole milliseconds. */
export const lagBounds: readonly number[] = [
  ...new Set(
    [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((decade) =>
      [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8].map((step) => Math.round(step * decade)),
    ),
  ),
  1e7,
]

/** Clocks of two machines differ by a little, so that what took no time may have taken less; what took longer than all counts as the longest. */
function boundOf(ms: number): number {
  let from = 0
  let to = lagBounds.length - 1
  while (from < to) {
    const middle = (from + to) >> 1
    if (ms <= (lagBounds[middle] ?? 0)) to = middle
    else from = middle + 1
  }
  return lagBounds[from] ?? 1e7
}
