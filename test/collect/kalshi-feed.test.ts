import { describe, expect, it } from 'vitest'

import { openFeed, polledFeeds } from '../../functions/collect/feeds.ts'
import { kalshiFeed } from '../../functions/collect/kalshi/feed.ts'
import { listedVenue } from '../support/listed-venue.ts'
import { through } from '../support/through.ts'
import { kalshiEvents, type KalshiJson, kalshiPage } from '../support/venues.ts'

const feed = (url: string, pages = 5) => kalshiFeed({ url, everyMs: 30_000, options: { PAGES: String(pages) } })
const atMs = Date.UTC(2031, 6, 11, 17, 14)

/** Kalshi, as far as it is asked: tickers are found whatever their status is. */
function kalshi(markets: KalshiJson[], perPage = 1_000) {
  return listedVenue(({ path, query }) => {
    if (path === '/v2/events') return { json: kalshiEvents() }
    if (path !== '/v2/markets') return { status: 404 }
    const tickers = query.get('tickers')?.split(',')
    const chosen = markets.filter(({ ticker, status }) =>
      tickers === undefined ? query.get('status') !== 'open' || status === 'active' : tickers.includes(ticker),
    )
    const from = Number(query.get('cursor') ?? 0)
    const next = from + perPage
    return { json: { markets: chosen.slice(from, next), cursor: next < chosen.length ? String(next) : '' } }
  })
}

describe('the Kalshi feed', () => {
  it('follows the cursor, and keeps the filter of its address on every page', async () => {
    await using venue = await kalshi(kalshiPage().markets, 2)
    expect(await through(feed(`${venue.url}/v2/markets?status=open`)).poll(atMs)).toMatchObject({
      kind: 'complete',
      published: 3,
    })
    expect(venue.asked().map(({ query }) => Object.fromEntries(query))).toEqual([
      { status: 'open', limit: '1000' },
      { status: 'open', limit: '1000', cursor: '2' },
    ])
  })

  it('reads events with their markets, and asks for those; what has ended before is shown as such', async () => {
    await using venue = await kalshi(kalshiPage().markets)
    const world = through(feed(`${venue.url}/v2/events?status=open`))
    await world.poll(atMs)
    expect(Object.fromEntries(venue.asked()[0]?.query ?? [])).toEqual({
      status: 'open',
      limit: '200',
      with_nested_markets: 'true',
    })
    expect(world.ticks.map(({ marketStatus, outcome }) => [marketStatus, outcome])).toEqual([
      ...Array.from({ length: 4 }, () => ['open', null]),
      ['settled', 'won'],
      ['settled', 'lost'],
    ])
    expect(world.stored()?.health.drift).toEqual({ unknown: [], vanished: [] })
  })

  it('tells who has won when a market leaves the listing, and not before it has paid', async () => {
    const { markets } = kalshiPage()
    await using venue = await kalshi(markets)
    const world = through(feed(`${venue.url}/v2/markets?status=open`))
    await world.poll(atMs)
    for (const change of [
      { status: 'closed' },
      { status: 'determined', result: 'yes' },
      { status: 'finalized', result: 'yes' },
    ]) {
      Object.assign(markets[0] ?? {}, change)
      await world.poll((world.stored()?.health.polledAtMs ?? 0) + 30_000)
    }
    markets.splice(1, 1)
    await world.poll((world.stored()?.health.polledAtMs ?? 0) + 30_000)
    expect(world.ticks.slice(6).map(({ selectionId, kind, outcome }) => [selectionId, kind, outcome])).toEqual([
      ['kalshi:KXELLERYMAYOR-31-CRANE-yes', 'closed', null],
      ['kalshi:KXELLERYMAYOR-31-CRANE-no', 'closed', null],
      ['kalshi:KXELLERYMAYOR-31-CRANE-yes', 'settled', 'won'],
      ['kalshi:KXELLERYMAYOR-31-CRANE-no', 'settled', 'lost'],
      ['kalshi:KXELLERYMAYOR-31-TULLY-yes', 'removed', null],
      ['kalshi:KXELLERYMAYOR-31-TULLY-no', 'removed', null],
    ])
    expect(venue.asked().at(-1)).toMatchObject({ path: '/v2/markets' })
    expect(Object.fromEntries(venue.asked().at(-1)?.query ?? [])).toEqual({ limit: '1000', tickers: 'KXELLERYMAYOR-31-TULLY' })
  })

  it('tells when trading is paused and goes on, and when a market is relisted after it was gone', async () => {
    const { markets } = kalshiPage()
    await using venue = await kalshi(markets)
    const world = through(feed(`${venue.url}/v2/markets?status=open`))
    const [first] = markets
    if (first === undefined) throw new Error('no market')
    await world.poll(atMs)
    Object.assign(first, { status: 'inactive' })
    await world.poll(atMs + 30_000)
    Object.assign(first, { status: 'active' })
    await world.poll(atMs + 60_000)
    markets.shift()
    await world.poll(atMs + 90_000)
    markets.push(first)
    await world.poll(atMs + 120_000)
    expect(world.ticks.slice(6).map(({ kind }) => kind)).toEqual(
      ['suspended', 'resumed', 'removed', 'returned'].flatMap((kind) => [kind, kind]),
    )
  })

  it('takes only settings that make sense', () => {
    expect(() => feed('https://venue.example/v2/markets', 21)).toThrow(
      'KALSHI_PAGES is "21"; it takes a whole number of pages, 20 at most',
    )
    expect(() => feed('')).toThrow('KALSHI_URL is no web address')
    const { url, schedule, options = {} } = polledFeeds['kalshi'] ?? { url: '', schedule: '' }
    expect(openFeed('kalshi', { url, schedule, key: undefined, options })).toMatchObject({ name: 'kalshi', everyMs: 30_000 })
  })
})
