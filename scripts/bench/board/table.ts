import type { Measured } from './measure.ts'

/** A column a board. */
export function tableOf(measured: readonly Measured[]): string {
  const minutes = measured[0]?.heap.map((mark) => mark.minutes) ?? []
  const rows: [string, (board: Measured) => string][] = [
    ['selections', ({ selections, name }) => `${count(selections)} (${name})`],
    ['markets', ({ markets }) => count(markets)],
    ['elements in the document', ({ elements }) => count(elements)],
    ['first price after', ({ firstPriceMs }) => ms(firstPriceMs)],
    ['ticks a second, as played', ({ perSecond }) => perSecond.toFixed(0)],
    ['sent by fan-out to seen, p50', ({ sinceSentMs }) => ms(percentile(sinceSentMs, 50))],
    ['                         p99', ({ sinceSentMs }) => ms(percentile(sinceSentMs, 99))],
    ['read from the feed to seen, p50', ({ sinceReadMs }) => ms(percentile(sinceReadMs, 50))],
    ['                            p99', ({ sinceReadMs }) => ms(percentile(sinceReadMs, 99))],
    ['ticks on screen, compared', ({ sinceSentMs }) => count(sinceSentMs.length)],
    ['frames over 50 ms', ({ frames }) => `${frames.over50Ms} of ${count(frames.count)}`],
    ['frames, p99', ({ frames }) => ms(frames.p99Ms)],
    ['longest frame', ({ frames }) => ms(frames.longestMs)],
    ['long tasks', ({ frames }) => String(frames.longTasks)],
    ["CPU of the page's thread", ({ busy }) => percent(busy.all)],
    ['  of it script, style, layout', ({ busy }) => [busy.script, busy.style, busy.layout].map(percent).join(', ')],
    ...minutes.map((after): [string, (board: Measured) => string] => [
      `heap after ${after} min`,
      ({ heap }) => mb(heap.find((mark) => mark.minutes === after)?.bytes),
    ]),
    [
      'bytes over the wire, a tick',
      ({ wire }) => `${(wire.bytes / wire.ticks).toFixed(0)}, ${(wire.ticks / wire.frames).toFixed(0)} ticks a frame`,
    ],
    ['scrolled, with ticks coming', ({ scrolled }) => `${count(Math.round(scrolled.pixels))} px`],
    ['  frames over 50 ms', ({ scrolled: { frames } }) => `${frames.over50Ms} of ${count(frames.count)}`],
    ['  frames, p99', ({ scrolled: { frames } }) => ms(frames.p99Ms)],
    ['  longest frame', ({ scrolled: { frames } }) => ms(frames.longestMs)],
    ['  places without their card', ({ scrolled: { looks, holes } }) => `${count(holes)} of ${count(looks)}`],
  ]
  const width = Math.max(...rows.map(([title]) => title.length)) + 2
  return rows
    .map(([title, cell]) => `  ${title.padEnd(width)}${measured.map((board) => cell(board).padEnd(32)).join('')}`.trimEnd())
    .join('\n')
}

const count = (n: number) => n.toLocaleString('en')
const ms = (value: number) => `${value.toFixed(0)} ms`
const percent = (share: number) => `${(share * 100).toFixed(0)} %`
const mb = (bytes = Number.NaN) => `${(bytes / 1_048_576).toFixed(1)} MB`

function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? Number.NaN
}
