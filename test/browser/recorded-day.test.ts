import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { neverSchedule, pollTo, type ReplayedDay, replayedDay } from '../support/recorded-day.ts'
import { predictItBodies, recordingsFolder } from '../support/recordings.ts'
import { builtApp, eventually, startWhole, type WholeStack } from '../support/whole-stack.ts'
import { byMarket, desk, executablePath, expectSameAsApi, launch, marketsOf, type Reader, reader } from './reader.ts'

const recordings = recordingsFolder()
if (recordings === undefined) console.warn('No recordings found (ODDS_RECORDINGS): the board on recorded bodies is skipped')

describe.skipIf(executablePath === undefined || recordings === undefined)('the board, in Chromium, on recorded bodies', () => {
  let replay: ReplayedDay
  let whole: WholeStack
  let browser: Browser
  let looking: Reader
  let page: Page
  let listed: number

  beforeAll(async () => {
    replay = await replayedDay()
    whole = await startWhole(await builtApp(), {
      FEEDS: 'predictit',
      PREDICTIT_URL: replay.url,
      PREDICTIT_SCHEDULE: neverSchedule,
    })
    browser = await launch()
    looking = await reader(await browser.newContext(desk))
    page = looking.page
    const [first] = await predictItBodies()
    listed = (JSON.parse(first?.text ?? '') as { markets: unknown[] }).markets.length
    await pollTo(whole, replay, 1)
    await eventually('all markets of the first body are stored', async () => (await marketsOf(whole)).length === listed)
    await page.goto(whole.stack.url)
  })
  afterAll(async () => {
    await browser.close()
    await whole.stop()
    await replay.close()
  })

  it('shows every market, with its selections and prices', async () => {
    await eventually('the page is live', async () => (await looking.state()) === 'live')
    await eventually('all markets are there', async () => (await looking.held()).length === listed)
    await expectSameAsApi(looking, whole)
    const market = (await marketsOf(whole)).find(({ selections }) => selections.length === 2)
    const card = page.locator(`[data-market="${market?.marketId}"]`)
    await looking.show(market?.marketId ?? '')
    for (const { id, name, quotes } of market?.selections ?? []) {
      const row = card.locator(`[data-selection="${id}"]`)
      expect(await row.textContent()).toContain(name)
      expect(await row.locator('[data-price="last"]').getAttribute('data-value')).toBe(String(quotes[0]?.last ?? ''))
    }
  })

  it('changes when a tick comes (I3)', async () => {
    const before = byMarket(await looking.held())
    await pollTo(whole, replay, 12)
    await eventually(
      'something on the page has moved',
      async () => JSON.stringify(byMarket(await looking.held())) !== JSON.stringify(before),
    )
    await expectSameAsApi(looking, whole)
    const moved = (await looking.held()).find((market) => market.seq !== before[market.marketId]?.seq)
    const card = page.locator(`[data-market="${moved?.marketId}"]`)
    await looking.show(moved?.marketId ?? '')
    await eventually('the card shows its new seq', async () => (await card.getAttribute('data-seq')) === String(moved?.seq))
  })

  it('says that it lost the stream, and ends equal to the API after Web PubSub was killed and came back (I3, I4)', async () => {
    whole.kill('web-pubsub')
    await eventually('the page says so', async () => (await looking.state()) !== 'live')
    expect(await page.locator('.status').textContent()).not.toMatch(/^\s*Live\s*$/)
    await pollTo(whole, replay, 30)
    await eventually('the page is live again', async () => (await looking.state()) === 'live', 60_000)
    await expectSameAsApi(looking, whole)
    await pollTo(whole, replay, 40)
    await expectSameAsApi(looking, whole)
  })

  it('comes through the death of every other server, and of the worker, too (I3, I5)', async () => {
    for (const [i, name] of (['cosmos', 'event-hubs', 'functions-host'] as const).entries()) {
      whole.kill(name)
      await pollTo(whole, replay, 50 + 10 * i)
    }
    await pollTo(whole, replay, 80)
    await eventually('the page is live', async () => (await looking.state()) === 'live', 60_000)
    await expectSameAsApi(looking, whole)
  })

  it('throws nothing at the console', () => {
    expect(looking.troubles).toEqual([])
  })
})
