import type { Steps } from '../../functions/view/history/fold.ts'

export type Told = { atMs: number; price: number | null; point: number | null }

/**
 * The steps of a line as one would say them looking at all of it at once: of each step in which ticks fell, the prices are those, and the
 * one that held before unless a tick came at its very beginning.
 */
export function stepsOf(
  line: readonly Told[],
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
): Steps {
  const steps: Steps = { atMs: [], open: [], high: [], low: [], close: [], last: [], point: [], ticks: [] }
  const inside = line.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  const begins = stepMs === 0 ? inside.map(({ atMs }) => atMs) : [...new Set(inside.map(({ atMs }) => atMs - (atMs % stepMs)))]
  for (const [i, beginMs] of begins.entries()) {
    const ticks = stepMs === 0 ? inside.slice(i, i + 1) : inside.filter(({ atMs }) => atMs >= beginMs && atMs < beginMs + stepMs)
    const atOnce = ticks.findLast(({ atMs }) => atMs === beginMs)
    const held = line.findLast(({ atMs }) => atMs < beginMs)
    const open = atOnce === undefined ? (held?.price ?? null) : atOnce.price
    const prices = [...(atOnce === undefined ? [open] : []), ...ticks.map(({ price }) => price)]
    const known = prices.filter((price) => price !== null)
    steps.atMs.push(beginMs)
    steps.open.push(open)
    steps.high.push(known.length === 0 ? null : Math.max(...known))
    steps.low.push(known.length === 0 ? null : Math.min(...known))
    steps.close.push(ticks.at(-1)?.price ?? null)
    steps.last.push(known.at(-1) ?? null)
    steps.point.push(ticks.at(-1)?.point ?? null)
    steps.ticks.push(ticks.length)
  }
  return steps
}
