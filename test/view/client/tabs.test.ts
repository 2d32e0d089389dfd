import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { type BoardServer, startBoardServer } from '../page/board-server.ts'
import { market } from './odds-world.ts'

const executablePath = findChromium()
const a = market('a')
const soon = { timeout: 15_000, interval: 20 }

describe.skipIf(executablePath === undefined)('tabs of one Chromium (skipped without one: set CHROMIUM_PATH)', () => {
  let browser: Browser
  let context: BrowserContext
  let server: BoardServer
  const troubles: string[] = []

  beforeAll(async () => {
    server = await startBoardServer()
    server.world.open(a)
    server.world.tick(a, 'x', { last: 0.1 })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    context = await browser.newContext()
    context.on('weberror', (error) => troubles.push(String(error.error())))
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const open = async (): Promise<Page> => {
    const page = await context.newPage()
    await page.goto(server.url)
    await page.waitForSelector('[data-state=live] [data-market]')
    return page
  }
  const seqOn = (page: Page) => page.evaluate(() => window.oddscast.board().markets.map(({ seq }) => seq)[0])
  const sockets = () => server.webPubSub.stats().connections
  let last = 0.1
  const next = () => server.world.tick(a, 'x', { last: (last += 0.01) })

  it('have one socket, and show the same', async () => {
    const tabs = [await open(), await open(), await open()]
    expect(sockets()).toEqual({ live: 1, recoverable: 0 })
    await server.send([next()])
    for (const tab of tabs) await expect.poll(() => seqOn(tab), soon).toBe(2)
    await Promise.all(tabs.map((tab) => tab.close()))
    await expect.poll(sockets, soon).toEqual({ live: 0, recoverable: 0 })
  })

  it('go on without the one that had it, and miss nothing of what was sent between', async () => {
    const [first, second, third] = [await open(), await open(), await open()]
    const before = server.world.book(a).seq
    server.asked.length = 0
    const closed = first.close()
    next()
    await closed
    const delta = next()
    for (const tab of [second, third]) await expect.poll(() => seqOn(tab), soon).toBe(before + 2)
    await expect.poll(sockets, soon).toEqual({ live: 1, recoverable: 0 })
    expect(server.asked).not.toContain('GET /api/markets')
    await server.send([delta, next()])
    for (const tab of [second, third]) await expect.poll(() => seqOn(tab), soon).toBe(before + 3)
    for (const tab of [second, third]) await tab.waitForSelector('[data-state=live]')
    await Promise.all([second.close(), third.close()])
  })

  it('go on when the one that had it crashes, or is reloaded', async () => {
    const [first, second] = [await open(), await open()]
    const crashed = first.waitForEvent('crash')
    first.goto('chrome://crash').catch(() => {})
    await crashed
    next()
    await expect.poll(() => seqOn(second), soon).toBe(server.world.book(a).seq)
    const third = await open()
    await second.reload()
    // The service keeps the place of the one that crashed for 30 s.
    await expect.poll(() => sockets().live, soon).toBe(1)
    await server.send([next()])
    for (const tab of [second, third]) await expect.poll(() => seqOn(tab), soon).toBe(server.world.book(a).seq)
    await Promise.all([second.close(), third.close()])
  })

  it('ask whether what they have still holds, and are given nothing where it does', async () => {
    const page = await open()
    server.asked.length = 0
    await page.reload()
    await page.waitForSelector('[data-state=live] [data-market]')
    expect(server.asked).toContain('304 /api/markets')
    await page.close()
  })

  it('did all this without an error', () => {
    expect(troubles).toEqual([])
  })
})
