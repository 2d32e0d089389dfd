/** Which stretch of time, and in what steps: 0 is each tick by itself. */
export type Window = { fromMs: number; toMs: number; stepMs: number }

export type StepAsked = number | 'auto' | 'raw'

/** The step has the blame, and `fits` would have been right. */
export type WindowFault = { parameter: 'from' | 'step'; why: string }

export const maxSteps = 5_000
export const maxRawTicks = 10_000
/** To read more than this takes longer than anybody waits. */
export const maxTicks = 250_000
/** About one a pixel of a large chart. */
const autoSteps = 750
/** So few are shown as they are: that is exact, and no longer than steps would be. */
const autoRawTicks = 1_000

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]
const ladder = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * day),
]

/**
 * What is asked, as it will be answered. `ticks`: how many the market has in it. Steps begin where the clock shows a multiple of them, so
 * that a window that moves on has the same ones; the first begins before `fromMs` then, and the window with it.
 */
export function windowOf(
  { fromMs, toMs, step }: { fromMs: number; toMs: number; step: StepAsked },
  ticks: number,
): { ok: true; window: Window } | { ok: false; fault: WindowFault } {
  if (fromMs >= toMs) return fault('from', 'takes a time before to, which is now where it is not said')
  if (ticks > maxTicks) {
    const why = `has ${count(ticks)} ticks of the market after it, and ${count(maxTicks)} is the most; take a later one, or first`
    return fault('from', why)
  }
  const fits = ladder.find((stepMs) => stepsIn(fromMs, toMs, stepMs) <= autoSteps) ?? ladder.at(-1) ?? day
  if (step === 'raw') {
    if (ticks <= maxRawTicks) return window(fromMs, toMs, 0)
    return fault(
      'step',
      `cannot be raw for ${count(ticks)} ticks of the market, ${count(maxRawTicks)} is the most; ${textOf(fits)} fits`,
    )
  }
  if (step === 'auto') return window(fromMs, toMs, ticks <= autoRawTicks ? 0 : fits)
  const steps = stepsIn(fromMs, toMs, step)
  if (steps <= maxSteps) return window(fromMs, toMs, step)
  return fault('step', `would make ${count(steps)} steps, and ${count(maxSteps)} is the most; ${textOf(fits)} fits`)
}

const window = (fromMs: number, toMs: number, stepMs: number) =>
  ({ ok: true, window: { fromMs: stepMs === 0 ? fromMs : fromMs - (fromMs % stepMs), toMs, stepMs } }) as const

const fault = (parameter: WindowFault['parameter'], why: string) => ({ ok: false, fault: { parameter, why } }) as const

const stepsIn = (fromMs: number, toMs: number, stepMs: number) => Math.ceil((toMs - (fromMs - (fromMs % stepMs))) / stepMs)

const count = (n: number) => n.toLocaleString('en')

const units = { s: second, m: minute, h: hour, d: day } as const

/** `90`, `90s`, `5m`, `6h`, `1d`; a number alone is seconds. */
export function stepIn(text: string): StepAsked | undefined {
  if (text === 'auto' || text === 'raw') return text
  const [, digits, unit = 's'] = /^([1-9]\d{0,8})([smhd])?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  const stepMs = Number(digits) * units[unit as keyof typeof units]
  return stepMs <= 3_650 * day ? stepMs : undefined
}

export function textOf(stepMs: number): string {
  const [unit = 's', unitMs = second] = Object.entries(units).findLast(([, unitMs]) => stepMs % unitMs === 0) ?? []
  return `${stepMs / unitMs}${unit}`
}
