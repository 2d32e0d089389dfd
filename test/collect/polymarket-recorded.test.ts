import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { marketIdOf, selectionIdOf } from '../../functions/book/ids.ts'
import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import { polymarketFeed, readPage } from '../../functions/collect/polymarket/feed.ts'
import { polymarket } from '../../functions/collect/polymarket/raw.ts'
import { spoilt } from '../support/fuzz.ts'
import { listedVenue } from '../support/listed-venue.ts'
import { polymarketRecorded } from '../support/recorded-venues.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { through } from '../support/through.ts'
import type { PolymarketJson } from '../support/venues.ts'

/** Gamma with these markets, in one page. */
const venueOf = (markets: PolymarketJson[]) =>
  listedVenue(({ query }) => {
    const ids = query.getAll('id')
    const closed = query.get('closed') === 'true'
    return {
      json: {
        markets: markets.filter((market) => market.closed === closed && (ids.length === 0 || ids.includes(market.id))),
      },
    }
  })
const feed = (url: string) => polymarketFeed({ url: `${url}/markets/keyset`, everyMs: 30_000, options: { PAGES: '2' } })
const atMs = Date.UTC(2026, 5, 21, 18, 30)

describe.skipIf(recordingsFolder() === undefined)('recorded markets of Polymarket', () => {
  it('are read whole, with prices and token ids as the raw JSON has them', async () => {
    await using venue = await venueOf(polymarketRecorded())
    const world = through(feed(venue.url))
    expect(await world.poll(atMs)).toMatchObject({ kind: 'complete', published: 5, rejected: 0 })
    expect(world.count('opened')).toBe(10)
    expect(world.stored()?.health.drift).toEqual({ unknown: [], vanished: [] })
    for (const raw of polymarketRecorded()) {
      const [bid, ask, last] = ['bestBid', 'bestAsk', 'lastTradePrice'].map((field) => Math.round(Number(raw[field]) * 1_000))
      if (bid === undefined || ask === undefined || last === undefined) throw new Error('no prices')
      const ids = raw.clobTokenIds.match(/\d+/g) ?? []
      const book = world.books.get(marketIdOf(polymarket, raw.id))
      expect(book?.name).toBe(raw['question'])
      expect(book?.selections.map(({ id }) => id)).toEqual(ids.map((id) => selectionIdOf(polymarket, id)))
      expect(book?.selections.map(({ quotes: [quote] }) => [quote?.back, quote?.lay, quote?.last])).toEqual([
        [ask / 1_000, bid / 1_000, last / 1_000],
        [(1_000 - bid) / 1_000, (1_000 - ask) / 1_000, (1_000 - last) / 1_000],
      ])
    }
  })

  it('settle with their winner when they leave the listing (one instant was recorded: what follows is changed here)', async () => {
    const markets = polymarketRecorded()
    await using venue = await venueOf(markets)
    const world = through(feed(venue.url))
    await world.poll(atMs)
    Object.assign(markets[0] ?? {}, { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["1", "0"]' })
    Object.assign(markets[1] ?? {}, { closed: true, umaResolutionStatus: 'resolved', outcomePrices: '["0.5", "0.5"]' })
    Object.assign(markets[2] ?? {}, { acceptingOrders: false })
    markets.splice(3, 1)
    await world.poll(atMs + 30_000)
    expect(world.ticks.slice(10).map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['suspended', null],
      ['suspended', null],
      ['settled', 'won'],
      ['settled', 'lost'],
      ['settled', 'void'],
      ['settled', 'void'],
      ['removed', null],
      ['removed', null],
    ])
  })

  it('spoilt in one spot cost one market at most (I7)', () => {
    fc.assert(
      fc.property(
        spoilt({ markets: polymarketRecorded(), next_cursor: 'x' }, (at) => at.length > 2),
        ({ body }) => {
          const read = readPage(body, 1)
          if (!read.ok) throw new Error(read.reason)
          const { snapshots, rejected } = read.value
          expect(snapshots.length + rejected.length).toBe(5)
          expect(rejected.length).toBeLessThanOrEqual(1)
          for (const snapshot of snapshots) {
            const message = { v: 1, kind: 'market', unchangedUntilMs: null, ...snapshot }
            expect(parseSnapshotMessage(JSON.parse(JSON.stringify(message)), 1)).toMatchObject({ ok: true })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
