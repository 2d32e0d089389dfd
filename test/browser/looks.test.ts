import { mkdir } from 'node:fs/promises'
import path from 'node:path'

import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type BoardServer, startBoardServer } from '../view/page/board-server.ts'
import { executablePath, launch, reader } from './reader.ts'
import { drawImages, game, lastHour, nowMs, oneMore, setScene, standStill } from './scene.ts'

/**
 * Pictures for people to look at, the same each time but for the fonts of the machine. So those in the repository are taken anew only when
 * that is asked for, by ODDSCAST_SCREENSHOTS=keep; all others go to `.cache/`.
 */
const root = path.resolve(import.meta.dirname, '../..')
const keeps = process.env['ODDSCAST_SCREENSHOTS'] === 'keep' ? ['board', 'market'] : []
const fileOf = (what: string, screen: string, theme: string) => {
  const words = [what, screen === 'desk' ? '' : screen, theme === 'light' ? '' : theme].filter(Boolean)
  return path.join(root, keeps.includes(what) ? 'test/screenshots' : '.cache/screenshots', `${words.join('-')}.png`)
}

const screens = {
  desk: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}
const themes = ['light', 'dark'] as const
const looks = Object.entries(screens).flatMap(([screen, shape]) => themes.map((theme) => ({ screen, shape, theme })))

describe.skipIf(executablePath === undefined)('how it looks, and whether everybody can use it', () => {
  let browser: Browser

  beforeAll(async () => {
    await mkdir(path.join(root, '.cache/screenshots'), { recursive: true })
    browser = await launch()
  })
  afterAll(() => browser?.close())

  describe.for(looks)('on a $screen, $theme', ({ screen, shape, theme }) => {
    let server: BoardServer
    let page: Page

    beforeAll(async () => {
      server = await startBoardServer()
      setScene(server)
      const reading = { colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/London' } as const
      page = (await reader(await browser.newContext({ ...shape, ...reading }))).page
      await drawImages(page)
      await standStill(page, nowMs - 60_000)
      await page.goto(server.url)
      await page.waitForSelector('[data-state=live] [data-market]')
      await server.send(lastHour(server))
      // Cards go to their places on a beat of the page, ask one after the other for what was before, and show it some beats later.
      await standStill(page, nowMs - 10_000)
      await server.sendFeeds()
      await page.waitForSelector('.movers li')
      for (let before = 0; before === 0 || before !== server.histories.length; await pause(page, 1_000))
        before = server.histories.length
      await standStill(page, nowMs)
      await pause(page, 1_500)
    })
    afterAll(async () => {
      await page.context().close()
      await server[Symbol.asyncDispose]()
    })

    const expectGood = async (what: string) => {
      await page.screenshot({ path: fileOf(what, screen, theme), animations: 'disabled' })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(shape.viewport.width)
      expect(await violations(page)).toEqual([])
    }

    it('the board', () => expectGood('board'))

    it('the alerts', async () => {
      await page.locator('.alerts summary').first().click()
      await page.locator('[data-alert] summary').first().click()
      await expectGood('alerts')
      await page.keyboard.press('Escape')
    })

    it('a feed', async () => {
      await page.locator('[data-feed=kalshi]').click()
      await page.waitForSelector('[data-panel-of=kalshi]')
      await expectGood('feed')
      await page.keyboard.press('Escape')
    })

    it('the settings', async () => {
      await page.locator('.settings summary').click()
      await expectGood('settings')
      await page.keyboard.press('Escape')
    })

    it('a market', async () => {
      await page.goto(`${server.url}/markets/${game}`)
      await page.waitForSelector('[data-state=live] .chart path.line')
      await server.send([oneMore(server)])
      await page.waitForSelector('[data-clock=shown] time')
      await expectGood('market')
    })
  })
})

const pause = (page: Page, ms: number) => page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), ms)

/** What axe calls serious or critical, and where. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }))
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
    )
}
