import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bookmakerOf, topicOf } from '../../../functions/book/ids.ts'
import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { bookOf, market, selection } from '../client/odds-world.ts'
import { type BoardServer, startBoardServer } from './board-server.ts'

const executablePath = findChromium()
const [race, match] = [market('a race'), market('match/1')]
const [alpha, beta] = [bookmakerOf('alpha'), bookmakerOf('beta')]
const minute = 60_000

describe.skipIf(executablePath === undefined)('the page of a market in Chromium (skipped without one: set CHROMIUM_PATH)', () => {
  let browser: Browser
  let server: BoardServer
  let page: Page
  const troubles: string[] = []

  beforeAll(async () => {
    server = await startBoardServer()
    const { world } = server
    const nowMs = Date.now()
    world.put(bookOf(race, { name: 'Who wins the race?', url: 'https://venue.example/race', changedAtMs: nowMs }))
    for (let i = 30; i > 0; i--)
      for (const name of ['Old Ironside', 'Sudden Thaw'])
        world.tick(race, name, { last: 0.4 + (i % 5) / 100, back: 0.46 }, { observedAtMs: nowMs - i * minute })
    world.put(bookOf(match, { name: 'Foxes v Herons', topic: topicOf('sports'), priceFormat: 'decimal', changedAtMs: nowMs }))
    for (const [by, foxes, herons] of [
      [alpha, 2.1, 1.8],
      [beta, 2, 1.9],
    ] as const) {
      world.tick(match, 'Foxes', { back: foxes }, { bookmaker: by, observedAtMs: nowMs - minute })
      world.tick(match, 'Herons', { back: herons }, { bookmaker: by, observedAtMs: nowMs - minute })
    }
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('pageerror', (error) => troubles.push(String(error)))
    await page.route(/^https:/, (route) => route.abort())
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const row = (name: string) => page.locator(`.quotes [data-selection="${selection(name)}"]`)
  const opened = (id: string) => page.waitForSelector(`.market-page [data-market="${id}"]`)
  const path = () => page.evaluate(() => location.pathname)

  it('has an address of its own, which can be opened', async () => {
    await page.goto(`${server.url}/markets/${encodeURIComponent(race)}`)
    await opened(race)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Who wins the race?')
    expect(await page.title()).toBe('Who wins the race? – Oddscast')
    expect(await page.getByRole('link', { name: 'Open at testfeed' }).getAttribute('href')).toBe('https://venue.example/race')
  })

  it('draws its history, asked for once, in steps', async () => {
    await expect.poll(() => page.locator('.chart .line').count()).toBe(2)
    expect(await page.locator('.chart .line').first().getAttribute('d')).toMatch(/^M[\d. ]+(H[\d.]+V[\d.]+)+H[\d.]+$/)
    expect(server.histories).toHaveLength(1)
    expect(server.histories[0]).toContain('bookmaker=testfeed')
  })

  it('is live at its right edge, in the table, and in the list of ticks with all its clocks', async () => {
    await server.send([server.world.tick(race, 'Old Ironside', { last: 0.77 }, { observedAtMs: Date.now() })])
    await page.waitForSelector(`.quotes [data-selection="${selection('Old Ironside')}"] [data-price=last][data-value="0.77"]`)
    await expect.poll(() => page.locator('.legend li').first().textContent()).toBe('Old Ironside77¢')
    expect(await page.locator('.ticks tbody tr').first().textContent()).toContain('Old Ironside77¢')
    expect(await page.locator('[data-clock=shown] time').count()).toBe(1)
    expect(await page.locator('[data-clock=published]').textContent()).toContain('does not tell')
    expect(server.histories).toHaveLength(1)
  })

  it('tells what held where the reader points, in the prices that the reader wants', async () => {
    await page.getByRole('radio', { name: '%', exact: true }).check()
    await expect.poll(() => page.locator('.legend li').first().textContent()).toBe('Old Ironside77%')
    await page.getByRole('slider').focus()
    for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowLeft')
    await expect.poll(() => page.locator('.legend li').first().textContent()).toMatch(/^Old Ironside4\d%$/)
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/Old Ironside 4\d%, Sudden Thaw 4\d%$/)
    await page.getByRole('radio', { name: 'As quoted' }).check()
  })

  it('leaves out what the reader does not want drawn', async () => {
    await row('Sudden Thaw').getByRole('button', { name: 'Draw Sudden Thaw' }).click()
    await expect.poll(() => page.locator('.chart .line').count()).toBe(1)
  })

  it('goes back by Escape, and another market is opened by the keyboard', async () => {
    await page.keyboard.press('Escape')
    await page.waitForSelector('.grid [data-market]')
    expect(await path()).toBe('/')
    await page.keyboard.press('j')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-market'))).not.toBeNull()
    const first = await page.evaluate(() => document.activeElement?.getAttribute('data-market'))
    await page.keyboard.press(first === match ? 'k' : 'j')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-market'))).toBe(match)
    await page.keyboard.press('Enter')
    await opened(match)
    expect(await path()).toBe('/markets/testfeed:match%2F1')
  })

  it('marks who pays most, and tells what each keeps', async () => {
    const best = await page.locator('.bookmakers td[data-best]').allTextContents()
    expect(best).toEqual(['1.90 best', '2.10 best'])
    expect(await page.locator('.bookmakers .kept').allTextContents()).toEqual(['+2.6%', '+3.2%', '+0.3%'])
  })

  it('draws whose prices the reader chooses', async () => {
    await page.getByLabel('Whose prices').selectOption('beta')
    await expect.poll(() => server.histories.at(-1)).toContain('bookmaker=beta')
    await expect.poll(() => page.locator('.legend').textContent()).toBe('Herons1.90Foxes2.00')
  })

  it('is left and come back to by the browser’s own buttons', async () => {
    await page.goBack()
    await page.waitForSelector('.grid [data-market]')
    await page.goForward()
    await opened(match)
    expect(await page.title()).toBe('Foxes v Herons – Oddscast')
  })

  it('says that there is no such market, and where there are others', async () => {
    await page.goto(`${server.url}/markets/nobody:1`)
    await page.getByRole('heading', { name: 'There is no such market' }).waitFor()
    await page.getByRole('link', { name: 'All markets' }).click()
    await page.waitForSelector('.grid [data-market]')
    expect(await path()).toBe('/')
  })

  it('did all this without an error', () => {
    expect(troubles).toEqual([])
  })
})
