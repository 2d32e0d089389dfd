import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Alert, Evidence } from '../../../functions/book/alert.ts'
import { type FeedHealth, noDrift } from '../../../functions/book/feed-health.ts'
import { type Bookmaker, bookmakerOf, feedName, type MarketId, topicOf } from '../../../functions/book/ids.ts'
import type { Book } from '../../../functions/book/market.ts'
import { chromiumArgs, findChromium } from '../../support/chromium.ts'
import { type BoardServer, startBoardServer } from './board-server.ts'
import { bookOf, feed, market, type OddsWorld, selection } from '../client/odds-world.ts'

const executablePath = findChromium()
const [race, totals, match] = [market('race'), market('totals'), market('match')]
const [alpha, beta] = [bookmakerOf('alpha'), bookmakerOf('beta')]
const hourMs = 3_600_000

type Prices = Parameters<OddsWorld['tick']>[2]
type Change = Parameters<OddsWorld['tick']>[3]

describe.skipIf(executablePath === undefined)(
  'what becomes of a market, on the page in Chromium (skipped without one: set CHROMIUM_PATH)',
  () => {
    let browser: Browser
    let server: BoardServer
    let page: Page
    const troubles: string[] = []

    beforeAll(async () => {
      server = await startBoardServer()
      server.feeds.push(healthOf('testfeed'))
      server.alerts = [alertOf('before', race, 'It moved before anyone looked', Date.now() - hourMs)]
      const sports: Partial<Book> = { topic: topicOf('sports'), priceFormat: 'decimal' }
      const fixture = { id: 'f', name: 'Foxes v Anchors', startsAtMs: Date.now() + 2 * hourMs }
      server.world.put(bookOf(race, { name: 'Quillon Park 14:35', inPlay: false, ...sports }))
      server.world.put(bookOf(totals, { name: 'Foxes v Anchors: total points', ...sports }))
      server.world.put(bookOf(match, { name: 'Foxes v Anchors', fixture, ...sports }))
      for (const name of ['Fine Fettle', 'Old Ironside', 'Sudden Thaw'])
        server.world.tick(race, name, { last: 3, back: 3, lay: 3.1 })
      for (const name of ['Over', 'Under']) server.world.tick(totals, name, { back: 1.9, point: 8.5 })
      for (const [bookmaker, back] of [
        [alpha, 1.95],
        [beta, 2.1],
      ] as const) {
        for (const name of ['Foxes', 'Anchors']) server.world.tick(match, name, { back }, { bookmaker })
      }
      browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' })
      page = await context.newPage()
      page.on('pageerror', (error) => troubles.push(String(error)))
      await page.goto(server.url)
      await page.waitForSelector('[data-state=live] [data-market]')
    })
    afterAll(async () => {
      await browser?.close()
      await server?.[Symbol.asyncDispose]()
    })

    const card = (id: MarketId) => page.locator(`[data-market="${id}"]`)
    const row = (id: MarketId, name: string, by?: Bookmaker) =>
      card(id).locator(`[data-selection="${selection(name)}"]${by === undefined ? ':not(.other)' : `[data-bookmaker=${by}]`}`)
    const badges = (id: MarketId) => card(id).locator('.badge').allTextContents()
    const latest = (id: MarketId) => card(id).locator('footer span').first().textContent()
    /** As dedupe would tell it: each quote by a tick of its own, in one message. */
    const say = async (id: MarketId, ...said: [name: string, prices: Prices, change?: Change][]) => {
      const observed = { observedAtMs: Date.now() }
      await server.send(said.map(([name, prices, change]) => server.world.tick(id, name, prices, { ...observed, ...change })))
    }
    const everyRunner = (prices: Prices, change: Change) =>
      ['Fine Fettle', 'Old Ironside', 'Sudden Thaw'].map((name): [string, Prices, Change] => [name, prices, change])

    it('shows that play began', async () => {
      expect(await badges(race)).toEqual(['open'])
      await say(race, ['Fine Fettle', {}, { kind: 'in-play', inPlay: true }])
      await expect.poll(() => badges(race)).toEqual(['in play'])
      expect(await latest(race)).toMatch(/^turned in play/)
    })

    it('shows a market suspended, and open again', async () => {
      await say(
        race,
        ...everyRunner({ back: null, lay: null }, { kind: 'suspended', status: 'suspended', marketStatus: 'suspended' }),
      )
      await expect.poll(() => badges(race)).toEqual(['suspended', 'in play'])
      expect(await latest(race)).toMatch(/^suspended/)
      await say(race, ...everyRunner({ back: 3.2, lay: 3.3 }, { kind: 'resumed', status: 'open', marketStatus: 'open' }))
      await expect.poll(() => badges(race)).toEqual(['in play'])
      expect(await latest(race)).toMatch(/^open again/)
    })

    it('shows a selection withdrawn, and returned', async () => {
      await say(race, ['Sudden Thaw', { back: null, lay: null }, { kind: 'removed', status: 'removed' }])
      const fold = card(race).getByRole('button', { name: '1 removed' })
      await fold.waitFor()
      expect(await row(race, 'Sudden Thaw').isVisible()).toBe(false)
      expect(await latest(race)).toMatch(/^price withdrawn/)
      await say(race, ['Sudden Thaw', { back: 9, lay: 9.2 }, { kind: 'returned', status: 'open' }])
      await expect.poll(() => row(race, 'Sudden Thaw').locator('.label').textContent()).toBe('returned')
      expect(await row(race, 'Sudden Thaw').isVisible()).toBe(true)
    })

    it('shows a market closed, then settled with who won; the others step back', async () => {
      const over = { back: null, lay: null }
      await say(race, ...everyRunner(over, { kind: 'closed', status: 'closed', marketStatus: 'closed', inPlay: false }))
      await expect.poll(() => badges(race)).toEqual(['closed'])
      const settled = { kind: 'settled', status: 'settled', marketStatus: 'settled' } as const
      await say(
        race,
        ['Fine Fettle', over, { ...settled, outcome: 'lost' }],
        ['Old Ironside', over, { ...settled, outcome: 'won' }],
        ['Sudden Thaw', over, { ...settled, outcome: 'void' }],
      )
      await expect.poll(() => badges(race)).toEqual(['settled'])
      const outcomes = ['Fine Fettle', 'Old Ironside', 'Sudden Thaw'].map((name) =>
        row(race, name).locator('.outcome').textContent(),
      )
      expect(await Promise.all(outcomes)).toEqual(['lost', 'won', 'void'])
      const weights = ['Fine Fettle', 'Old Ironside'].map((name) =>
        row(race, name)
          .locator('.name')
          .evaluate((element) => Number(getComputedStyle(element).fontWeight)),
      )
      expect(await Promise.all(weights)).toEqual([400, 600])
      expect(await card(race).locator('th.back').isVisible()).toBe(false)
    })

    it('shows that the line moved, and from where', async () => {
      expect(await row(totals, 'Over').locator('.point').textContent()).toBe('8.5')
      await say(totals, ['Over', { point: 9 }, { kind: 'line-moved' }], ['Under', { point: 9 }, { kind: 'line-moved' }])
      await expect.poll(() => row(totals, 'Over').locator('.point').textContent()).toBe('9, line up from 8.5')
      expect(await latest(totals)).toMatch(/^line moved/)
      await say(totals, ['Over', { back: 1.8 }])
      await expect.poll(() => row(totals, 'Over').locator('[data-moved]').getAttribute('title')).toBe('down from 1.90')
      expect(await row(totals, 'Over').locator('.point').getAttribute('title')).toBe('The line was 8.5')
    })

    it('shows the start in the reader’s time zone, and that it moved', async () => {
      const startsAtMs = server.world.book(match).fixture?.startsAtMs ?? 0
      const clock = (ms: number) =>
        new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: 'numeric', minute: '2-digit' }).format(ms)
      const start = card(match).locator('.start')
      expect(await start.textContent()).toMatch(new RegExp(`${clock(startsAtMs)}.*in 1 h 59 min|in 2 h`))
      await say(match, ['Foxes', {}, { kind: 'rescheduled', startsAtMs: startsAtMs + hourMs, bookmaker: alpha }])
      await expect.poll(() => start.locator('.was').textContent()).toMatch(new RegExp(`^was .*${clock(startsAtMs)}$`))
      expect(await start.locator('time').getAttribute('datetime')).toBe(new Date(startsAtMs + hourMs).toISOString())
      const noon = new Date(new Date().getFullYear() + 2, 5, 1, 12).getTime()
      for (const startsAtMs of [noon, noon + hourMs]) {
        await say(match, ['Foxes', {}, { kind: 'rescheduled', startsAtMs, bookmaker: alpha }])
        const shown = () => start.locator('time').getAttribute('datetime')
        await expect.poll(shown).toBe(new Date(startsAtMs).toISOString())
      }
      await expect.poll(() => start.locator('.was').textContent()).toBe('moved')
      expect(await latest(match)).toMatch(/^start moved/)
    })

    it('names the bookmaker that pays most, and shows what each pays, the one that dropped out as such', async () => {
      expect(await row(match, 'Foxes').locator('.by').textContent()).toBe('beta')
      expect(await row(match, 'Foxes').locator('[data-fair]').getAttribute('data-fair')).toBe('0.5')
      expect(await card(match).locator('[data-overround]').textContent()).toBe('overround −4.8%')
      await say(
        match,
        ['Foxes', { back: null }, { kind: 'removed', status: 'removed', bookmaker: beta }],
        ['Anchors', { back: null }, { kind: 'removed', status: 'removed', bookmaker: beta }],
      )
      await expect.poll(() => row(match, 'Foxes').locator('.by').textContent()).toBe('alpha')
      await card(match).getByRole('button', { name: 'All 2 bookmakers' }).click()
      expect(await row(match, 'Foxes', beta).locator('.label').textContent()).toBe('removed')
    })

    it('shows what it last knew of a market that its feed no longer lists', async () => {
      const gone = { kind: 'removed', status: 'removed', marketStatus: 'closed' } as const
      await say(totals, ['Over', { back: null }, gone], ['Under', { back: null }, gone])
      await expect.poll(() => badges(totals)).toEqual(['closed'])
      expect(await card(totals).locator('.facts').textContent()).toContain('no longer listed')
      expect(await row(totals, 'Over').isVisible()).toBe(true)
    })

    it('raises alerts without a fuss: a number, a sentence, the evidence when asked for, and the way to the market', async () => {
      const chip = page.locator('.alerts summary.chip')
      expect(await chip.getAttribute('data-unseen')).toBe('0')
      await page.getByRole('button', { name: 'Politics' }).click()
      expect(await card(race).count()).toBe(0)
      await server.sendAlerts([alertOf('now', race, 'Old Ironside went from 30% to 60% within 2 min', Date.now())])
      await page.waitForSelector('.alerts [data-unseen="1"]')
      await expect
        .poll(() => page.locator('.alerts [aria-live=polite]').textContent())
        .toBe('New alert. Quillon Park 14:35: Old Ironside went from 30% to 60% within 2 min')
      await chip.click()
      await expect.poll(() => page.locator('[data-alert]').count()).toBe(2)
      expect(await chip.getAttribute('data-unseen')).toBe('0')
      await page.getByText('Evidence').first().click()
      expect(await page.locator('[data-alert] tbody tr').first().textContent()).toMatch(/^Old Ironside.*alpha3\.331\.67/)
      await page.getByRole('button', { name: 'Old Ironside went' }).click()
      await card(race).waitFor()
      await expect.poll(() => page.locator('.alerts .panel').count()).toBe(0)
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-market'))).toBe(race)
    })

    it('tells of each feed its quota, its lag, what dedupe made of it, and that its JSON has changed', async () => {
      const nowMs = Date.now()
      const drift = { unknown: [{ field: 'market.link', count: 12 }], vanished: ['market.url'] }
      const quota = { remaining: 480, used: 20, resetsAtMs: nowMs + 3 * hourMs + 30_000, nextPollAtMs: nowMs + 90_000 }
      server.feeds.push(
        healthOf('metered', { lagMs: 31_000, quota, drift }),
        healthOf('pushing', { everyMs: null, completeAtMs: null }),
      )
      const counts = { fresh: 100, duplicate: 895, stale: 5, ticks: 250 }
      server.counts.push({ feed: feedName('metered'), sinceMs: nowMs - hourMs, countedAtMs: nowMs, ...counts })
      await server.sendFeeds()
      const chip = page.locator('[data-feed=metered]')
      expect(await chip.textContent()).toContain('what it sends has changed')
      await chip.click()
      const panel = page.locator('[data-panel-of=metered]')
      const words = (await panel.textContent()) ?? ''
      for (const expected of [
        'A field that we knew vanished: market.url.',
        'A field that we do not know came: market.link (12).',
        'Behind its own clock31 s',
        'Calls left480 of 500',
        'New quotain 3 h',
        'Messages in1,000',
        'Duplicates895 (89.5%)',
        'Ticks out250',
        'Ticks a message0.25',
      ])
        expect(words).toContain(expected)
      const { width, left, right } = (await panel
        .boundingBox()
        .then((box) => box && { ...box, left: box.x, right: box.x + box.width })) ?? {
        width: 0,
        left: -1,
        right: Infinity,
      }
      expect([width > 300, left >= 0, right <= 1280]).toEqual([true, true, true])
      await page.locator('[data-feed=pushing]').click()
      expect(await panel.isVisible()).toBe(false)
      expect(await page.locator('[data-panel-of=pushing]').textContent()).toContain('it pushes')
      await page.keyboard.press('Escape')
      expect(await page.locator('[data-panel-of=pushing]').isVisible()).toBe(false)
    })

    it('keeps its header in two lines with ten feeds, on a desk and on a phone', async () => {
      for (let i = 0; i < 7; i++) server.feeds.push(healthOf(`another-feed-${i}`))
      await server.sendFeeds()
      await page.waitForSelector('[data-feed=another-feed-6]')
      expect(await page.locator('.top').evaluate((element) => element.clientHeight)).toBeLessThan(100)
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await page.locator('.top').evaluate((element) => element.clientHeight)).toBeLessThan(180)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    })

    it('holds what the server holds after all this, and did it without an error', async () => {
      const books = await page.evaluate(() => window.oddscast.board().markets)
      expect(books).toEqual([...server.world.books.values()])
      expect(troubles).toEqual([])
    })
  },
)

function alertOf(id: string, marketId: MarketId, headline: string, observedAtMs: number): Alert {
  const quote: Omit<Evidence, 'price' | 'impliedProbability' | 'before'> = {
    marketId,
    selectionId: selection('Old Ironside'),
    selectionName: 'Old Ironside',
    bookmaker: alpha,
    priceFormat: 'decimal',
    point: null,
    observedAtMs,
    publishedAtMs: null,
  }
  return {
    id,
    kind: 'move',
    topic: topicOf('sports'),
    marketId,
    marketName: 'Quillon Park 14:35',
    selectionId: selection('Old Ironside'),
    selectionName: 'Old Ironside',
    headline,
    size: 0.3,
    tookMs: 120_000,
    observedAtMs,
    evidence: [
      {
        ...quote,
        price: 1.67,
        impliedProbability: 0.6,
        before: { price: 3.33, impliedProbability: 0.3, observedAtMs: observedAtMs - 120_000 },
      },
    ],
  }
}

function healthOf(name: string, parts: Partial<FeedHealth> = {}): FeedHealth {
  const nowMs = Date.now()
  const counts = { markets: 3, selections: 7, published: 0, unchanged: 3, rejected: 0, lagMs: null, quota: null, drift: noDrift }
  const times = { everyMs: 60_000, polledAtMs: nowMs, completeAtMs: nowMs, changedAtMs: nowMs }
  return { feed: name === 'testfeed' ? feed : feedName(name), failure: null, ...times, ...counts, ...parts }
}
