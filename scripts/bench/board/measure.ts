import { isDeepStrictEqual } from 'node:util'

import type { MarketsAnswer } from '../../../functions/book/wire.ts'
import { eventHubPublisher } from '../../../functions/collect/event-hub.ts'
import { type BenchStack, startBenchStack } from '../bench-stack.ts'
import { listen } from '../listener.ts'
import { type Busy, Chrome } from './chrome.ts'
import { type Frames, framesOf } from './frames.ts'
import type { Noted } from './in-page/noted.ts'
import type { Options } from './options.ts'
import { Pace, pause } from './pace.ts'
import { selectionsOf, type Tape } from './tape.ts'
import { ToldTicks } from './told.ts'

export type Measured = {
  name: string
  selections: number
  markets: number
  elements: number
  firstPriceMs: number
  perSecond: number
  sinceSentMs: readonly number[]
  sinceReadMs: readonly number[]
  /** Shares of one core, while the page was watched. */
  busy: Busy
  frames: Frames
  heap: readonly { minutes: number; bytes: number }[]
  wire: { bytes: number; ticks: number; frames: number }
  scrolled: { pixels: number; frames: Frames; looks: number; holes: number }
}

/** Alerts on prices that move for no reason would be no news. */
const noAlerts = { DETECT_MOVE_POINTS: '99', DETECT_STEAM_POINTS: '99' }
const noLetters = { add: () => Promise.reject(new Error('the bench sent something that no hub takes')) }
const minuteMs = 60_000
const takenEveryMs = 5_000
const wireForMs = 10_000
const scroll = { pixels: 30_000, perSecond: 3_000 }

/** One board, on a stack and in a browser of its own. */
export async function measureBoard(
  root: string,
  tape: Tape,
  { minutes, perSecond, headed }: Options,
  say: (line: string) => void,
): Promise<Measured> {
  const bench = await startBenchStack(root, noAlerts)
  try {
    const chrome = await Chrome.start(headed)
    try {
      return await measure(bench, chrome, tape, { minutes, perSecond }, say)
    } finally {
      await chrome.close()
    }
  } finally {
    await bench.stop()
  }
}

async function measure(
  bench: BenchStack,
  chrome: Chrome,
  tape: Tape,
  asked: Pick<Options, 'minutes' | 'perSecond'>,
  say: (line: string) => void,
): Promise<Measured> {
  const pace = new Pace(eventHubPublisher(bench.services.producer, noLetters, Date.now))
  const markets = async () => (await fetch(new URL('/api/markets', bench.stack.url))).json() as Promise<MarketsAnswer>
  const told = new ToldTicks()
  const socket = await listen(bench.stack.url, told.hear)
  await pace.publish(tape.opening)
  await until('all markets are stored', async () => (await markets()).markets.length === tape.opening.length)
  await chrome.open(bench.stack.url)
  await until('all markets are on the board', async () => (await chrome.board()).markets.length === tape.opening.length)
  await until('the first price is drawn', async () => (await chrome.take()).firstPriceMs !== null)

  const playing = pace.play(tape, asked.perSecond)
  await pause(takenEveryMs)
  const wire = await chrome.received(() => pause(wireForMs))
  await chrome.take()

  say(`watching it for ${asked.minutes} min …`)
  const [startedMs, ticksBefore] = [performance.now(), playing.ticks()]
  const busyBefore = await chrome.busy()
  const taken: Noted[] = []
  const heap: { minutes: number; bytes: number }[] = []
  const marks = [...[1, 5, 10].filter((mark) => mark < asked.minutes), asked.minutes]
  for (const mark of marks) {
    while (performance.now() - startedMs < mark * minuteMs) {
      await pause(Math.min(takenEveryMs, startedMs + mark * minuteMs - performance.now()))
      const noted = await chrome.take()
      told.compare(noted.cards)
      taken.push({ ...noted, cards: [] })
    }
    heap.push({ minutes: mark, bytes: await chrome.heapBytes() })
    // Tidying up on command stops the page, as it never does by itself.
    await chrome.take()
  }
  const measuredS = (performance.now() - startedMs) / 1_000
  const paced = (playing.ticks() - ticksBefore) / measuredS
  const busy = shareOf(busyBefore, await chrome.busy(), measuredS)
  const elements = await chrome.elements()

  say('scrolling …')
  const pixels = Math.min(scroll.pixels, (await chrome.height()) * 0.8)
  const scrolled = await chrome.scroll(pixels, scroll.perSecond)

  await playing.stop()
  await until('the board is what the API says', async () =>
    isDeepStrictEqual(seqsOf(await chrome.board()), seqsOf(await markets())),
  )
  socket.close()
  const [first] = taken
  return {
    name: tape.name,
    selections: selectionsOf(tape),
    markets: tape.opening.length,
    elements,
    firstPriceMs: first?.firstPriceMs ?? Number.NaN,
    perSecond: paced,
    sinceSentMs: told.sinceSentMs,
    sinceReadMs: told.sinceReadMs,
    busy,
    frames: framesOf(taken),
    heap,
    wire,
    scrolled: { pixels, frames: framesOf([scrolled]), looks: scrolled.looks, holes: scrolled.holes },
  }
}

const shareOf = (before: Busy, after: Busy, seconds: number): Busy => ({
  all: (after.all - before.all) / seconds,
  script: (after.script - before.script) / seconds,
  style: (after.style - before.style) / seconds,
  layout: (after.layout - before.layout) / seconds,
})

const seqsOf = ({ markets }: MarketsAnswer) => Object.fromEntries(markets.map(({ marketId, seq }) => [marketId, seq]))

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const giveUpMs = Date.now() + 2 * minuteMs
  while (!(await check().catch(() => false))) {
    if (Date.now() > giveUpMs) throw new Error(`Gave up after two minutes, before ${what}`)
    await pause(100)
  }
}
