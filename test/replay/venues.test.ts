import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Replaying, replaying } from './replaying.ts'

const state = (second: number, yes_bid: number) => ({
  _ts: second,
  _yes_bid: yes_bid,
  _yes_ask: yes_bid + 2,
  _no_bid: 98 - yes_bid,
  _no_ask: 100 - yes_bid,
  _yes_price: yes_bid + 1,
  _volume: 10,
  _open_interest: 5,
  discriminator: null,
})

let recorded: Replaying
beforeAll(async () => {
  recorded = await replaying({
    'kalshi/dr-manhattan/kalshi_markets.json': [
      { ticker: 'KXNEW-26-A', event_ticker: 'KXNEW-26', status: 'active', yes_bid_dollars: '0.1200' },
    ],
    'kalshi/lognorman20-2024/market_data.json.gz': [
      { 'OLD-24': [{ _ticker: 'OLD-24-A', _event_ticker: 'OLD-24', _status: 'finalized', _yes_bid: 35, discriminator: null }] },
    ],
    'kalshi/lognorman20-2024/market_history.json.gz': [
      { 'HIGH-24JUL14-T93': [state(100, 10), state(160, 11)] },
      { 'HIGH-24JUL14-T94': [state(130, 40)] },
      { 'HIGH-24JUL14-T95': [] },
    ],
    'polymarket/dr-manhattan/polymarket_markets.json': [1, 2, 3].map((n) => ({
      id: `${n}`,
      conditionId: `0x${n}`,
      clobTokenIds: `["${n}1", "${n}2"]`,
      active: true,
      closed: n === 3,
    })),
  })
})
afterAll(() => recorded.end())

type Page = { cursor: string; markets: Record<string, unknown>[] }

describe('the replay of Kalshi', () => {
  async function walk(url: string, query: string): Promise<Record<string, unknown>[]> {
    const markets: Record<string, unknown>[] = []
    let cursor = ''
    do {
      const page = (await recorded.get(`${url}?${query}&cursor=${cursor}`)).json as Page
      markets.push(...page.markets)
      cursor = page.cursor
    } while (cursor !== '')
    return markets
  }

  it('shows one instant to each walk through the pages, and the next to the next', async () => {
    const url = (await recorded.start()).settings['KALSHI_URL'] ?? ''
    const bids = async () =>
      (await walk(url, 'limit=2')).map(({ ticker, yes_bid, yes_bid_dollars }) => [ticker, yes_bid ?? yes_bid_dollars])
    const still = [
      ['KXNEW-26-A', '0.1200'],
      ['OLD-24-A', 35],
    ]
    expect(await bids()).toEqual([...still, ['HIGH-24JUL14-T93', 10]])
    expect(await bids()).toEqual([...still, ['HIGH-24JUL14-T93', 10], ['HIGH-24JUL14-T94', 40]])
    expect(await bids()).toEqual([...still, ['HIGH-24JUL14-T93', 11], ['HIGH-24JUL14-T94', 40]])
  })

  it('answers the filters of the venue, and refuses what it did not give', async () => {
    const replay = await recorded.start()
    const url = replay.settings['KALSHI_URL'] ?? ''
    const tickers = async (query: string) => (await walk(url, query)).map(({ ticker }) => ticker)
    expect(await tickers('status=settled')).toEqual(['OLD-24-A'])
    expect(await tickers('event_ticker=HIGH-24JUL14')).toEqual(['HIGH-24JUL14-T93', 'HIGH-24JUL14-T94'])
    expect(await tickers('tickers=OLD-24-A,KXNEW-26-A')).toEqual(['KXNEW-26-A', 'OLD-24-A'])
    expect((await recorded.get(`${url}?cursor=x`)).status).toBe(400)
    expect((await recorded.get(new URL('/trade-api/v2/exchange/status', url).href)).status).toBe(404)
  })
})

describe('the replay of Polymarket', () => {
  it('pages through the markets that are asked for', async () => {
    const url = (await recorded.start()).settings['POLYMARKET_URL'] ?? ''
    const { origin } = new URL(url)
    const ids = async (query: string) =>
      ((await recorded.get(`${origin}/markets?${query}`)).json as { id: string }[]).map(({ id }) => id)
    expect(await ids('limit=1&offset=0')).toEqual(['1'])
    expect(await ids('limit=1&offset=1')).toEqual(['2'])
    expect(await ids('limit=1&offset=2')).toEqual([])
    expect(await ids('closed=true')).toEqual(['3'])
    expect(await ids('condition_ids=0x3&condition_ids=0x1')).toEqual(['1'])
    expect(await ids('clob_token_ids=22')).toEqual(['2'])
    const first = (await recorded.get(`${url}&limit=1`)).json
    expect(first).toMatchObject({ markets: [{ id: '1' }], next_cursor: '1' })
    const last = (await recorded.get(`${url}&limit=1&after_cursor=1`)).json
    expect(last).toMatchObject({ markets: [{ id: '2' }] })
  })
})

describe('a replay of several feeds', () => {
  it('plays what the folder holds, says what it lacks, and tells what the app must be told', async () => {
    const replay = await recorded.start()
    expect([...replay.feeds.keys()]).toEqual(['polymarket', 'kalshi'])
    expect(replay.missing).toEqual(['predictit', 'odds-api', 'betfair', 'polymarket-clob'])
    expect(replay.settings['FEEDS']).toBe('polymarket,kalshi')
    expect((await recorded.get(new URL('/api/marketdata/all/', replay.settings['POLYMARKET_URL']).href)).status).toBe(404)
  })

  it('plays no others than it is asked for', async () => {
    const replay = await recorded.start(undefined, { feeds: ['kalshi'] })
    expect([...replay.feeds.keys()]).toEqual(['kalshi'])
    expect(replay.missing).toEqual([])
  })
})
