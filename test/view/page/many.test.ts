import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { bookOf, market, startMs } from '../client/odds-world.ts'
import { type BoardServer, startBoardServer } from './board-server.ts'

const executablePath = findChromium()
const count = 600
const id = (n: number) => market(String(n).padStart(3, '0'))

describe.skipIf(executablePath === undefined)('a board of many markets, in Chromium (skipped without: CHROMIUM_PATH)', () => {
  let browser: Browser
  let server: BoardServer
  let page: Page
  const troubles: string[] = []

  beforeAll(async () => {
    server = await startBoardServer()
    for (let n = 0; n < count; n++) {
      server.world.put(bookOf(id(n), { name: `Market ${n}` }))
      for (let s = 0; s <= n % 5; s++) server.world.tick(id(n), `s${s}`, { last: 0.2 }, { observedAtMs: startMs - n * 1_000 })
    }
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.on('pageerror', (error) => troubles.push(String(error)))
    await page.route(/^https:/, (route) => route.abort())
    await page.goto(server.url)
    await page.waitForSelector('[data-state=live] [data-market]')
    // A pointer that rests on the board keeps it from being arranged anew.
    await page.mouse.move(640, 500)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const mounted = () => page.locator('.grid [data-market]').count()
  const onScreen = (name: string) => page.locator(`.grid [data-market="${name}"]`)

  it('has only those near the screen in the document, and says which of how many each is', async () => {
    expect(await mounted()).toBeLessThan(80)
    const card = page.locator('.grid [data-market]').first()
    expect(await card.getAttribute('aria-posinset')).toBe('1')
    expect(await card.getAttribute('aria-setsize')).toBe(String(count))
  })

  it('has those in the document that are scrolled to, each in the room reserved for it, and lets the others go', async () => {
    for (let i = 0; i < 12; i++) await page.mouse.wheel(0, 700)
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(8_400)
    await expect.poll(() => onScreen(id(0)).count()).toBe(0)
    const bare = () =>
      page.evaluate(() => {
        const points = [...Array(12)].flatMap((_, i) => [...Array(4)].map((_, j) => [160 + j * 300, 200 + i * 50] as const))
        return points.filter(([x, y]) => document.elementFromPoint(x, y)?.closest('.grid') === null).length
      })
    await expect.poll(bare).toBe(0)
    const overlapping = await page.evaluate(() => {
      const boxes = [...document.querySelectorAll('.grid .card')].map((card) => card.getBoundingClientRect())
      return boxes.filter((a) =>
        boxes.some((b) => a !== b && a.left === b.left && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5),
      ).length
    })
    expect(overlapping).toBe(0)
    expect(await mounted()).toBeLessThan(120)
  })

  it('goes on showing what comes', async () => {
    const shown = await page.locator('.grid [data-market]').nth(20).getAttribute('data-market')
    const name = shown as ReturnType<typeof id>
    await server.send([server.world.tick(name, 's0', { last: 0.77 })])
    await expect.poll(() => onScreen(name).locator('[data-price=last]').first().getAttribute('data-value')).toBe('0.77')
  })

  it('is where it was left when the reader comes back from a market', async () => {
    await page.locator('.grid [data-market] h2 a').nth(24).click()
    await page.waitForSelector('.market-page h1')
    expect(await page.evaluate(() => scrollY)).toBe(0)
    await page.keyboard.press('Escape')
    await page.waitForSelector('.grid [data-market]')
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(8_400)
  })

  it('keeps the keyboard where it is, however far it is scrolled away', async () => {
    await page.evaluate((name) => window.oddscast.show(name), id(300))
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-market'))
    await expect.poll(focused).toBe(id(300))
    await page.evaluate(() => scrollTo(0, 0))
    await expect.poll(() => onScreen(id(0)).count()).toBe(1)
    expect(await focused()).toBe(id(300))
    await page.keyboard.press('j')
    await expect.poll(focused).toBe(id(301))
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(8_400)
  })

  it('brings a market to the screen that the filter hides', async () => {
    await page.getByLabel('Search').fill('market 599')
    await expect.poll(mounted).toBe(1)
    await page.evaluate((name) => window.oddscast.show(name), id(7))
    await onScreen(id(7)).waitFor()
    expect(await page.getByLabel('Search').inputValue()).toBe('')
  })

  it('did all this without an error', () => {
    expect(troubles).toEqual([])
  })
})
