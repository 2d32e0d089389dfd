import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Book } from '../functions/book/market.ts'
import type { MarketsAnswer } from '../functions/book/wire.ts'
import { chromiumArgs, findChromium } from './support/chromium.ts'
import { neverSchedule, pollTo, type ReplayedDay, replayedDay } from './support/recorded-day.ts'
import { predictItBodies, recordingsFolder } from './support/recordings.ts'
import { valuesOf } from './support/replay.ts'
import { builtApp, eventually, startWhole, type WholeStack } from './support/whole-stack.ts'

const executablePath = findChromium()
const recordings = recordingsFolder()
if (executablePath === undefined) console.warn('No Chromium found (CHROMIUM_PATH): the browser tests are skipped')

/** What the page offers to scripts. */
type OddscastWindow = { oddscast: { board(): MarketsAnswer; state(): string; show(id: string | undefined): void } }

/** Every market's values, as the page holds them and as the API says they are. */
const byMarket = (markets: readonly Book[]) => Object.fromEntries(markets.map((market) => [market.marketId, valuesOf(market)]))

describe.skipIf(executablePath === undefined || recordings === undefined)('the board, in Chromium, on recorded bodies', () => {
  let replay: ReplayedDay
  let whole: WholeStack
  let browser: Browser
  let page: Page
  let listed: number
  const errors: string[] = []

  beforeAll(async () => {
    replay = await replayedDay()
    whole = await startWhole(await builtApp(), {
      FEEDS: 'predictit',
      PREDICTIT_URL: replay.url,
      PREDICTIT_SCHEDULE: neverSchedule,
    })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.on('pageerror', (error) => errors.push(error.message))
    // The feed's images are out of reach here, and are not what is tested.
    await page.route(/^https:/, (route) => route.abort())
    const [first] = await predictItBodies()
    listed = (JSON.parse(first?.text ?? '') as { markets: unknown[] }).markets.length
    await pollTo(whole, replay, 1)
    await eventually('all markets of the first body are stored', async () => (await markets()).length === listed)
    await page.goto(whole.stack.url)
  })
  afterAll(async () => {
    await browser.close()
    await whole.stop()
    await replay.close()
  })

  const markets = async () => ((await whole.api('/api/markets')) as MarketsAnswer).markets
  const held = () => page.evaluate(() => (window as unknown as OddscastWindow).oddscast.board().markets)
  /** Only cards near the screen are in the document. */
  const show = (id: string | undefined) => page.evaluate((id) => (window as unknown as OddscastWindow).oddscast.show(id), id)
  const state = () => page.evaluate(() => (window as unknown as OddscastWindow).oddscast.state())
  const expectSameAsApi = () =>
    eventually('the page holds what the API says', async () => {
      const [onPage, stored] = [byMarket(await held()), byMarket(await markets())]
      expect(onPage).toEqual(stored)
      return true
    })

  it('shows every market, with its selections and prices', async () => {
    await eventually('the page is live', async () => (await state()) === 'live')
    await eventually('all markets are there', async () => (await held()).length === listed)
    await expectSameAsApi()
    const market = (await markets()).find(({ selections }) => selections.length === 2)
    const card = page.locator(`[data-market="${market?.marketId}"]`)
    await show(market?.marketId)
    for (const { id, name, quotes } of market?.selections ?? []) {
      const row = card.locator(`[data-selection="${id}"]`)
      expect(await row.textContent()).toContain(name)
      expect(await row.locator('[data-price="last"]').getAttribute('data-value')).toBe(String(quotes[0]?.last ?? ''))
    }
  })

  it('changes when a tick comes (I3)', async () => {
    const before = byMarket(await held())
    await pollTo(whole, replay, 12)
    await eventually(
      'something on the page has moved',
      async () => JSON.stringify(byMarket(await held())) !== JSON.stringify(before),
    )
    await expectSameAsApi()
    const moved = (await held()).find((market) => market.seq !== before[market.marketId]?.seq)
    const card = page.locator(`[data-market="${moved?.marketId}"]`)
    await show(moved?.marketId)
    await eventually('the card shows its new seq', async () => (await card.getAttribute('data-seq')) === String(moved?.seq))
  })

  it('says that it lost the stream, and ends equal to the API after Web PubSub was killed and came back (I3, I4)', async () => {
    whole.kill('web-pubsub')
    await eventually('the page says so', async () => (await state()) !== 'live')
    expect(await page.locator('.status').textContent()).not.toMatch(/^\s*Live\s*$/)
    await pollTo(whole, replay, 30)
    await eventually('the page is live again', async () => (await state()) === 'live', 60_000)
    await expectSameAsApi()
    await pollTo(whole, replay, 40)
    await expectSameAsApi()
  })

  it('comes through the death of every other server, and of the worker, too (I3, I5)', async () => {
    for (const [i, name] of (['cosmos', 'event-hubs', 'functions-host'] as const).entries()) {
      whole.kill(name)
      await pollTo(whole, replay, 50 + 10 * i)
    }
    await pollTo(whole, replay, 80)
    await eventually('the page is live', async () => (await state()) === 'live', 60_000)
    await expectSameAsApi()
  })

  it('throws nothing at the console', () => {
    expect(errors).toEqual([])
  })
})
