import { type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'

import { decimalOdds, type PriceFormat, priceOf } from '../../../book/price.ts'
import { formatPrice, type PriceView } from '../format.ts'
import { type ChartLine, entryAt } from './chart-line.ts'
import { chanceMarks, chanceRange, linePath, oddsMarks, placeOf, type Scale, timeMarks } from './scale.ts'

/** `colour`: which of the style sheet's, from 1. */
export type Drawn = { line: ChartLine; colour: number; name: string }

type ChartProps = {
  drawn: readonly Drawn[]
  fromMs: number
  toMs: number
  format: PriceFormat
  view: ReadonlySignal<PriceView>
  /** Where the reader points; null: at the right edge, which is now. */
  pointedMs: Signal<number | null>
}

const [left, right, top, bottom] = [8, 52, 18, 22]

export function Chart({ drawn, fromMs, toMs, format, view, pointedMs }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const size = useSize(frame)
  const { width, height } = size.value
  const lines = drawn.map(({ line }) => line)
  const range = chanceRange(lines, fromMs, toMs)
  const x: Scale = { from: fromMs, to: toMs, pixels: Math.max(1, width - left - right) }
  const y: Scale = { ...range, pixels: Math.max(1, height - top - bottom) }
  const yOf = (chance: number) => y.pixels - placeOf(chance, y)
  const offsetMs = -new Date(toMs).getTimezoneOffset() * 60_000
  const atMs = pointedMs.value ?? toMs
  const marks = showsChances(format, view.value) ? chanceMarks : oddsMarks

  const point = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect()
    if (box === undefined) return
    const share = Math.min(1, Math.max(0, (event.clientX - box.left - left) / x.pixels))
    pointedMs.value = share >= 1 ? null : fromMs + share * (toMs - fromMs)
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (step === 0) return
    event.preventDefault()
    const next = atMs + (step * (toMs - fromMs)) / (event.shiftKey ? 10 : 100)
    pointedMs.value = next >= toMs ? null : Math.max(fromMs, next)
  }
  return (
    <div
      ref={frame}
      class="chart"
      role="slider"
      tabIndex={0}
      aria-label="Prices over time"
      aria-valuemin={Math.round(fromMs / 1_000)}
      aria-valuemax={Math.round(toMs / 1_000)}
      aria-valuenow={Math.round(atMs / 1_000)}
      aria-valuetext={spoken(drawn, atMs, format, view.value)}
      onPointerMove={point}
      onPointerDown={point}
      onPointerLeave={() => {
        pointedMs.value = null
      }}
      onKeyDown={press}
    >
      <svg width={width} height={height} aria-hidden="true">
        <g transform={`translate(${left} ${top})`}>
          {marks(y.from, y.to, Math.max(2, y.pixels / 44)).map((chance) => (
            <g key={chance} class="mark" transform={`translate(0 ${yOf(chance)})`}>
              <line x2={x.pixels} />
              <text x={x.pixels + 8} dy="0.32em">
                {axisPrice(chance, format, view.value)}
              </text>
            </g>
          ))}
          {timeMarks(fromMs, toMs, Math.max(2, x.pixels / 90), offsetMs).map(({ atMs, isDay }) => (
            <text key={atMs} class="time" x={clampedX(placeOf(atMs, x), x.pixels)} y={y.pixels + 16}>
              {(isDay ? dayTime : clockTime).format(atMs)}
            </text>
          ))}
          {drawn.map(({ line, colour }) => (
            <path key={line.selectionId} class="line" data-colour={colour} d={linePath(line, x, y)} />
          ))}
          {pointedMs.value !== null && (
            <g class="pointed" transform={`translate(${placeOf(atMs, x)} 0)`}>
              <line y2={y.pixels} />
              <text x={Math.min(0, x.pixels - placeOf(atMs, x) - 60) + Math.max(0, 60 - placeOf(atMs, x))} y={-6}>
                {pointedTime.format(atMs)}
              </text>
            </g>
          )}
          {drawn.map(({ line, colour }) => {
            const chance = line.chances[entryAt(line, atMs)]
            if (chance == null) return null
            return (
              <circle key={line.selectionId} class="dot" data-colour={colour} cx={placeOf(atMs, x)} cy={yOf(chance)} r={3.5} />
            )
          })}
        </g>
      </svg>
    </div>
  )
}

/** What held at that instant, in the feed's unit. */
export const priceAt = (line: ChartLine, ms: number) => line.prices[entryAt(line, ms)] ?? null

function useSize(element: { current: HTMLElement | null }): ReadonlySignal<{ width: number; height: number }> {
  const size = useSignal({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const { current } = element
    if (current === null) return
    const measure = () => {
      const [width, height] = [current.clientWidth, current.clientHeight]
      if (size.peek().width !== width || size.peek().height !== height) size.value = { width, height }
    }
    measure()
    const resized = new ResizeObserver(measure)
    resized.observe(current)
    return () => resized.disconnect()
  }, [])
  return useComputed(() => size.value)
}

const showsChances = (format: PriceFormat, view: PriceView) =>
  view === 'probability' || (view === 'feed' && format === 'probability')

function axisPrice(chance: number, format: PriceFormat, view: PriceView): string {
  if (showsChances(format, view)) return `${Math.round(chance * 1_000) / 10}${view === 'feed' ? '¢' : '%'}`
  const odds = decimalOdds(chance, 'probability')
  return odds === undefined ? '' : formatPrice(priceOf(odds, format), format, view)
}

function spoken(drawn: readonly Drawn[], atMs: number, format: PriceFormat, view: PriceView): string {
  const prices = drawn.map(({ line, name }) => `${name} ${formatPrice(priceAt(line, atMs), format, view)}`)
  return [pointedTime.format(atMs), ...prices].join(', ')
}

/** Labels at the edges stay inside. */
const clampedX = (x: number, pixels: number) => Math.min(Math.max(x, 16), pixels - 12)

const clockTime = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const dayTime = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const pointedTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
