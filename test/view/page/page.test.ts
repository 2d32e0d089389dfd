import { gzipSync } from 'node:zlib'
import path from 'node:path'

import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { buildPage } from '../../../scripts/build.ts'
import { pathOf } from '../../../functions/view/page/route.ts'
import type { ForScripts } from '../../../functions/view/page/for-scripts.ts'
import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { type BoardServer, startBoardServer } from './board-server.ts'
import { feed, market, selection } from '../client/odds-world.ts'
import { healthNow } from './health-now.ts'

const executablePath = findChromium()
const [a, b] = [market('a'), market('b/ü')]

describe('the bundle', () => {
  it('stays under 60 KB, gzipped, in all', async () => {
    const files = await buildPage(path.resolve(import.meta.dirname, '../../../functions/view/page'))
    const bytes = Object.values(files).reduce((sum, { text }) => sum + gzipSync(text).length, 0)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(60_000)
  })
})

describe.skipIf(executablePath === undefined)('the page in Chromium (skipped without one: set CHROMIUM_PATH)', () => {
  let browser: Browser
  let server: BoardServer
  let page: Page
  const troubles: string[] = []

  beforeAll(async () => {
    server = await startBoardServer()
    server.feeds.push(healthNow())
    for (const [id, name] of [
      [a, 'Who wins the election?'],
      [b, 'Will it rain?'],
    ] as const) {
      server.world.open(id, name)
      for (const s of ['x', 'y']) server.world.tick(id, s, { last: 0.5, back: 0.52, lay: 0.48 })
    }
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    page = await browser.newPage()
    page.on('pageerror', (error) => troubles.push(String(error)))
    await page.goto(server.url)
    await page.waitForSelector('[data-state=live] [data-market]')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const price = (id: string, name: string, side: string) =>
    page.locator(`[data-market="${id}"] [data-selection="${selection(name)}"] [data-price=${side}]`)
  const shows = async (id: string, name: string, side: string, value: string) =>
    page.waitForSelector(
      `[data-market="${id}"] [data-selection="${selection(name)}"] [data-price=${side}][data-value="${value}"]`,
    )
  const held = async () => {
    const { markets } = await page.evaluate((): ReturnType<ForScripts['board']> => window.oddscast.board())
    return markets.toSorted((p, q) => (p.marketId < q.marketId ? -1 : 1))
  }
  const stored = () => [server.world.book(a), server.world.book(b)]

  it('shows every market and price, and gives them to scripts', async () => {
    expect(await page.locator('[data-market]').count()).toBe(2)
    expect(await price(a, 'x', 'last').textContent()).toBe('50¢')
    expect(await price(a, 'x', 'last').getAttribute('data-value')).toBe('0.5')
    expect(await page.evaluate(() => window.oddscast.state())).toBe('live')
    expect(await held()).toEqual(stored())
  })

  it('moves a price, and tells screen readers where from', async () => {
    await server.send([server.world.tick(a, 'x', { last: 0.61 })])
    await shows(a, 'x', 'last', '0.61')
    expect(await page.locator(`[data-market="${a}"]`).getAttribute('data-seq')).toBe('3')
    expect(await page.locator(`[data-market="${a}"] [data-moved]`).getAttribute('title')).toBe('up from 50¢')
  })

  it('asks for what it missed, when a message shows that it missed something (I4)', async () => {
    server.world.tick(b, 'x', { last: 0.3 })
    server.world.tick(b, 'y', { last: 0.7 })
    await server.send([server.world.tick(b, 'x', { back: 0.33 })])
    await shows(b, 'y', 'last', '0.7')
    expect(await held()).toEqual(stored())
  })

  it('shows a selection that has just been opened, with its image', async () => {
    await server.send([server.world.tick(a, 'late', { back: 0.02 })])
    await shows(a, 'late', 'back', '0.02')
    await expect
      .poll(() => page.evaluate(() => window.oddscast.board().markets.flatMap((m) => m.selections.map((s) => s.image))))
      .toContain('https://images.example/late.png')
    expect(await held()).toEqual(stored())
  })

  it('folds away what was removed', async () => {
    await server.send([server.world.tick(a, 'late', {}, { kind: 'removed', status: 'removed' })])
    await page.getByRole('button', { name: '1 removed' }).click()
    expect(await page.locator(`[data-selection="${selection('late')}"]`).isVisible()).toBe(true)
  })

  it('recovers a dropped socket without a new snapshot, and loses nothing (I3)', async () => {
    server.webPubSub.faults.dropConnections()
    await server.send([server.world.tick(a, 'y', { last: 0.11 })])
    await shows(a, 'y', 'last', '0.11')
    await page.waitForSelector('[data-state=live]')
    expect(await held()).toEqual(stored())
  })

  it('says in words that the server is away, keeps the prices, and comes back by itself', async () => {
    server.failWith = 503
    server.webPubSub.faults.forget()
    await page.waitForSelector('[data-state=waiting]')
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toMatch(/^(Reconnecting: Not available now: As the test asked|Connecting)/)
    expect(await page.locator('[data-market]').count()).toBe(2)
    server.world.tick(a, 'x', { last: 0.99 })
    server.failWith = undefined
    await shows(a, 'x', 'last', '0.99')
    await page.waitForSelector('[data-state=live]')
    expect(await held()).toEqual(stored())
  })

  it('finds markets by word, and says what to do when none matches', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('rain')
    await expect.poll(() => page.locator('[data-market]').count()).toBe(1)
    await page.keyboard.type('bow')
    await page.getByRole('button', { name: 'Show all 2 markets' }).click()
    await expect.poll(() => page.locator('[data-market]').count()).toBe(2)
  })

  const address = () => page.evaluate(() => location.pathname + location.search)
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-market') ?? document.activeElement?.id)

  it('has what the board is narrowed to in its address, through a market and back, and a reload', async () => {
    await page.getByLabel('Market status').selectOption('open')
    await page.getByLabel('Search').fill('will it')
    await expect.poll(address).toBe('/?q=will+it&status=open')
    await page.locator(`[data-market="${b}"] h2 a`).click()
    await expect.poll(address).toBe(pathOf({ at: 'market', market: b }))
    await page.goBack()
    await expect.poll(address).toBe('/?q=will+it&status=open')
    await page.reload()
    await page.waitForSelector('[data-state=live] [data-market]')
    expect(await page.locator('[data-market]').count()).toBe(1)
    expect(await page.getByLabel('Market status').inputValue()).toBe('open')
  })

  it('goes from the search to what was found, and back to the board, by one key', async () => {
    await page.getByLabel('Search').focus()
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe(b)
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('[data-market]').count()).toBe(2)
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('board')
    await page.getByRole('radio', { name: '60 min' }).check()
    await page.keyboard.press('j')
    await expect.poll(focused).toBe(await page.locator('[data-market]').first().getAttribute('data-market'))
  })

  it('fills an empty board as soon as a market matches, wherever the pointer rests', async () => {
    await page.getByLabel('Market status').selectOption('suspended')
    await page.getByRole('heading', { name: 'No market matches' }).hover()
    await server.send([server.world.tick(b, 'x', {}, { kind: 'moved', marketStatus: 'suspended', status: 'suspended' })])
    await expect.poll(() => page.locator('[data-market]').count(), { timeout: 3_500 }).toBe(1)
    await server.send([server.world.tick(b, 'x', {}, { kind: 'moved', marketStatus: 'open', status: 'open' })])
    await page.getByLabel('Market status').selectOption('')
    await expect.poll(address).toBe('/')
  })

  it('remembers how the reader wants prices', async () => {
    await page.getByRole('radio', { name: 'Decimal' }).check()
    await expect.poll(() => price(b, 'y', 'last').textContent()).toBe('1.43')
    await page.reload()
    await page.waitForSelector('[data-state=live] [data-market]')
    expect(await price(b, 'y', 'last').textContent()).toBe('1.43')
  })

  it('shows each feed with its state, and why it fails when asked', async () => {
    const failure = { reason: 'HTTP 429', sinceMs: Date.now() - 70_000, times: 3, retryAtMs: null }
    server.feeds[0] = { ...healthNow(), completeAtMs: Date.now() - 70_000, failure }
    await server.sendFeeds()
    await page.waitForSelector(`[data-feed=${feed}][data-feed-state=late], [data-feed=${feed}][data-feed-state=down]`)
    await page.locator(`[data-feed=${feed}]`).click()
    expect(await page.locator('.failure').textContent()).toMatch(/^HTTP 429\. Failing for 1 min, 3 times in a row\.$/)
  })

  it('fits a phone without a sideways scroll, and reserves for each card the room it takes', async () => {
    const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    await phone.goto(server.url)
    await phone.waitForSelector('[data-state=live] [data-market]')
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    const overlong = await phone.evaluate(() =>
      [...document.querySelectorAll('.card')].filter((card) => card.scrollHeight > card.clientHeight).map((card) => card.id),
    )
    expect(overlong).toEqual([])
    await phone.close()
  })

  it('did all this without an error', () => {
    expect(troubles).toEqual([])
  })
})
