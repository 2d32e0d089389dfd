import type { ChartLine } from './chart-line.ts'
import { entryAt } from './chart-line.ts'

/** From one number to another, over so many pixels. */
export type Scale = { from: number; to: number; pixels: number }

const leastSpan = 0.04

/** The probabilities that the lines reach between the two instants, with some air around them. */
export function chanceRange(lines: readonly ChartLine[], fromMs: number, toMs: number): { from: number; to: number } {
  let [least, most] = [Infinity, -Infinity]
  for (const line of lines) {
    for (let i = Math.max(0, entryAt(line, fromMs)); i < line.atMs.length && (line.atMs[i] ?? 0) <= toMs; i++) {
      const chance = line.chances[i]
      if (chance == null) continue
      least = Math.min(least, chance)
      most = Math.max(most, chance)
    }
  }
  if (least > most) return { from: 0, to: 1 }
  const air = Math.max((most - least) * 0.08, (leastSpan - (most - least)) / 2)
  return { from: Math.max(0, least - air), to: Math.min(1, most + air) }
}

const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5]

export function chanceMarks(from: number, to: number, most: number): number[] {
  const step = steps.find((step) => (to - from) / step <= most) ?? 0.5
  const marks: number[] = []
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + 1e-9; n++) marks.push(Math.round(n * step * 1e6) / 1e6)
  return marks
}

const oddsSteps = [10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01]

/** The probabilities of round decimal odds, the roundest first, until there are about as many as there is room for. */
export function oddsMarks(from: number, to: number, most: number): number[] {
  const gap = (to - from) / most
  const marks: number[] = []
  for (const step of oddsSteps) {
    if (marks.length >= most - 2) break
    // From where multiples crowd, none of the next has room either.
    for (let n = Math.ceil(1 / to / step - 1e-9); 1 / (n * step) >= from && n * n * step <= 8 / gap; n++) {
      const chance = 1 / (n * step)
      if (chance < 1 && marks.every((mark) => Math.abs(mark - chance) >= gap)) marks.push(chance)
    }
  }
  return marks.sort((a, b) => a - b)
}

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const spans = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 91, 182, 365].map((n) => n * day),
]

/** Round times of the reader's clock: `offsetMs` is how far that is ahead of UTC. `isDay`: it is midnight, and the day is what counts. */
export function timeMarks(fromMs: number, toMs: number, most: number, offsetMs: number): { atMs: number; isDay: boolean }[] {
  const span = spans.find((span) => (toMs - fromMs) / span <= most) ?? 365 * day
  const marks: { atMs: number; isDay: boolean }[] = []
  for (let local = Math.ceil((fromMs + offsetMs) / span) * span; local <= toMs + offsetMs; local += span)
    marks.push({ atMs: local - offsetMs, isDay: span >= day || local % day === 0 })
  return marks
}

export const placeOf = (value: number, { from, to, pixels }: Scale) => ((value - from) / Math.max(1e-9, to - from)) * pixels

/** A line as the steps that it is (I8); where there is no price there is no line. */
export function linePath({ atMs, chances }: ChartLine, x: Scale, y: Scale): string {
  let path = ''
  let drawing = false
  let [lastX, lastY] = [0, 0]
  for (
    let i = Math.max(
      0,
      atMs.findLastIndex((ms) => ms <= x.from),
    );
    i < atMs.length;
    i++
  ) {
    const ms = atMs[i] ?? 0
    if (ms > x.to) break
    const chance = chances[i]
    const px = round(placeOf(Math.max(ms, x.from), x))
    if (drawing && px !== lastX) path += `H${px}`
    lastX = px
    if (chance == null) {
      drawing = false
      continue
    }
    const py = round(y.pixels - placeOf(chance, y))
    if (!drawing) path += `M${px} ${py}`
    else if (py !== lastY) path += `V${py}`
    lastY = py
    drawing = true
  }
  return drawing ? `${path}H${round(x.pixels)}` : path
}

const round = (n: number) => Math.round(n * 10) / 10
