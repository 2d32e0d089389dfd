import path from 'node:path'

import { build } from 'esbuild'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'

import type { BoardMessage, MarketsAnswer } from '../../../functions/book/wire.ts'
import { chromiumArgs, findChromium } from '../../chromium.ts'
import type { Noted } from './in-page/noted.ts'

/** The feeds' images stay where they are: this is about the page, and venues are not to be asked for 850 pictures. */
const offline = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'
const viewport = { width: 1440, height: 900 }

export type Busy = { all: number; script: number; style: number; layout: number }

/** The board in a browser of its own, as the bench sees it. */
export class Chrome {
  readonly #browser: Browser
  readonly #page: Page
  readonly #devtools: CDPSession

  private constructor(browser: Browser, page: Page, devtools: CDPSession) {
    this.#browser = browser
    this.#page = page
    this.#devtools = devtools
  }

  static async start(headed: boolean): Promise<Chrome> {
    const executablePath = findChromium()
    if (executablePath === undefined) throw new Error('No Chromium was found: say where one is in CHROMIUM_PATH')
    const browser = await chromium.launch({ executablePath, headless: !headed, args: [...chromiumArgs, offline] })
    const page = await browser.newPage({ viewport })
    await page.addInitScript({ content: await watcher() })
    return new Chrome(browser, page, await page.context().newCDPSession(page))
  }

  version = () => this.#browser.version()
  open = (url: string) => this.#page.goto(url)
  board = () => this.#page.evaluate<MarketsAnswer>('oddscast.board()')
  state = () => this.#page.evaluate<string>('oddscast.state()')
  take = () => this.#page.evaluate<Noted>('oddscastBench.take()')
  elements = () => this.#page.evaluate<number>('document.getElementsByTagName("*").length')

  /** What is still held after everything that can be let go was. */
  async heapBytes(): Promise<number> {
    await this.#devtools.send('HeapProfiler.collectGarbage')
    const { usedSize } = await this.#devtools.send('Runtime.getHeapUsage')
    return usedSize
  }

  /** CPU seconds of the page's one thread since the page was opened: however busy others keep the machine, these are its own. */
  async busy(): Promise<Busy> {
    await this.#devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
    const { metrics } = await this.#devtools.send('Performance.getMetrics')
    const seconds = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
    return {
      all: seconds('TaskDuration'),
      script: seconds('ScriptDuration'),
      style: seconds('RecalcStyleDuration'),
      layout: seconds('LayoutDuration'),
    }
  }

  /** All that came over the socket while `during` went on. */
  async received(during: () => Promise<void>): Promise<{ bytes: number; ticks: number; frames: number }> {
    const seen = { bytes: 0, ticks: 0, frames: 0 }
    const note = ({ response: { payloadData } }: { response: { payloadData: string } }) => {
      seen.frames++
      seen.bytes += Buffer.byteLength(payloadData)
      const { data } = JSON.parse(payloadData) as { data?: BoardMessage }
      if (data?.kind === 'delta') seen.ticks += data.markets.reduce((sum, { ticks }) => sum + ticks.length, 0)
    }
    this.#devtools.on('Network.webSocketFrameReceived', note)
    await this.#devtools.send('Network.enable')
    await during()
    await this.#devtools.send('Network.disable')
    this.#devtools.off('Network.webSocketFrameReceived', note)
    return seen
  }

  /** As a hand on a touchpad would, `pixels` down at `pixelsPerSecond`, while the screen is searched for cards that are not there yet. */
  async scroll(pixels: number, pixelsPerSecond: number): Promise<Noted> {
    await this.take()
    await this.#page.evaluate('oddscastBench.look(true)')
    const { width, height } = viewport
    await this.#devtools.send('Input.synthesizeScrollGesture', {
      x: width / 2,
      y: height / 2,
      yDistance: -pixels,
      speed: pixelsPerSecond,
      gestureSourceType: 'touch',
    })
    await this.#page.evaluate('oddscastBench.look(false)')
    return this.take()
  }

  height = () => this.#page.evaluate<number>('document.documentElement.scrollHeight - innerHeight')
  close = () => this.#browser.close()
}

async function watcher(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'in-page/watch.ts')],
    write: false,
    bundle: true,
    format: 'iife',
    target: 'es2023',
    logLevel: 'warning',
  })
  return outputFiles[0]?.text ?? ''
}
