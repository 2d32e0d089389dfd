import { describe, expect, it } from 'vitest'

import { openFeed, polledFeeds } from '../../functions/collect/feeds.ts'
import { polymarketFeed } from '../../functions/collect/polymarket/feed.ts'
import { listedVenue } from '../support/listed-venue.ts'
import { through } from '../support/through.ts'
import { type JsonObject, type PolymarketJson, polymarketPage } from '../support/venues.ts'

const feed = (url: string, pages = 5) => polymarketFeed({ url, everyMs: 30_000, options: { PAGES: String(pages) } })
const atMs = Date.UTC(2031, 6, 11, 17, 14)

/** Gamma, as far as it is asked: `closed` is false where nothing is said, and so many markets are on a page. */
function gamma(markets: PolymarketJson[], perPage = 100) {
  return listedVenue(({ path, query }) => {
    const ids = query.getAll('id')
    const closed = query.get('closed') ?? 'false'
    const chosen = markets.filter((market) => String(market.closed) === closed && (ids.length === 0 || ids.includes(market.id)))
    if (path === '/markets') {
      const offset = Number(query.get('offset') ?? 0)
      return { json: chosen.slice(offset, offset + perPage) }
    }
    if (path !== '/markets/keyset') return { status: 404 }
    const from = Number(query.get('after_cursor') ?? 0)
    const rest = from + perPage < chosen.length ? { next_cursor: String(from + perPage) } : {}
    return { json: { markets: chosen.slice(from, from + perPage), ...rest } }
  })
}

describe('the Polymarket feed', () => {
  it('follows the cursor, and keeps the filter of its address on every page', async () => {
    await using venue = await gamma(polymarketPage().markets, 3)
    const world = through(feed(`${venue.url}/markets/keyset?closed=false&tag_id=2&order=volume24hr`))
    expect(await world.poll(atMs)).toMatchObject({ kind: 'complete', published: 4 })
    expect(venue.asked().map(({ query }) => Object.fromEntries(query))).toEqual([
      { closed: 'false', tag_id: '2', order: 'volume24hr', limit: '100' },
      { closed: 'false', tag_id: '2', order: 'volume24hr', limit: '100', after_cursor: '3' },
    ])
  })

  it('reads the older listing by offsets, however few markets come at once', async () => {
    await using venue = await gamma(polymarketPage().markets, 3)
    expect(await through(feed(`${venue.url}/markets?closed=false`)).poll(atMs)).toMatchObject({ kind: 'complete', published: 4 })
    expect(venue.asked().map(({ query }) => query.get('offset'))).toEqual([null, '3', '4'])
  })

  it('is content with the first pages: a market that falls behind them is followed by its id, and not gone (I10)', async () => {
    const { markets } = polymarketPage()
    await using venue = await gamma(markets, 2)
    const world = through(feed(`${venue.url}/markets/keyset?closed=false`, 1))
    expect(await world.poll(atMs)).toMatchObject({ kind: 'complete', published: 2 })
    markets.reverse()
    Object.assign(markets[3] ?? {}, { bestAsk: 0.62 })
    expect(await world.poll(atMs + 30_000)).toMatchObject({ kind: 'complete', gone: 0 })
    expect(world.count('removed')).toBe(0)
    expect(world.ticks.filter(({ kind }) => kind === 'moved').map(({ back, lay }) => [back, lay])).toEqual([
      [0.62, 0.6],
      [0.4, 0.38],
    ])
    expect(venue.asked().at(-1)?.query.getAll('id')).toEqual(['7100001', '7100002'])
  })

  it('tells who has won when a market leaves the listing', async () => {
    const { markets } = polymarketPage()
    await using venue = await gamma(markets)
    const world = through(feed(`${venue.url}/markets/keyset?closed=false`))
    await world.poll(atMs)
    Object.assign(markets[0] ?? {}, { closed: true, acceptingOrders: false })
    await world.poll(atMs + 30_000)
    Object.assign(markets[0] ?? {}, { outcomePrices: '["0", "1"]', umaResolutionStatus: 'resolved' })
    await world.poll(atMs + 60_000)
    markets.splice(1, 1)
    await world.poll(atMs + 90_000)
    await world.poll(atMs + 120_000)
    expect(
      world.ticks.slice(9).map(({ marketId, selectionName, kind, outcome }) => [marketId, selectionName, kind, outcome]),
    ).toEqual([
      ['polymarket:7100001', 'Yes', 'closed', null],
      ['polymarket:7100001', 'No', 'closed', null],
      ['polymarket:7100001', 'Yes', 'settled', 'lost'],
      ['polymarket:7100001', 'No', 'settled', 'won'],
      ['polymarket:7100002', 'Harbor Foxes', 'removed', null],
      ['polymarket:7100002', 'Quarry Owls', 'removed', null],
    ])
    expect(world.letters).toEqual([])
    expect(world.stored()?.openMarkets).toHaveLength(2)
  })

  it('tells when a game is moved, and when it turns in play', async () => {
    const { markets } = polymarketPage()
    await using venue = await gamma(markets)
    const world = through(feed(`${venue.url}/markets/keyset?closed=false`))
    await world.poll(atMs)
    Object.assign(markets[1] ?? {}, { gameStartTime: '2031-07-12 16:00:00+00' })
    await world.poll(atMs + 30_000)
    Object.assign(markets[1] ?? {}, { events: [{ id: '8200', title: 'Harbor Foxes vs. Quarry Owls', live: true }] })
    await world.poll(atMs + 60_000)
    expect(world.ticks.slice(9).map(({ marketId, kind, startsAtMs, inPlay }) => [marketId, kind, startsAtMs, inPlay])).toEqual([
      ['polymarket:7100002', 'rescheduled', Date.UTC(2031, 6, 12, 16), false],
      ['polymarket:7100002', 'in-play', Date.UTC(2031, 6, 12, 16), true],
    ])
  })

  it('tells what it does not know of the JSON', async () => {
    const { markets } = polymarketPage()
    for (const market of markets as JsonObject[]) {
      market['bestOffer'] = market['bestAsk'] ?? null
      delete market['bestAsk']
    }
    await using venue = await gamma(markets)
    const world = through(feed(`${venue.url}/markets/keyset`))
    await world.poll(atMs)
    expect(world.stored()?.health.drift).toEqual({
      unknown: [{ field: 'market.bestOffer', count: 4 }],
      vanished: ['market.bestAsk'],
    })
    expect(world.stored()?.health.lagMs).toBe(27_014)
  })

  it('takes only settings that make sense', () => {
    expect(() => feed('https://venue.example/markets', 0)).toThrow(
      'POLYMARKET_PAGES is "0"; it takes a whole number of pages, 100 at most',
    )
    expect(() => feed('venue')).toThrow('POLYMARKET_URL is no web address')
    const { url, schedule, options = {} } = polledFeeds['polymarket'] ?? { url: '', schedule: '' }
    expect(openFeed('polymarket', { url, schedule, key: undefined, options })).toMatchObject({
      name: 'polymarket',
      everyMs: 30_000,
    })
  })
})
