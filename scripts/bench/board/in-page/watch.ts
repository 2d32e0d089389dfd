import { longestCountedMs, type Noted } from './noted.ts'

/**
 * Runs in the page before its own code. A change of the document is made in one frame, which ends with its being painted: the next frame
 * begins when that can be seen, and that is the time noted.
 */
const none = (): Omit<Noted, 'firstPriceMs'> => ({
  cards: [],
  frames: Array.from({ length: longestCountedMs + 1 }, () => 0),
  longestFrameMs: 0,
  longTasks: 0,
  looks: 0,
  holes: 0,
})

let noted = none()
let firstPriceMs: number | null = null
let looking = false

new MutationObserver((changes) => {
  const cards = changes.flatMap(({ target, oldValue }) => {
    const { market, seq } = (target as HTMLElement).dataset
    return market === undefined ? [] : [{ market, from: Number(oldValue), to: Number(seq) }]
  })
  requestAnimationFrame(() => {
    const shownAtMs = performance.timeOrigin + performance.now()
    for (const card of cards) noted.cards.push({ ...card, shownAtMs })
  })
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-seq'], attributeOldValue: true })

new PerformanceObserver((tasks) => {
  noted.longTasks += tasks.getEntries().length
}).observe({ type: 'longtask' })

let lastMs: number | undefined
let frame = 0
function watch(nowMs: number) {
  if (lastMs !== undefined) {
    const tookMs = nowMs - lastMs
    const place = Math.min(Math.round(tookMs), longestCountedMs)
    noted.frames[place] = (noted.frames[place] ?? 0) + 1
    noted.longestFrameMs = Math.max(noted.longestFrameMs, tookMs)
  }
  lastMs = nowMs
  frame++
  if (firstPriceMs === null) seeFirstPrice()
  if (looking && frame % 4 === 0) lookForHoles()
  requestAnimationFrame(watch)
}
requestAnimationFrame(watch)

function seeFirstPrice() {
  if (document.querySelector('[data-price]:not([data-value=""])') === null) return
  requestAnimationFrame(() => {
    firstPriceMs ??= performance.now()
  })
}

/** Between two cards of a column is less than `besidesGap`. */
const besidesGap = 24
function lookForHoles() {
  const columns = new Set(
    [...document.querySelectorAll<HTMLElement>('.slot')].map(({ offsetLeft, offsetWidth }) => offsetLeft + offsetWidth / 2),
  )
  const isHole = (x: number, y: number) => document.elementFromPoint(x, y)?.closest('[data-market], .top') === null
  for (const x of columns) {
    for (const part of [0.25, 0.5, 0.9]) {
      const y = innerHeight * part
      noted.looks++
      if (isHole(x, y) && isHole(x, y - besidesGap)) noted.holes++
    }
  }
}

declare global {
  interface Window {
    oddscastBench: { take(): Noted; look(on: boolean): void }
  }
}

window.oddscastBench = {
  take() {
    const taken = { ...noted, firstPriceMs }
    noted = none()
    return taken
  },
  look(on) {
    looking = on
  },
}
