import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { MarketsAnswer } from '../../functions/book/wire.ts'
import { chromiumArgs, findChromium } from '../support/chromium.ts'
import { builtApp, eventually, startWhole, type WholeStack } from '../support/whole-stack.ts'

const executablePath = findChromium()

/** Invented markets in PredictIt's shape. */
const market = (id: number, price: number) => ({
  id,
  name: `Market ${id}`,
  shortName: `Market ${id}`,
  image: 'https://images.example/m.png',
  url: `https://www.example.com/${id}`,
  contracts: [contract(id * 10, 'Yes', price)],
  timeStamp: '2026-01-01T12:00:00.1234567',
  status: 'Open',
})
const contract = (id: number, name: string, price: number) => ({
  id,
  dateEnd: 'NA',
  image: 'https://images.example/c.png',
  name,
  shortName: name,
  status: 'Open',
  lastTradePrice: price,
  bestBuyYesCost: price,
  bestBuyNoCost: null,
  bestSellYesCost: null,
  bestSellNoCost: null,
  lastClosePrice: null,
  displayOrder: 0,
})
const body = (price: number, broken = false) =>
  JSON.stringify({
    markets: [market(1, price), market(2, 0.5), broken ? { ...market(3, 0.5), contracts: 'none today' } : market(3, 0.5)],
  })

type Answer = (response: ServerResponse) => void
const healthy =
  (price: number, broken = false): Answer =>
  (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body(price, broken))
const troubles: Record<string, Answer> = {
  'a body that is not JSON': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"markets": ['),
  'an HTML error page': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Maintenance</h1>'),
  'a 429': (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  'a 500': (response) => response.writeHead(500).end(),
  'a redirect loop': (response) => response.writeHead(302, { location: '/again' }).end(),
  'no answer at all': () => undefined,
  'a connection that is cut': (response) => response.destroy(),
  'no market at all': (response) => response.writeHead(200).end('{"markets": []}'),
}

describe.skipIf(executablePath === undefined)('a feed in trouble, as the board shows it', () => {
  let answer: Answer = healthy(0.1)
  const server = createServer((_request, response) => answer(response))
  let whole: WholeStack
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    whole = await startWhole(await builtApp(), { FEEDS: 'predictit', PREDICTIT_URL: url, PREDICTIT_SCHEDULE: '* * * * * *' })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumArgs })
    page = await browser.newPage()
    await page.route(/^https:/, (route) => route.abort())
    await page.goto(whole.stack.url)
    await eventually('three markets are on the page', async () => (await page.locator('[data-market]').count()) === 3)
  })
  afterAll(async () => {
    await browser.close()
    await whole.stop()
    server.closeAllConnections()
    server.close()
  })

  const feedState = () => page.locator('[data-feed="predictit"]').getAttribute('data-feed-state')
  const shown = (id: number) =>
    page.locator(`[data-market="predictit:${id}"] [data-price="last"]`).first().getAttribute('data-value')
  const statuses = async () =>
    ((await whole.api('/api/markets')) as MarketsAnswer).markets.flatMap(({ selections }) =>
      selections.flatMap(({ quotes }) => quotes.map(({ status }) => status)),
    )

  for (const [i, [what, trouble]] of Object.entries(troubles).entries()) {
    it(`turns late on ${what}, buries nothing (I10), and recovers by itself`, async () => {
      answer = trouble
      await eventually('the feed is late or down on the page', async () => /late|down/.test((await feedState()) ?? ''))
      expect(await statuses()).toEqual(['open', 'open', 'open'])
      const price = (20 + i) / 100
      answer = healthy(price)
      await eventually('the new price is on the page', async () => (await shown(1)) === String(price))
      await eventually('the feed is live again on the page', async () => (await feedState()) === 'live')
    })
  }

  it('puts one malformed market aside with its reason, keeps it open, and lets the others through (I7)', async () => {
    answer = healthy(0.77, true)
    await eventually('the neighbour moves', async () => (await shown(1)) === '0.77')
    const letters = await eventually('the letter is kept', async () => {
      const { resources } = await whole.database
        .container('dead-letters')
        .items.query<{ reason: string }>('SELECT * FROM c')
        .fetchAll()
      return resources.length > 0 && resources
    })
    expect(letters).toHaveLength(1)
    expect(letters[0]?.reason).toContain('contracts')
    expect(await statuses()).toEqual(['open', 'open', 'open'])
  })

  it('buries a market that a complete poll lacks (I10), and shows it so', async () => {
    answer = (response) => response.writeHead(200).end(JSON.stringify({ markets: [market(1, 0.3), market(3, 0.5)] }))
    await eventually('the market is closed on the page', async () => {
      return (await page.locator('[data-market="predictit:2"]').getAttribute('data-status')) === 'closed'
    })
    expect((await statuses()).sort()).toEqual(['open', 'open', 'removed'])
    answer = healthy(0.3)
    await eventually(
      'it is back',
      async () => (await page.locator('[data-market="predictit:2"]').getAttribute('data-status')) === 'open',
    )
  })

  it('turns down when it stays away', async () => {
    answer = (response) => response.writeHead(503, { 'retry-after': '30' }).end()
    await eventually('the feed is down on the page', async () => (await feedState()) === 'down', 60_000)
    expect((await statuses()).every((status) => status === 'open')).toBe(true)
  })
})
