import type { RequestListener } from 'node:http'

import { describe, expect, it } from 'vitest'

import { marketIdOf, topicOf } from '../../functions/book/ids.ts'
import type { FeedRecord } from '../../functions/collect/feed.ts'
import { neverPolled } from '../../functions/collect/health.ts'
import { polymarketClobFeed } from '../../functions/collect/polymarket-clob/feed.ts'
import { polymarketClob } from '../../functions/collect/polymarket-clob/map.ts'
import { handClock } from '../../infra/local/clock.ts'
import { clobFrames, type ClobServer, clobServer, listedMarkets, listing, observedAtMs } from '../support/clob.ts'
import { type Follow, following, passes } from '../support/following.ts'
import { webServer } from '../support/web-server.ts'
import { eventually } from '../support/whole-stack.ts'

const [first, second, third] = clobFrames()
const [crane, foxes, council] = listedMarkets()
const idOf = (market: { [name: string]: unknown } | undefined) => String(market?.['conditionId'])
const quick = 250

/** A listing that knows `listed`, and of those asked for by their ids also `others`. */
const gamma =
  (listed: readonly object[], others: readonly { [name: string]: unknown }[] = []): RequestListener =>
  ({ url = '' }, response) => {
    const { searchParams } = new URL(url, 'http://gamma.example')
    const ids = searchParams.getAll('condition_ids')
    const isClosed = searchParams.get('closed') === 'true'
    const found = others.filter((market) => ids.includes(idOf(market)) && (market['closed'] === true) === isClosed)
    response.end(JSON.stringify({ markets: ids.length > 0 ? found : listed, next_cursor: '' }))
  }

const openFeed = (server: Pick<ClobServer, 'url'>, markets: { url: string }, options: Record<string, string> = {}) =>
  polymarketClobFeed(
    {
      url: server.url,
      key: undefined,
      options: { MARKETS_URL: `${markets.url}/markets/keyset?closed=false&limit=50`, TOKENS: '', ...options },
    },
    quick,
  )
const followed = (server: ClobServer, markets: { url: string }, stored?: FeedRecord) =>
  following(openFeed(server, markets), { clock: handClock(observedAtMs), ...(stored === undefined ? {} : { stored }) })
const openBefore = (...markets: string[]): FeedRecord => ({
  health: neverPolled(polymarketClob, quick, observedAtMs - 60_000),
  openMarkets: markets.map((id) => ({ marketId: marketIdOf(polymarketClob, id), topic: topicOf('politics') })),
  digest: '',
})
const told = ({ hub }: Follow) =>
  hub.map(
    (message) =>
      `${message.marketId.slice('polymarket-clob:'.length, 'polymarket-clob:'.length + 6)} ${message.kind === 'gone' ? 'gone' : message.market.status}`,
  )
const isWhole = (worker: Follow) =>
  eventually('everything is told', async () => {
    await passes(worker, 100, 100)
    return worker.stored?.health.completeAtMs !== null && worker.stored?.health.completeAtMs !== undefined
  })

describe('a connection to Polymarket’s market channel', () => {
  it('subscribes to the tokens of the markets that are listed, and tells what is said of them', async () => {
    await using markets = await webServer(gamma(listedMarkets()))
    await using server = await clobServer()
    const worker = followed(server, markets)
    await eventually('it has subscribed', async () => server.heard[0]?.length === 1)
    const tokens = [crane, foxes, council].flatMap((market) => JSON.parse(market?.clobTokenIds ?? '[]') as string[])
    expect(JSON.parse(server.heard[0]?.[0] ?? '')).toEqual({ assets_ids: tokens, type: 'market', custom_feature_enabled: true })
    server.says(first ?? '')
    server.says(third ?? '')
    server.says('{"event_type":"fireworks"}')
    await eventually('it is told', async () => worker.hub.length >= 2)
    expect(worker.hub[1]).toMatchObject({
      market: { name: 'Will Nadia Crane be mayor of Port Ellery?' },
      selections: [{ quotes: [{ lay: 0.61 }] }, {}],
    })
    await isWhole(worker)
    // Those of which nothing was said are shown without prices.
    expect(new Set(worker.hub.map(({ marketId }) => marketId)).size).toBe(3)
    expect(worker.stored?.health.drift).toEqual({ unknown: [{ field: 'event.fireworks', count: 1 }], vanished: [] })
    await worker.stop()
  })

  it('asks for no more than a hundred tokens at a time, and for five hundred at most', async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({
      ...crane,
      id: String(i + 1),
      conditionId: `0x${(i + 1).toString(16)}`,
      clobTokenIds: `["${i}1", "${i}2"]`,
    }))
    await using markets = await webServer(gamma(many))
    await using server = await clobServer()
    const worker = followed(server, markets)
    await eventually('it has subscribed', async () => server.heard[0]?.length === 5)
    const asked = server.heard[0]?.map((text) => JSON.parse(text) as { assets_ids: string[]; type?: string; operation?: string })
    expect(asked?.map(({ assets_ids, type, operation }) => [assets_ids.length, type ?? operation])).toEqual([
      [100, 'market'],
      ...Array.from({ length: 4 }, () => [100, 'subscribe']),
    ])
    await worker.stop()
  })

  it('is opened again when it breaks; what is then shown as it was is not told again', async () => {
    await using markets = await webServer(gamma([crane ?? {}]))
    await using server = await clobServer()
    const worker = followed(server, markets)
    await eventually('it has subscribed', async () => server.heard[0]?.length === 1)
    server.says(first ?? '')
    await eventually('it is told', async () => worker.hub.length === 1)
    server.drops()
    await eventually('it is seen', async () => worker.logged.some(({ what }) => what === 'stream lost'))
    await passes(worker, 1_000)
    await eventually('it has subscribed again', async () => server.heard[1]?.length === 1)
    server.says(first ?? '')
    server.says(third ?? '')
    await eventually('it is told', async () => worker.hub.length === 2)
    expect(told(worker)).toEqual(['0xd23f open', '0xd23f open'])
    await worker.stop()
  })

  it('is given up when pings are answered and yet nothing is said any more', async () => {
    await using markets = await webServer(gamma([crane ?? {}]))
    await using server = await clobServer()
    let nowMs = observedAtMs
    const stop = new AbortController()
    const at = { nowMs: () => nowMs, signal: stop.signal, warn: () => undefined, open: () => [] }
    const read = async () => {
      for await (const { whole } of openFeed(server, markets).connect(at)) if (whole !== null) nowMs += 30_000
    }
    await expect(read()).rejects.toThrow('nothing was said of 2 tokens for 120 s')
  })

  it('is not even tried where there is no list of markets', async () => {
    await using markets = await webServer((_, response) => response.writeHead(503).end('later'))
    await using server = await clobServer()
    const worker = followed(server, markets)
    await eventually('it is seen', async () => worker.logged.some(({ what }) => what === 'stream lost'))
    expect(String(worker.logged.at(-1)?.facts['reason'])).toContain('answered 503')
    expect(server.heard).toEqual([])
    await worker.stop()
  })
})

describe('a market that is no longer listed', () => {
  it('is asked for by its id: it is followed further, told how it ended, or gone where nobody knows it (I10)', async () => {
    const won = { ...council, closed: true, outcomes: '["Yes", "No"]', outcomePrices: '["1", "0"]', clobTokenIds: '["31", "32"]' }
    await using markets = await webServer(gamma([crane ?? {}], [foxes ?? {}, won]))
    await using server = await clobServer()
    const worker = followed(server, markets, openBefore(idOf(foxes), idOf(council), '0xdead'))
    await eventually('it has subscribed', async () => server.heard[0]?.length === 1)
    server.says(first ?? '')
    server.says(second ?? '')
    await isWhole(worker)
    expect(told(worker).sort()).toEqual(['0x9d1d open', '0xd23f open', '0xdead gone', '0xe4dd settled'])
    await worker.stop()
  })

  it('is left as it is while that cannot be learnt', async () => {
    const answers: RequestListener = (request, response) =>
      request.url?.includes('condition_ids') === true ? response.writeHead(500).end() : gamma([crane ?? {}])(request, response)
    await using markets = await webServer(answers)
    await using server = await clobServer()
    const worker = followed(server, markets, openBefore(idOf(foxes)))
    await eventually('it has subscribed', async () => server.heard[0]?.length === 1)
    server.says(first ?? '')
    await isWhole(worker)
    expect(told(worker)).toEqual(['0xd23f open'])
    expect(worker.logged.find(({ what }) => what === 'stream warning')?.facts['reason']).toContain('answered 500')
    await worker.stop()
  })
})

describe('settings of the feed of Polymarket’s order book', () => {
  it('may name tokens instead of a listing, which are then followed whether the listing knows them or not', async () => {
    await using markets = await webServer((_, response) => response.end(listing()))
    await using server = await clobServer()
    const tokens = JSON.parse(crane?.clobTokenIds ?? '') as string[]
    const feed = openFeed(server, markets, { TOKENS: tokens.join(', ') })
    const worker = following(feed, { clock: handClock(observedAtMs) })
    await eventually('it has subscribed', async () => server.heard[0]?.length === 1)
    expect(JSON.parse(server.heard[0]?.[0] ?? '')).toMatchObject({ assets_ids: tokens })
    expect(markets.requests[0]?.path).toContain('clob_token_ids=')
    await worker.stop()
  })

  it('that make no sense are refused with what would', () => {
    const open = (url: string, options: Record<string, string>) => () =>
      polymarketClobFeed({ url, key: undefined, options: { MARKETS_URL: 'https://gamma.example/markets', ...options } })
    expect(open('wss://clob.example/ws/market', { TOKENS: 'yes' })).toThrow('POLYMARKET_CLOB_TOKENS takes ids of tokens')
    expect(open('', {})).toThrow('POLYMARKET_CLOB_URL is no web address')
    expect(open('wss://clob.example/ws/market', { MARKETS_URL: '?' })).toThrow('POLYMARKET_CLOB_MARKETS_URL is no web address')
  })
})
