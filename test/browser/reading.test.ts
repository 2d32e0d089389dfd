import type { Browser, BrowserContext, CDPSession, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { builtApp, eventually, startWhole, type WholeStack } from '../support/whole-stack.ts'
import { onlyPushed, provider, type Pushed } from './provider.ts'
import { desk, executablePath, expectSameAsApi, launch, marketsOf, type Reader, reader } from './reader.ts'

/** Twenty questions and twenty games, so that there is something to scroll, search and filter. */
const question = (n: number, yes = 0.4): Pushed => ({
  id: `q${n}`,
  name: `Will question ${n} be answered?`,
  topic: 'politics',
  prices: { Yes: { exchange: yes }, No: { exchange: Math.round(100 - yes * 100) / 100 } },
})
const game = (n: number, home = 2): Pushed => ({
  id: `g${n}`,
  name: `Herons v Comets, game ${n}`,
  topic: 'sports',
  prices: { Herons: { alphabet: home, betterbet: 1.95 }, Comets: { alphabet: 1.8, betterbet: 1.9 } },
})
const twenty = Array.from({ length: 20 }, (_, i) => i + 1)
const q1 = 'questions:q1'
const g1 = 'games:g1'

describe.skipIf(executablePath === undefined)('someone who reads the board, in Chromium, on the whole stack', () => {
  let whole: WholeStack
  let browser: Browser
  let context: BrowserContext
  let looking: Reader
  let page: Page
  let devtools: CDPSession
  let questions: ReturnType<typeof provider>
  let games: ReturnType<typeof provider>

  beforeAll(async () => {
    whole = await startWhole(await builtApp(), onlyPushed)
    questions = provider(whole, 'questions')
    games = provider(whole, 'games')
    for (const yes of [0.5, 0.47, 0.44, 0.4]) await questions.push(...twenty.map((n) => question(n, yes)))
    await games.push(...twenty.map((n) => game(n)))
    await eventually('all is stored', async () => {
      const markets = await marketsOf(whole)
      return markets.length === 40 && markets.find(({ marketId }) => marketId === q1)?.seq === 8
    })
    browser = await launch()
    context = await browser.newContext({ ...desk, locale: 'en-GB', colorScheme: 'light' })
    looking = await reader(context)
    page = looking.page
    devtools = await context.newCDPSession(page)
  })
  afterAll(async () => {
    await browser?.close()
    await whole?.stop()
  })

  const card = (id: string) => page.locator(`.grid [data-market="${id}"]`)
  const price = (within: Locator, selection: string, side: string) =>
    within.locator(`[data-selection="${selection}"]`).first().locator(`[data-price=${side}]`)
  const live = (which: Page = page) => which.waitForSelector('[data-state=live] [data-market]')
  /** How many markets the order has: each card says it. */
  const listed = async () => Number((await page.locator('.grid [data-market]').first().getAttribute('aria-setsize')) ?? 0)
  const focused = () => page.evaluate(() => document.activeElement?.closest('[data-market]')?.getAttribute('data-market') ?? null)

  it('sees a first price right after the first paint', async () => {
    await page.goto(whole.stack.url, { waitUntil: 'commit' })
    await page.waitForSelector('[data-price]:not([data-value=""])')
    const sinceMs = await page.evaluate(
      () => performance.now() - (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
    )
    expect(sinceMs).toBeLessThan(5_000)
    await live()
    await expectSameAsApi(looking, whole)
  })

  it('sees a tick as it comes, where from included (I3)', async () => {
    await looking.show(q1)
    await questions.push(question(1, 0.43))
    await expect.poll(() => price(card(q1), `${q1}-Yes`, 'back').textContent()).toBe('43¢')
    expect(await card(q1).locator('[data-moved]').first().getAttribute('title')).toMatch(/^up from 40¢/)
  })

  it('finds the same after a reload, in the prices, order and colours that were chosen', async () => {
    await page.getByRole('radio', { name: 'American' }).check()
    await page.getByLabel('Sort').selectOption('name')
    await page.getByRole('group', { name: 'Settings' }).or(page.locator('.settings summary')).first().click()
    await page.getByRole('radio', { name: 'Dark' }).check()
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const dark = await background()
    await page.reload()
    await live()
    await expectSameAsApi(looking, whole)
    expect(await page.getByRole('radio', { name: 'American' }).isChecked()).toBe(true)
    expect(await page.getByLabel('Sort').inputValue()).toBe('name')
    expect(await background()).toBe(dark)
    await expect.poll(() => price(card(g1), `${g1}-Herons`, 'back').textContent()).toBe('+100')
    await page.getByRole('radio', { name: 'As quoted' }).check()
  })

  it('searches and filters, and is told how many there are', async () => {
    expect(await listed()).toBe(40)
    await page.getByLabel('Search').fill('comets 7')
    await expect.poll(listed).toBe(2)
    await page.getByLabel('Search').fill('')
    await page.getByRole('navigation', { name: 'Topics' }).getByRole('button', { name: 'sports' }).click()
    await expect.poll(listed).toBe(20)
    await page.getByLabel('Feed', { exact: true }).selectOption('questions')
    await page.getByRole('heading', { name: 'No market matches' }).waitFor()
    await page.getByRole('button', { name: 'Show all 40 markets' }).click()
    await questions.push({ ...question(2), status: 'suspended' })
    await eventually('the page knows', async () =>
      (await looking.held()).some(({ marketId, status }) => marketId === 'questions:q2' && status === 'suspended'),
    )
    await page.getByLabel('Market status').selectOption('suspended')
    await expect.poll(listed).toBe(1)
    expect(await card('questions:q2').locator('.badge').textContent()).toBe('suspended')
    await page.getByLabel('Market status').selectOption('')
    await questions.push(question(2))
  })

  it('gets everywhere by keyboard alone', async () => {
    await page.reload()
    await live()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the board')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('board')
    await page.keyboard.press('/')
    await page.keyboard.type('question 1')
    await expect.poll(listed).toBe(11)
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toBe(q1)
    await page.keyboard.press('j')
    await expect.poll(focused).toBe('questions:q10')
    await page.keyboard.press('k')
    await expect.poll(focused).toBe(q1)
    await page.keyboard.press('Enter')
    await page.waitForSelector(`.market-page [data-market="${q1}"]`)
    await page.keyboard.press('Escape')
    await expect.poll(listed).toBe(11)
    await page.keyboard.press('j')
    await expect.poll(focused).not.toBeNull()
  })

  it('opens a market by its address, reads what it did, and sees it go on', async () => {
    await page.goto(`${whole.stack.url}markets/${q1}`)
    await page.waitForSelector(`.market-page [data-market="${q1}"]`)
    await live()
    const legend = () => page.locator('.legend li').allTextContents()
    await expect.poll(legend).toContain('Yes43¢')
    const colour = await page.locator('.legend li').filter({ hasText: 'Yes' }).locator('.swatch').getAttribute('data-colour')
    const line = page.locator(`.chart path.line[data-colour="${colour}"]`)
    const dot = page.locator(`.chart circle.dot[data-colour="${colour}"]`)
    await expect.poll(() => line.getAttribute('d')).toMatch(/^M[\d. ]+(H[\d.]+V[\d.]+){3,}H[\d.]+$/)
    const drawn = await line.getAttribute('d')
    const dotAt = async () =>
      Number(await dot.getAttribute('cy')) / Number(await page.locator('.chart svg').getAttribute('height'))
    const before = await dotAt()
    await questions.push(question(1, 0.6))
    await expect.poll(legend).toContain('Yes60¢')
    expect(await line.getAttribute('d')).not.toBe(drawn)
    expect(await dotAt()).toBeLessThan(before)
    expect((await page.locator('.ticks tbody tr').allTextContents()).slice(0, 2).join()).toContain('Yes60¢')
    expect(await page.locator('[data-clock] time').count()).toBe(3)
    await page.reload()
    await expect.poll(legend).toContain('Yes60¢')
    const csv = await page.getByRole('link', { name: 'CSV' }).getAttribute('href')
    const answer = await page.request.get(new URL(csv ?? '', whole.stack.url).href)
    expect(answer.headers()['content-type']).toContain('text/csv')
    expect(await answer.text()).toContain('0.6')
  })

  it('compares bookmakers on the page of a game', async () => {
    await page.getByRole('link', { name: 'All markets' }).click()
    await looking.show(g1)
    await card(g1).getByRole('heading').getByRole('link').click()
    await page.waitForSelector(`.market-page [data-market="${g1}"]`)
    const best = async () => (await page.locator('.bookmakers td[data-best]').allTextContents()).sort()
    expect(await best()).toEqual(['1.90 best', '2.00 best'])
    await games.push(game(1, 1.9))
    await expect.poll(best).toEqual(['1.90 best', '1.95 best'])
    await page.goBack()
    await live()
  })

  it('is told when the network is gone, keeps the prices with their age, and has what it missed once it is back (I3)', async () => {
    const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 }
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', { offline: true, ...network })
    await expect.poll(() => page.locator('.status').textContent(), { timeout: 30_000 }).toMatch(/offline|cannot be reached/)
    await questions.push(...twenty.map((n) => question(n, 0.7)))
    await page.getByText(/^These prices are \d+ s old/).waitFor({ timeout: 60_000 })
    expect(await page.locator('.grid [data-market]').count()).toBeGreaterThan(5)
    await devtools.send('Network.emulateNetworkConditions', { offline: false, ...network })
    await live()
    await expectSameAsApi(looking, whole)
    await page.getByText(/^These prices are/).waitFor({ state: 'detached' })
  })

  it('comes through the death of each server while prices move (I3, I4)', async () => {
    for (const [i, name] of (['web-pubsub', 'functions-host', 'cosmos', 'event-hubs'] as const).entries()) {
      whole.kill(name)
      await questions.push(...twenty.map((n) => question(n, 0.5 + i / 100)))
    }
    await eventually('the page is live', async () => (await looking.state()) === 'live', 60_000)
    await expectSameAsApi(looking, whole, 60_000)
  })

  it('has one socket for two tabs, and the second shows the same when the first is closed', async () => {
    const second = await reader(context)
    let sockets = 0
    second.page.on('websocket', () => sockets++)
    await second.page.goto(whole.stack.url)
    await live(second.page)
    expect(sockets).toBe(0)
    await questions.push(question(3, 0.33))
    await expectSameAsApi(second, whole)
    await page.close()
    await questions.push(question(3, 0.34))
    await eventually('the second leads', async () => sockets === 1)
    await live(second.page)
    await questions.push(question(3, 0.35))
    await expectSameAsApi(second, whole)
    expect(second.troubles).toEqual([])
  })

  it('did all this without an error', () => {
    expect(looking.troubles).toEqual([])
  })
})
