import type { Bookmaker, SelectionId } from '../../../book/ids.ts'
import { impliedProbability, type PriceFormat } from '../../../book/price.ts'
import type { PriceSide } from '../../client/board.ts'
import type { HistoryLine } from '../history-api.ts'

/**
 * What one bookmaker asked for one selection, as it is drawn: `prices[i]` held from `atMs[i]` until the next, for odds hold until they
 * change (I8); null is a gap. `chances` is the same as implied probabilities, which is the scale of the chart whatever the reader reads.
 */
export type ChartLine = {
  selectionId: SelectionId
  bookmaker: Bookmaker
  side: PriceSide
  atMs: number[]
  prices: (number | null)[]
  chances: (number | null)[]
}

/** What is known of a line in advance; it begins empty. */
export const newLine = (selectionId: SelectionId, bookmaker: Bookmaker, side: PriceSide): ChartLine => ({
  selectionId,
  bookmaker,
  side,
  atMs: [],
  prices: [],
  chances: [],
})

/**
 * Of a step longer than a tick all four prices are drawn, within the room of a pixel or two: how far it went must be seen, when exactly in
 * the step it did cannot be.
 */
export function lineFrom(history: HistoryLine, fromMs: number, stepMs: number, format: PriceFormat): ChartLine {
  const line = newLine(history.selectionId, history.bookmaker, history.side)
  const { atMs, open, high, low, close } = history.steps
  if (history.before !== null) extend(line, fromMs, history.before.price, format)
  for (const [i, startMs] of atMs.entries()) {
    const [first, last] = [open[i] ?? null, close[i] ?? null]
    if (stepMs > 0) {
      const rose = (last ?? 0) >= (first ?? 0)
      const [one, other] = rose ? [low[i], high[i]] : [high[i], low[i]]
      extend(line, startMs, first, format)
      if (one != null && other != null) {
        extend(line, startMs + stepMs / 4, one, format)
        extend(line, startMs + stepMs / 2, other, format)
      }
    }
    extend(line, startMs + (stepMs * 3) / 4, last, format)
  }
  return line
}

/** The price from now on. The same as before is no news; what comes with an older clock is put right after the last. */
export function extend(line: ChartLine, atMs: number, price: number | null, format: PriceFormat): boolean {
  const lastMs = line.atMs.at(-1)
  if (lastMs === undefined ? price === null : line.prices.at(-1) === price) return false
  line.atMs.push(lastMs === undefined ? atMs : Math.max(atMs, lastMs))
  line.prices.push(price)
  line.chances.push(price === null ? null : (impliedProbability(price, format) ?? null))
  return true
}

/** Which entry held at an instant; −1 before the first. */
export function entryAt({ atMs }: ChartLine, ms: number): number {
  let [low, high] = [0, atMs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((atMs[middle] ?? 0) <= ms) low = middle + 1
    else high = middle
  }
  return low - 1
}
