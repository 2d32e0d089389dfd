import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { marketIdOf } from '../../functions/book/ids.ts'
import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import { kalshiFeed, readPage } from '../../functions/collect/kalshi/feed.ts'
import { kalshi } from '../../functions/collect/kalshi/raw.ts'
import { spoilt } from '../support/fuzz.ts'
import { listedVenue } from '../support/listed-venue.ts'
import { kalshi2024, kalshiHistory, kalshiRecorded, type State } from '../support/recorded-venues.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { through } from '../support/through.ts'
import type { KalshiJson } from '../support/venues.ts'

/** Kalshi with these markets: all of them in a listing, and any by its ticker. */
function venueOf(listed: () => KalshiJson[], all: () => KalshiJson[] = listed) {
  return listedVenue(({ query }) => {
    const tickers = query.get('tickers')?.split(',')
    const markets = tickers === undefined ? listed() : all().filter(({ ticker }) => tickers.includes(ticker))
    return { json: { cursor: '', markets } }
  })
}
const feed = (url: string) => kalshiFeed({ url: `${url}/markets`, everyMs: 30_000, options: { PAGES: '2' } })

describe.skipIf(recordingsFolder() === undefined)('recorded markets of Kalshi', () => {
  it('of 2026 are read whole: combinations of games on which nobody bids yet', async () => {
    await using venue = await venueOf(kalshiRecorded)
    const world = through(feed(venue.url))
    expect(await world.poll(Date.UTC(2026, 5, 21, 18, 30))).toMatchObject({ kind: 'complete', published: 5, rejected: 0 })
    expect(world.ticks.map(({ kind, last, back, lay }) => [kind, last, back, lay])).toEqual(
      Array.from({ length: 10 }, () => ['opened', null, null, null]),
    )
    expect([...world.books.values()].map(({ topic }) => topic)).toEqual(Array.from({ length: 5 }, () => 'sports'))
    expect(world.stored()?.health.drift).toEqual({ unknown: [], vanished: [] })
  })

  it('of 2024 are read whole, with the winner of each that had ended', async () => {
    await using venue = await venueOf(kalshi2024)
    const world = through(feed(venue.url))
    expect(await world.poll(Date.UTC(2024, 6, 14))).toMatchObject({ kind: 'complete', published: 291, rejected: 0 })

    const raw = kalshi2024()
    const count = (field: string, word: string) => raw.filter((market) => market[field] === word).length
    const told = world.ticks.map(({ marketStatus, outcome }) => `${marketStatus} ${outcome}`)
    const both = (status: string, outcome: string | null) => told.filter((one) => one === `${status} ${outcome}`).length
    expect(world.count('opened')).toBe(2 * raw.length)
    expect(both('open', null)).toBe(2 * count('status', 'active'))
    expect(both('suspended', null)).toBe(2 * count('status', 'initialized'))
    expect(both('settled', 'won')).toBe(count('status', 'finalized'))
    expect(both('settled', 'lost')).toBe(count('status', 'finalized'))
    for (const { ticker, status, result } of raw) {
      const [yes, no] = world.books.get(marketIdOf(kalshi, ticker))?.selections.map(({ quotes }) => quotes[0]?.outcome) ?? []
      if (status === 'finalized') expect([yes, no]).toEqual(result === 'yes' ? ['won', 'lost'] : ['lost', 'won'])
    }
  })

  it('over two days give as many ticks as an independent count of their history', async () => {
    const instants = [...Map.groupBy(kalshiHistory(), ({ ts }) => ts)].sort(([a], [b]) => a - b)
    const current = new Map<string, KalshiJson>()
    await using venue = await venueOf(() => [...current.values()])
    const world = through(feed(venue.url))
    for (const [ts, states] of instants) {
      for (const { ticker, yes_price, ...state } of states) {
        const rest = { event_ticker: ticker.replace(/-[^-]*$/, ''), title: '', subtitle: '', status: 'active', result: '' }
        current.set(ticker, { ticker, ...rest, ...state, last_price: yes_price })
      }
      const report = await world.poll(ts * 1_000)
      expect(report).toMatchObject({ kind: 'complete', rejected: 0, gone: 0 })
    }

    const counted = countedIn(kalshiHistory())
    expect(counted).toEqual({ markets: 46, opened: 92, moved: 1_658 })
    expect(world.books.size).toBe(counted.markets)
    expect(world.count('opened')).toBe(counted.opened)
    expect(world.count('moved')).toBe(counted.moved)
    expect(world.ticks).toHaveLength(counted.opened + counted.moved)
  })

  it('settle with their winner when they leave the listing (none was recorded while it did: the last states are changed here)', async () => {
    const markets = kalshi2024().filter(({ status }) => status === 'active')
    await using venue = await venueOf(
      () => markets.filter(({ status }) => status === 'active'),
      () => markets,
    )
    const world = through(feed(venue.url))
    const atMs = Date.UTC(2024, 6, 14)
    await world.poll(atMs)
    for (const market of markets.slice(0, 150)) Object.assign(market, { status: 'closed' })
    await world.poll(atMs + 30_000)
    markets
      .slice(0, 150)
      .forEach((market, i) => Object.assign(market, { status: 'finalized', result: i % 3 === 0 ? 'yes' : 'no' }))
    await world.poll(atMs + 60_000)
    const yes = world.ticks.filter(({ kind, selectionId }) => kind === 'settled' && selectionId.endsWith('-yes'))
    expect([world.count('closed'), world.count('settled'), world.count('removed')]).toEqual([300, 300, 0])
    expect(yes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 150 }, (_, i) => (i % 3 === 0 ? 'won' : 'lost')))
    expect(world.stored()?.openMarkets).toHaveLength(markets.length - 150)
  })

  it.each([
    ['2026', () => kalshiRecorded(), 5],
    ['2024', () => kalshi2024().slice(0, 10), 10],
  ])('of %s, spoilt in one spot, cost one market at most (I7)', (_, markets, all) => {
    fc.assert(
      fc.property(
        spoilt({ cursor: '', markets: markets() }, (at) => at.length > 2),
        ({ body }) => {
          const read = readPage(body, 1)
          if (!read.ok) throw new Error(read.reason)
          const { snapshots, rejected } = read.value
          expect(snapshots.length + rejected.length).toBe(all)
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

/** By hand: of each market the states at different instants, the last of each instant, and how often either side then differs. */
function countedIn(states: readonly State[]) {
  const counted = { markets: 0, opened: 0, moved: 0 }
  for (const own of Map.groupBy(states, ({ ticker }) => ticker).values()) {
    counted.markets += 1
    counted.opened += 2
    const instants = [...new Map(own.map((state) => [state.ts, state])).values()]
    const best = (cents: number) => (cents > 0 && cents < 100 ? cents : '-')
    const yes = instants.map((s) => [best(s.yes_bid), best(s.yes_ask), s.yes_price].join())
    const no = instants.map((s) => [best(s.no_bid), best(s.no_ask), s.yes_price].join())
    for (const side of [yes, no]) counted.moved += side.filter((value, i) => i > 0 && value !== side[i - 1]).length
  }
  return counted
}
