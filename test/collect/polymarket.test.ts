import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import { readPage } from '../../functions/collect/polymarket/feed.ts'
import { parseBySchema, parseMarket } from '../../functions/collect/polymarket/raw.ts'
import { spoilt } from '../support/fuzz.ts'
import { type JsonObject, polymarketPage } from '../support/venues.ts'

const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)

function page(json: unknown) {
  const read = readPage(json, observedAtMs)
  if (!read.ok) throw new Error(read.reason)
  return read.value
}

/** The first market, changed. */
function withMarket(change: JsonObject, place = 0) {
  const body = polymarketPage()
  Object.assign(body.markets[place] ?? {}, change)
  const { snapshots, rejected } = page(body)
  const id = `polymarket:${polymarketPage().markets[place]?.id}`
  return { rejected, first: snapshots.find(({ marketId }) => marketId === id) }
}

const quotesOf = (market: ReturnType<typeof withMarket>['first']) => market?.selections.map(({ quotes }) => quotes[0])

describe('a Polymarket market', () => {
  it('becomes a snapshot in our words', () => {
    const [market] = page(polymarketPage()).snapshots
    const tokens = JSON.parse(polymarketPage().markets[0]?.clobTokenIds ?? '') as string[]
    const rest = { bookmaker: 'polymarket', point: null, status: 'open', outcome: null, publishedAtMs: null }
    expect(market).toEqual({
      marketId: 'polymarket:7100001',
      feed: 'polymarket',
      topic: 'politics',
      asOfMs: observedAtMs,
      observedAtMs,
      publishedAtMs: Date.UTC(2031, 6, 11, 17, 13, 32, 986),
      complete: true,
      priceFormat: 'probability',
      market: {
        name: 'Will Nadia Crane be mayor of Port Ellery?',
        url: 'https://polymarket.com/market/will-nadia-crane-be-mayor',
        image: 'https://pictures.example/7100001.jpg',
        status: 'open',
        fixture: null,
        inPlay: null,
      },
      selections: [
        { id: `polymarket:${tokens[0]}`, name: 'Yes', image: null, quotes: [{ ...rest, last: 0.61, back: 0.63, lay: 0.6 }] },
        { id: `polymarket:${tokens[1]}`, name: 'No', image: null, quotes: [{ ...rest, last: 0.39, back: 0.4, lay: 0.37 }] },
      ],
    })
    expect(tokens[0]).toHaveLength(77)
  })

  it('of a game has its start, and is sports; its numbers may be text', () => {
    const { first } = withMarket({}, 1)
    expect(first?.topic).toBe('sports')
    expect(first?.market).toMatchObject({
      inPlay: false,
      fixture: {
        id: 'polymarket:8200',
        name: 'Harbor Foxes vs. Quarry Owls (League)',
        startsAtMs: Date.UTC(2031, 6, 12, 15, 10),
      },
    })
    expect(quotesOf(first)).toMatchObject([
      { last: 0.3, back: 0.307, lay: 0.302 },
      { last: 0.7, back: 0.698, lay: 0.693 },
    ])
  })

  it('of more than two outcomes has their prices in the middle alone, for bid and ask are those of the first', () => {
    const { first } = withMarket({}, 2)
    expect(quotesOf(first)).toMatchObject([
      { last: 0.5, back: null, lay: null },
      { last: 0.3, back: null, lay: null },
      { last: 0.2, back: null, lay: null },
    ])
  })

  it('without an order book has selections all the same; nobody bids, and nobody has traded', () => {
    const { first } = withMarket({}, 3)
    expect(first?.selections.map(({ id }) => id)).toEqual(['polymarket:7100004-0', 'polymarket:7100004-1'])
    expect(quotesOf(first)).toMatchObject([
      { last: null, back: 0.04, lay: null },
      { last: null, back: null, lay: 0.96 },
    ])
  })

  it.each([[{ bestBid: 0, bestAsk: 1 }], [{ bestBid: null, bestAsk: 0 }], [{ bestBid: '0', bestAsk: '1.000' }]])(
    'on which nobody bids or offers shows %j',
    (change) => {
      expect(quotesOf(withMarket(change).first)).toMatchObject([
        { back: null, lay: null },
        { back: null, lay: null },
      ])
    },
  )

  it.each<[string, JsonObject, string, (string | null)[]]>([
    ['takes orders', {}, 'open', [null, null]],
    ['takes none for now', { acceptingOrders: false }, 'suspended', [null, null]],
    ['is not yet active', { active: false }, 'suspended', [null, null]],
    ['is archived', { archived: true }, 'closed', [null, null]],
    ['is closed and waits for its resolution', { closed: true, umaResolutionStatus: 'proposed' }, 'closed', [null, null]],
    ['is resolved', { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["1", "0"]' }, 'settled', ['won', 'lost']],
    ['pays, whatever the oracle says', { closed: true, outcomePrices: '["0", "1"]' }, 'settled', ['lost', 'won']],
    [
      'is resolved to a half',
      { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["0.5", "0.5"]' },
      'settled',
      ['void', 'void'],
    ],
    ['is closed at a half', { closed: true, outcomePrices: '["0.5", "0.5"]' }, 'closed', [null, null]],
    ['is resolved, but shows its last prices', { closed: true, umaResolutionStatus: 'resolved' }, 'closed', [null, null]],
    ['trades at 1', { outcomePrices: '["1", "0"]' }, 'open', [null, null]],
  ])('that %s', (_, change, status, outcomes) => {
    const { first } = withMarket(change)
    expect(first?.market.status).toBe(status)
    expect(quotesOf(first)).toMatchObject(outcomes.map((outcome) => ({ status, outcome })))
  })

  it('may lack what is only nice to have', () => {
    const { first, rejected } = withMarket(
      { slug: 'no slug / at all', image: 'javascript:alert(1)', updatedAt: 'yesterday', events: 'none' },
      1,
    )
    expect(rejected).toEqual([])
    expect(first).toMatchObject({
      publishedAtMs: null,
      market: {
        url: null,
        image: 'https://pictures.example/7100002-small.jpg',
        fixture: { id: 'polymarket:7100002', name: 'Harbor Foxes vs. Quarry Owls' },
      },
    })
  })
})

describe('a page of Polymarket', () => {
  it('is an object with a cursor, or a mere list', () => {
    const { markets } = polymarketPage()
    expect(page(polymarketPage())).toMatchObject({ cursor: 'Zm91cg==', snapshots: { length: 4 } })
    expect(page(markets)).toMatchObject({ cursor: null, snapshots: { length: 4 } })
  })

  it.each([[null], ['markets'], [{}], [{ markets: null }], [{ events: [] }], [7]])('is not %j', (json) => {
    expect(readPage(json, 1)).toMatchObject({ ok: false, reason: expect.stringContaining('no page of markets') as string })
  })

  it.each<[JsonObject, string]>([
    [{ bestAsk: 63 }, 'bestAsk: not a price from 0 to 1'],
    [{ bestBid: '' }, 'bestBid: not a price from 0 to 1'],
    [{ lastTradePrice: 'NaN' }, 'lastTradePrice: not a price from 0 to 1'],
    [{ outcomes: '["Yes"' }, 'outcomes: not a list in text'],
    [{ outcomes: ['Yes', 'No'] }, 'outcomes: expected string'],
    [{ outcomes: '["Yes", "No", "Maybe"]' }, 'message: 3 outcomes with 2 prices'],
    [{ clobTokenIds: '["12"]' }, 'message: 2 outcomes with 1 token ids'],
    [{ clobTokenIds: '["12", "12"]' }, 'message: one token id twice'],
    [{ clobTokenIds: '["12", 13]' }, 'clobTokenIds.1: expected string'],
    [{ closed: 'no' }, 'closed: expected boolean'],
    [{ question: ' \n ' }, 'question: empty'],
  ])('costs only the market with %j, and says why (I7)', (change, reason) => {
    const { first, rejected } = withMarket(change)
    expect(first).toBeUndefined()
    expect(rejected).toMatchObject([{ marketId: 'polymarket:7100001', reason }])
  })

  it('lists a market once', () => {
    const { markets } = polymarketPage()
    expect(page([...markets, markets[0]])).toMatchObject({
      snapshots: { length: 4 },
      rejected: [{ marketId: 'polymarket:7100001', reason: 'listed twice' }],
    })
  })

  it('spoilt in one spot costs one market at most, and lets nothing through that the next stage would refuse (I7)', () => {
    fc.assert(
      fc.property(spoilt(polymarketPage()), ({ body, at }) => {
        const read = readPage(body, observedAtMs)
        expect(read.ok || at.length === 1).toBe(true)
        if (read.ok) expectWhole(read.value, 4, at)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is read the quick way as the schema reads it', () => {
    fc.assert(
      fc.property(spoilt(polymarketPage()), ({ body }) => {
        const markets = typeof body === 'object' && body !== null && 'markets' in body ? body.markets : []
        for (const market of Array.isArray(markets) ? markets : []) expect(parseMarket(market)).toEqual(parseBySchema(market))
      }),
      { numRuns: 1_000 },
    )
  })
})

/** Whatever is in the page is a good message, and no market but the spoilt one is missing. */
function expectWhole({ snapshots, rejected }: ReturnType<typeof page>, markets: number, at: readonly (string | number)[]) {
  for (const snapshot of snapshots) {
    const message = { v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot }
    expect(parseSnapshotMessage(JSON.parse(JSON.stringify(message)), observedAtMs)).toMatchObject({ ok: true })
  }
  if (at.length >= 2) expect(snapshots.length).toBeGreaterThanOrEqual(markets - 1)
  if (at.length > 2) expect(snapshots.length + rejected.length).toBe(markets)
}
