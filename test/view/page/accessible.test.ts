import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bookmakerOf, topicOf } from '../../../functions/book/ids.ts'
import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { bookOf, market } from '../client/odds-world.ts'
import { type BoardServer, startBoardServer } from './board-server.ts'
import { healthNow } from './health-now.ts'

const executablePath = findChromium()
const [race, match, over] = [market('race'), market('match'), market('over')]

describe.skipIf(executablePath === undefined)('the page for everybody, in Chromium (skipped without: CHROMIUM_PATH)', () => {
  let browser: Browser
  let server: BoardServer

  beforeAll(async () => {
    server = await startBoardServer()
    server.alerts = []
    server.feeds.push(healthNow())
    const { world } = server
    const nowMs = Date.now()
    world.put(bookOf(race, { name: 'Who wins the race?', url: 'https://venue.example/race', changedAtMs: nowMs }))
    for (let i = 12; i > 0; i--)
      world.tick(race, `Runner ${i}`, { last: i / 80, back: i / 79 }, { observedAtMs: nowMs - i * 60_000 })
    world.tick(race, 'Runner 3', { last: 0.2 }, { observedAtMs: nowMs - 5_000 })
    world.put(bookOf(match, { name: 'Foxes v Herons', topic: topicOf('sports'), priceFormat: 'decimal', inPlay: true }))
    for (const [by, foxes] of [['alpha', 2.1] as const, ['beta', 2] as const])
      for (const name of ['Foxes', 'Herons']) world.tick(match, name, { back: foxes }, { bookmaker: bookmakerOf(by) })
    world.put(bookOf(over, { name: 'Over?', status: 'suspended' }))
    world.tick(over, 'Yes', { last: 0.4 }, { status: 'suspended', marketStatus: 'suspended' })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  async function opened(path: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await browser.newPage(options)
    await page.route(/^https:/, (route) => route.abort())
    await page.goto(server.url + path)
    await page.waitForSelector('[data-state=live] [data-market]')
    return page
  }

  const violations = async (page: Page) => {
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run(document))
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe holds for serious, on the board and on a market’s page, ${colorScheme}`, async () => {
      for (const path of ['/', `/markets/${race}`, `/markets/${match}`, `/markets/${over}`]) {
        const page = await opened(path, { colorScheme, viewport: { width: 1280, height: 900 } })
        if (path === '/') await page.locator('.settings summary').click()
        if (path.endsWith('match')) await page.locator('[data-feed]').first().click()
        if (path !== '/') await page.waitForSelector('.chart')
        expect([path, ...(await violations(page))]).toEqual([path])
        await page.close()
      }
    })
  }

  it('has no serious violation on a phone, and no sideways scroll', async () => {
    for (const path of ['/', `/markets/${match}`]) {
      const page = await opened(path, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
      await page.close()
    }
  })

  it('is worn light or dark as the reader wants, whatever their system says, and remembers it', async () => {
    const page = await opened('/', { colorScheme: 'light' })
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(await ground()).toBe('rgb(244, 245, 247)')
    await page.locator('.settings summary').click()
    await page.getByRole('radio', { name: 'Dark' }).check()
    expect(await ground()).toBe('rgb(13, 16, 21)')
    await page.reload()
    await page.waitForSelector('[data-state=live] [data-market]')
    expect(await ground()).toBe('rgb(13, 16, 21)')
    await page.close()
  })

  it('moves nothing for those who want no motion', async () => {
    const page = await opened('/', { reducedMotion: 'reduce' })
    await server.send([server.world.tick(race, 'Runner 5', { last: 0.33 }, { observedAtMs: Date.now() })])
    await page.waitForSelector('[data-price=last][data-value="0.33"]')
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    await page.close()
  })
})
