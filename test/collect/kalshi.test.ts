import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import { readPage } from '../../functions/collect/kalshi/feed.ts'
import { parseBySchema, parseMarket } from '../../functions/collect/kalshi/raw.ts'
import { type JsonValue, spoilt } from '../support/fuzz.ts'
import { type JsonObject, kalshiCents, kalshiEvents, kalshiPage } from '../support/venues.ts'

const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)

function page(json: unknown) {
  const read = readPage(json, observedAtMs)
  if (!read.ok) throw new Error(read.reason)
  return read.value
}

/** The first market, changed. */
function withMarket(change: JsonObject, without: string[] = []) {
  const body = kalshiPage()
  const market: JsonObject = body.markets[0] ?? {}
  Object.assign(market, change)
  for (const field of without) delete market[field]
  const { snapshots, rejected } = page(body)
  return { rejected, first: snapshots.find(({ marketId }) => marketId === 'kalshi:KXELLERYMAYOR-31-CRANE') }
}

const quotesOf = (market: ReturnType<typeof withMarket>['first']) => market?.selections.map(({ quotes }) => quotes[0])
const namesOf = (json: unknown) => page(json).snapshots.map(({ market }) => market.name)

describe('a Kalshi market', () => {
  it('becomes a snapshot of Yes and No in our words', () => {
    const [market] = page(kalshiPage()).snapshots
    const rest = { bookmaker: 'kalshi', point: null, status: 'open', outcome: null, publishedAtMs: null }
    expect(market).toEqual({
      marketId: 'kalshi:KXELLERYMAYOR-31-CRANE',
      feed: 'kalshi',
      topic: 'politics',
      asOfMs: observedAtMs,
      observedAtMs,
      publishedAtMs: null,
      complete: true,
      priceFormat: 'probability',
      market: {
        name: 'Who will be mayor of Port Ellery? – Nadia Crane',
        url: 'https://kalshi.com/markets/kxellerymayor',
        image: null,
        status: 'open',
        fixture: { id: 'kalshi:KXELLERYMAYOR-31', name: 'Who will be mayor of Port Ellery?', startsAtMs: null },
      },
      selections: [
        {
          id: 'kalshi:KXELLERYMAYOR-31-CRANE-yes',
          name: 'Yes',
          image: null,
          quotes: [{ ...rest, last: 0.36, back: 0.37, lay: 0.35 }],
        },
        {
          id: 'kalshi:KXELLERYMAYOR-31-CRANE-no',
          name: 'No',
          image: null,
          quotes: [{ ...rest, last: 0.64, back: 0.65, lay: 0.63 }],
        },
      ],
    })
  })

  it('on which nobody bids shows a bid of 0 and an offer of 1, and a last price of 0 when it never traded', () => {
    expect(quotesOf(page(kalshiPage()).snapshots[1])).toMatchObject([
      { last: null, back: 0.017, lay: null },
      { last: null, back: null, lay: 0.983 },
    ])
    const nobody = { yes_bid_dollars: '0.0000', yes_ask_dollars: '0.0000', no_bid_dollars: '1.0000', no_ask_dollars: '1.0000' }
    expect(quotesOf(withMarket(nobody).first)).toMatchObject([
      { back: null, lay: null },
      { back: null, lay: null },
    ])
  })

  it('of which only Yes is told has No all the same, exactly; what is told of No counts', () => {
    const { first } = withMarket({ yes_bid_dollars: '0.1', yes_ask_dollars: '0.303' }, ['no_bid_dollars', 'no_ask_dollars'])
    expect(quotesOf(first)?.[1]).toMatchObject({ back: 0.9, lay: 0.697 })
    expect(quotesOf(withMarket({ no_ask_dollars: '0.6600' }).first)?.[1]).toMatchObject({ back: 0.66, lay: 0.63 })
  })

  it('may come in whole cents; where dollars are there too, they count', () => {
    const [market, untraded] = page(kalshiCents()).snapshots
    expect(quotesOf(market)).toMatchObject([
      { last: 0.35, back: 0.44, lay: 0.35 },
      { last: 0.65, back: 0.65, lay: 0.56 },
    ])
    expect(quotesOf(untraded)).toMatchObject([
      { last: null, back: null, lay: null },
      { last: null, back: null, lay: null },
    ])
    expect(quotesOf(withMarket({ yes_bid: 99, yes_bid_dollars: '0.3510' }).first)?.[0]).toMatchObject({ lay: 0.351 })
  })

  it('is named by its title and what it calls Yes, by its event, or by what there is', () => {
    expect(namesOf(kalshiPage())[2]).toBe('Foxes at Owls Winner? – Foxes')
    expect(namesOf(kalshiEvents())[2]).toBe('Port Ellery regatta – Quarry Owls')
    expect(namesOf(kalshiCents())).toEqual(['SALTBRIDGE: By 2031', 'SALTTUNNEL'])
    const { first } = withMarket({ title: 'Will  Crane\nbe mayor?', yes_sub_title: 'Will  Crane\nbe mayor?' })
    expect(first?.market.name).toBe('Will Crane be mayor?')
  })

  it('has sides with names of their own where these differ', () => {
    expect(page(kalshiPage()).snapshots[2]?.selections.map(({ name }) => name)).toEqual(['Foxes', 'Owls'])
  })

  it('is sports by the category of its event, or else by its series', () => {
    expect(page(kalshiPage()).snapshots.map(({ topic }) => topic)).toEqual(['politics', 'politics', 'sports'])
    expect(page(kalshiEvents()).snapshots.map(({ topic }) => topic)).toEqual(['politics', 'politics', 'sports'])
  })

  it.each<[string, string, string, (string | null)[]]>([
    ['active', '', 'open', [null, null]],
    ['initialized', '', 'suspended', [null, null]],
    ['inactive', '', 'suspended', [null, null]],
    ['a word we do not know', '', 'suspended', [null, null]],
    ['closed', '', 'closed', [null, null]],
    ['determined', 'yes', 'closed', ['won', 'lost']],
    ['disputed', 'yes', 'closed', ['won', 'lost']],
    ['finalized', 'yes', 'settled', ['won', 'lost']],
    ['finalized', 'no', 'settled', ['lost', 'won']],
    ['settled', '', 'settled', ['void', 'void']],
    ['finalized', 'scalar', 'settled', [null, null]],
  ])('whose status is "%s" and whose result is "%s" is %s', (word, result, status, outcomes) => {
    const { first } = withMarket({ status: word, result })
    expect(first?.market.status).toBe(status)
    const told = status === 'settled' ? outcomes : [null, null]
    expect(quotesOf(first)).toMatchObject(told.map((outcome) => ({ status, outcome })))
  })
})

describe('a page of Kalshi', () => {
  it('lists markets, or events with their markets', () => {
    expect(page(kalshiPage())).toMatchObject({ cursor: 'CgYIx', snapshots: { length: 3 }, rejected: [] })
    expect(page(kalshiEvents())).toMatchObject({ cursor: null, snapshots: { length: 3 }, rejected: [] })
  })

  it.each([[null], [[]], [{}], [{ markets: {} }], [{ error: { code: 'bad_request' } }]])('is not %j', (json) => {
    expect(readPage(json, 1)).toMatchObject({ ok: false, reason: expect.stringContaining('no page of markets') as string })
  })

  it.each<[JsonObject, string[], string]>([
    [{ yes_ask_dollars: '37' }, [], 'yes_ask_dollars: not a price from 0 to 1'],
    [{ yes_ask_dollars: '-0.1' }, [], 'yes_ask_dollars: not a price from 0 to 1'],
    [{ last_price_dollars: '' }, [], 'last_price_dollars: not a price from 0 to 1'],
    [{ yes_bid: 35.5 }, ['yes_bid_dollars'], 'yes_bid: not whole cents from 0 to 100'],
    [{}, ['yes_bid_dollars'], 'message: yes_bid_dollars is missing, and yes_bid too'],
    [{ status: null }, [], 'status: expected string'],
  ])('costs only the market with %j without %j, and says why (I7)', (change, without, reason) => {
    const { first, rejected } = withMarket(change, without)
    expect(first).toBeUndefined()
    expect(rejected).toMatchObject([{ marketId: 'kalshi:KXELLERYMAYOR-31-CRANE', reason }])
  })

  it('lists a market once', () => {
    const { markets } = kalshiPage()
    expect(page({ markets: [...markets, markets[0]] })).toMatchObject({
      snapshots: { length: 3 },
      rejected: [{ marketId: 'kalshi:KXELLERYMAYOR-31-CRANE', reason: 'listed twice' }],
    })
  })

  it.each<[string, () => JsonValue, number]>([
    ['markets', kalshiPage, 3],
    ['markets in cents', kalshiCents, 2],
    ['events', kalshiEvents, 3],
  ])(
    'of %s, spoilt in one spot, costs what is in it at most, and lets nothing through that the next stage would refuse (I7)',
    (_, body, markets) => {
      fc.assert(
        fc.property(spoilt(body()), ({ body, at }) => {
          const read = readPage(body, observedAtMs)
          expect(read.ok || at.length === 1).toBe(true)
          if (!read.ok) return
          for (const snapshot of read.value.snapshots) {
            const message = { v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot }
            expect(parseSnapshotMessage(JSON.parse(JSON.stringify(message)), observedAtMs)).toMatchObject({ ok: true })
          }
          const inEvent = at[0] === 'events' && (at.length < 4 || at[2] !== 'markets')
          if (!inEvent && at.length >= 2) expect(read.value.snapshots.length).toBeGreaterThanOrEqual(markets - 1)
        }),
        { numRuns: 1_000 },
      )
    },
  )

  it.each([
    ['dollars', kalshiPage()],
    ['cents', kalshiCents()],
    ['both', { markets: kalshiPage().markets.map((market) => ({ ...market, yes_bid: 12, no_ask: 88 })) }],
  ])('in %s is read the quick way as the schema reads it', (_, page) => {
    fc.assert(
      fc.property(spoilt(page), ({ body }) => {
        const markets = typeof body === 'object' && body !== null && 'markets' in body ? body.markets : []
        for (const market of Array.isArray(markets) ? markets : []) expect(parseMarket(market)).toEqual(parseBySchema(market))
      }),
      { numRuns: 1_000 },
    )
  })
})
