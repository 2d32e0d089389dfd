/**
 * The steps of one line, in columns: where each begins, in milliseconds since 1970, and what its price did. Only steps in which a tick
 * fell are there; before and after them the price is what it was, for odds hold until they change (I8).
 *
 * A price is null while there is none: the quote is not open, or nobody is on that side. `open` is the price when the step begins, `close`
 * when it ends, `last` the last that there was in it, though it may be gone by its end; `ticks` is how many fell in it. `point` is the line of a
 * spread or total when the step ends: prices of two lines are prices of two bets.
 */
export type Steps = {
  atMs: number[]
  open: (number | null)[]
  high: (number | null)[]
  low: (number | null)[]
  close: (number | null)[]
  last: (number | null)[]
  point: (number | null)[]
  ticks: number[]
}

/** Steps of `stepMs` that are counted from `fromMs`; of 0, each tick is a step. */
export type Grid = { fromMs: number; stepMs: number }

/** Ticks must come in order of time. What was before the first is told when it is known (`begin`), which may be after the last. */
export class StepFold {
  readonly steps: Steps = { atMs: [], open: [], high: [], low: [], close: [], last: [], point: [], ticks: [] }
  readonly #grid: Grid
  #price: number | null = null
  #firstAtMs: number | undefined

  constructor(grid: Grid) {
    this.#grid = grid
  }

  add(atMs: number, price: number | null, point: number | null) {
    const { fromMs, stepMs } = this.#grid
    const { steps } = this
    const startMs = stepMs === 0 ? atMs : atMs - ((atMs - fromMs) % stepMs)
    let row = steps.atMs.length - 1
    if (row < 0 || stepMs === 0 || steps.atMs[row] !== startMs) {
      const open = atMs === startMs ? price : this.#price
      row = steps.atMs.push(startMs) - 1
      for (const column of [steps.open, steps.high, steps.low, steps.close, steps.last]) column.push(open)
      steps.ticks.push(0)
    } else if (atMs === startMs) {
      steps.open[row] = price
    }
    this.#include(row, price)
    steps.close[row] = price
    steps.point[row] = point
    steps.ticks[row] = (steps.ticks[row] ?? 0) + 1
    if (price !== null) steps.last[row] = price
    this.#price = price
    this.#firstAtMs ??= atMs
  }

  /** The price that held until the first tick. It is part of the first step, unless that tick is where the step begins. */
  begin(price: number | null) {
    const [startMs] = this.steps.atMs
    if (price === null || startMs === undefined || this.#firstAtMs === startMs) return
    this.steps.open[0] = price
    this.#include(0, price)
    this.steps.last[0] ??= price
  }

  #include(row: number, price: number | null) {
    if (price === null) return
    const { high, low } = this.steps
    high[row] = Math.max(high[row] ?? price, price)
    low[row] = Math.min(low[row] ?? price, price)
  }
}
