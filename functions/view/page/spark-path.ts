import type { Steps } from './tracks.ts'

export const sparkWidth = 44
export const sparkHeight = 16

/** Less than this from lowest to highest is drawn as it is, and not made to look like a storm. */
const leastSpan = 0.02

/** Where a price went as the steps that it is (I8), from `fromMs` at the left to `toMs` at the right; nothing where it does not move. */
export function sparkPath({ atMs, chances }: Steps, fromMs: number, toMs: number): string {
  const first = Math.max(
    0,
    atMs.findLastIndex((ms) => ms <= fromMs),
  )
  const shown = chances.slice(first)
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  if (shown.length < 2 || least === most) return ''
  const pad = Math.max(0, leastSpan - (most - least)) / 2
  const x = (ms: number) => round((Math.max(0, ms - fromMs) / Math.max(1, toMs - fromMs)) * sparkWidth)
  const y = (chance: number) => round(sparkHeight - 1.5 - ((chance - least + pad) / (most - least + 2 * pad)) * (sparkHeight - 3))
  const [start = 0] = shown
  let path = `M${x(Math.max(fromMs, atMs[first] ?? fromMs))} ${y(start)}`
  for (let i = first + 1; i < atMs.length; i++) path += `H${x(atMs[i] ?? toMs)}V${y(chances[i] ?? 0)}`
  return `${path}H${sparkWidth}`
}

const round = (n: number) => Math.round(n * 10) / 10
