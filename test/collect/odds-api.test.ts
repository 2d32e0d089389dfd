import { describe, expect, it } from 'vitest'

import type { Snapshot } from '../../functions/book/market.ts'
import { parseSnapshot } from '../../functions/book/wire.ts'
import type { OddsFormat } from '../../functions/collect/odds-api/raw.ts'
import { type Listing, readSport } from '../../functions/collect/odds-api/read.ts'
import { type Event, marketIn, oddsApiBody } from '../support/odds-api.ts'

const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)
const [game, laterGame] = ['0a1b2c3d4e5f60718293a4b5c6d7e8f9', '1b2c3d4e5f60718293a4b5c6d7e8f90a']
const mlb = `odds-api:baseball_mlb:${game}`

function listed(body: unknown, sport = 'baseball_mlb', format: OddsFormat = 'american'): Listing {
  const reading = readSport(body, { sport, format, observedAtMs })
  if (reading.kind !== 'listed') throw new Error(reading.reason)
  return reading
}
const soccer = (body: unknown) => listed(body, 'soccer_coastal_league', 'decimal')

/** The american body, changed; what is read of it. */
function changed(change: (body: Event[]) => void): Listing {
  const body = oddsApiBody('american')
  change(body)
  return listed(body)
}

const marketOf = ({ snapshots }: Pick<Listing, 'snapshots'>, market: string): Snapshot | undefined =>
  snapshots.find(({ marketId }) => marketId.endsWith(`:${market}`))
/** `harbourline 120` or `harbourline 120@1.5` or, with a lay, `tidewater_ex 2.16/2.18`. */
const pricesOf = (snapshot: Snapshot | undefined) =>
  Object.fromEntries(
    snapshot?.selections.map(({ id, quotes }) => [
      id,
      quotes.map(
        ({ bookmaker, back, lay, point }) =>
          `${bookmaker} ${back ?? ''}${lay === null ? '' : `/${lay}`}${point === null ? '' : `@${point}`}`,
      ),
    ]) ?? [],
  )
const idsOf = ({ snapshots }: Pick<Listing, 'snapshots'>) => snapshots.map(({ marketId }) => marketId)

describe('a game of The Odds API', () => {
  it('is a market for each kind of bet, with every bookmaker in it, in our words', () => {
    const { snapshots, rejected, unsure } = listed(oddsApiBody('american'))
    expect({ rejected, unsure }).toEqual({ rejected: [], unsure: [] })
    expect(idsOf({ snapshots })).toEqual([
      `${mlb}:h2h`,
      `${mlb}:spreads`,
      `${mlb}:totals`,
      `odds-api:baseball_mlb:${laterGame}:h2h`,
    ])
    const quote = { last: null, lay: null, status: 'open', outcome: null }
    expect(snapshots[1]).toEqual({
      marketId: `${mlb}:spreads`,
      feed: 'odds-api',
      topic: 'sports',
      asOfMs: observedAtMs,
      observedAtMs,
      publishedAtMs: Date.UTC(2031, 6, 11, 17, 13, 5),
      complete: true,
      priceFormat: 'american',
      market: {
        name: 'Port Ellery Gulls @ Marrow Bay Herons: spread',
        url: null,
        image: null,
        status: 'open',
        fixture: {
          id: `odds-api:${game}`,
          name: 'Port Ellery Gulls @ Marrow Bay Herons',
          startsAtMs: Date.UTC(2031, 6, 11, 18, 10),
        },
      },
      selections: [
        {
          id: 'odds-api:Marrow Bay Herons',
          name: 'Marrow Bay Herons',
          image: null,
          quotes: [
            { bookmaker: 'harbourline', back: 138, point: -1.5, publishedAtMs: Date.UTC(2031, 6, 11, 17, 13, 5), ...quote },
            { bookmaker: 'old_ferry', back: 130, point: -1.5, publishedAtMs: Date.UTC(2031, 6, 11, 17, 12, 50), ...quote },
          ],
        },
        {
          id: 'odds-api:Port Ellery Gulls',
          name: 'Port Ellery Gulls',
          image: null,
          quotes: [
            { bookmaker: 'harbourline', back: -164, point: 1.5, publishedAtMs: Date.UTC(2031, 6, 11, 17, 13, 5), ...quote },
            { bookmaker: 'old_ferry', back: -155, point: 1.5, publishedAtMs: Date.UTC(2031, 6, 11, 17, 12, 50), ...quote },
          ],
        },
      ],
    })
  })

  it('has each price under its own name, in whatever order a bookmaker lists them', () => {
    const { snapshots } = listed(oddsApiBody('american'))
    expect(pricesOf(snapshots[0])).toEqual({
      'odds-api:Marrow Bay Herons': ['harbourline -142', 'quillbet -138', 'old_ferry -145'],
      'odds-api:Port Ellery Gulls': ['harbourline 120', 'quillbet 118', 'old_ferry 125'],
    })
  })

  it('keeps its ids when its line moves, and when its start does', () => {
    const before = listed(oddsApiBody('american'))
    const after = changed((body) => {
      Object.assign(body[0] ?? {}, { commence_time: '2031-07-11T18:12:43Z' })
      for (const outcome of marketIn(body, 'quillbet', 'totals').outcomes) outcome.point = 9.5
    })
    expect(idsOf(after)).toEqual(idsOf(before))
    expect(marketOf(after, 'totals')?.market.fixture?.startsAtMs).toBe(Date.UTC(2031, 6, 11, 18, 12, 43))
    expect(pricesOf(marketOf(after, 'totals'))).toEqual({
      'odds-api:Over': ['harbourline -110@8.5', 'quillbet -118@9.5'],
      'odds-api:Under': ['harbourline -110@8.5', 'quillbet -102@9.5'],
    })
  })

  it('may be as good as won: a price of −1,000,000 is one', () => {
    const { snapshots } = listed(oddsApiBody('american'))
    expect(pricesOf(snapshots[3])['odds-api:Tarn Hollow Wolves']).toEqual(['harbourline 100', 'quillbet -1000000'])
  })

  it('takes its time from the market, else from the bookmaker, and does without where there is none', () => {
    const { snapshots } = changed((body) => {
      for (const bookmaker of body[0]?.bookmakers ?? [])
        for (const market of bookmaker.markets) delete (market as Partial<typeof market>).last_update
      Object.assign(body[1]?.bookmakers[0] ?? {}, { last_update: 'just now' })
      for (const { markets } of body[1]?.bookmakers ?? [])
        for (const market of markets) Object.assign(market, { last_update: 1941556411 })
    })
    expect(snapshots[0]?.selections[0]?.quotes.map(({ publishedAtMs }) => publishedAtMs)).toEqual([
      Date.UTC(2031, 6, 11, 17, 13, 31),
      Date.UTC(2031, 6, 11, 17, 13, 5),
      Date.UTC(2031, 6, 11, 17, 12, 50),
    ])
    expect(snapshots[3]).toMatchObject({ publishedAtMs: null, asOfMs: observedAtMs })
  })

  it('may be listed by no bookmaker, and by one that quotes nothing', () => {
    const { snapshots, rejected, unsure } = changed((body) => {
      Object.assign(body[0] ?? {}, { bookmakers: [] })
      Object.assign(body[1]?.bookmakers[0] ?? {}, { markets: [] })
    })
    expect({ rejected, unsure }).toEqual({ rejected: [], unsure: [] })
    expect(idsOf({ snapshots })).toEqual([`odds-api:baseball_mlb:${laterGame}:h2h`])
  })

  it('may bring fields that we have never heard of', () => {
    const { rejected } = changed((body) => {
      Object.assign(body[0] ?? {}, { home_rotation: 951 })
      Object.assign(marketIn(body, 'harbourline', 'h2h').outcomes[0] ?? {}, { link: 'https://books.example', bet_limit: 500 })
    })
    expect(rejected).toEqual([])
  })
})

describe('an exchange', () => {
  it('has its lay prices on the other side of the same quote', () => {
    const { snapshots } = soccer(oddsApiBody('decimal'))
    expect(snapshots.map(({ market }) => market.name.split(': ')[1])).toEqual(['moneyline', 'alternate totals', 'player shots'])
    expect(pricesOf(snapshots[0])).toEqual({
      'odds-api:Cinder Quay': ['harbourline 2.1', 'tidewater_ex 2.16/2.18'],
      'odds-api:Upper Fenwick': ['harbourline 3.6', 'tidewater_ex 3.75/3.85'],
      'odds-api:Draw': ['harbourline 3.25', 'tidewater_ex 3.35/3.4'],
    })
  })

  it('does so whichever side is listed first, and where one side is empty', () => {
    const body = oddsApiBody('decimal')
    body[0]?.bookmakers[1]?.markets.reverse()
    marketIn(body, 'tidewater_ex', 'h2h').outcomes.shift()
    marketIn(body, 'tidewater_ex', 'h2h_lay').outcomes.pop()
    expect(pricesOf(marketOf(soccer(body), 'h2h'))).toEqual({
      'odds-api:Cinder Quay': ['harbourline 2.1', 'tidewater_ex /2.18'],
      'odds-api:Upper Fenwick': ['harbourline 3.6', 'tidewater_ex 3.75/3.85'],
      'odds-api:Draw': ['harbourline 3.25', 'tidewater_ex 3.35'],
    })
  })
})

describe('an outcome', () => {
  it('is told by its point, too, where one bookmaker has many of the same name', () => {
    expect(pricesOf(marketOf(soccer(oddsApiBody('decimal')), 'alternate_totals'))).toEqual({
      'odds-api:Over | 1.5': ['harbourline 1.3@1.5', 'tidewater_ex 1.28@1.5'],
      'odds-api:Over | 2.5': ['harbourline 1.95@2.5'],
      'odds-api:Under | 1.5': ['harbourline 3.4@1.5', 'tidewater_ex 3.5@1.5'],
      'odds-api:Under | 2.5': ['harbourline 1.88@2.5'],
    })
    const { snapshots } = changed((body) => {
      marketIn(body, 'quillbet', 'totals').outcomes.push({ name: 'Over', price: -105, point: 9.5 })
    })
    expect(Object.keys(pricesOf(marketOf({ snapshots }, 'totals')))).toEqual([
      'odds-api:Over | 8.5',
      'odds-api:Under | 8.5',
      'odds-api:Over | 9',
      'odds-api:Under | 9',
      'odds-api:Over | 9.5',
    ])
  })

  it('keeps the ids of a ladder when only one step of it is left', () => {
    const body = oddsApiBody('decimal')
    body[0]?.bookmakers.shift()
    expect(Object.keys(pricesOf(marketOf(soccer(body), 'alternate_totals')))).toEqual([
      'odds-api:Under | 1.5',
      'odds-api:Over | 1.5',
    ])
  })

  it('is told by the player whom it is about', () => {
    const shots = marketOf(soccer(oddsApiBody('decimal')), 'player_shots')
    expect(shots?.selections.map(({ id, name }) => [id, name])).toEqual([
      ['odds-api:Over | Nadia Crane', 'Nadia Crane: Over'],
      ['odds-api:Under | Nadia Crane', 'Nadia Crane: Under'],
      ['odds-api:Over | Owen Tully', 'Owen Tully: Over'],
      ['odds-api:Under | Owen Tully', 'Owen Tully: Under'],
    ])
  })

  it('goes by its name on one line', () => {
    const { snapshots } = changed((body) => {
      Object.assign(marketIn(body, 'harbourline', 'totals').outcomes[0] ?? {}, { name: ' Over\r\n ' })
    })
    expect(Object.keys(pricesOf(marketOf({ snapshots }, 'totals')))).toEqual(['odds-api:Over', 'odds-api:Under'])
  })
})

describe('an election', () => {
  it('is politics, and named by its title where there are no teams', () => {
    const { snapshots } = listed(oddsApiBody('politics'), 'politics_port_ellery_mayor', 'decimal')
    expect(snapshots).toHaveLength(1)
    expect(snapshots[0]).toMatchObject({
      marketId: 'odds-api:politics_port_ellery_mayor:3d4e5f60718293a4b5c6d7e8f90a1b2c:outrights',
      topic: 'politics',
      market: { name: 'Mayor of Port Ellery: winner', fixture: { name: 'Mayor of Port Ellery' } },
    })
    expect(pricesOf(snapshots[0])['odds-api:Owen Tully']).toEqual(['tidewater_ex 110/150'])
  })
})

describe('a market that cannot be read', () => {
  it.each<[string, (body: Event[]) => void, string]>([
    [
      'a price in words',
      (body) => Object.assign(price(body), { price: '-110' }),
      'harbourline: outcomes.0.price: expected number',
    ],
    [
      'no price',
      (body) => delete (price(body) as Partial<ReturnType<typeof price>>).price,
      'harbourline: outcomes.0.price: missing',
    ],
    [
      'a price between −100 and 100',
      (body) => Object.assign(price(body), { price: 50 }),
      'harbourline: outcomes.0.price: not american odds',
    ],
    [
      'a point in words',
      (body) => Object.assign(price(body), { point: 'NaN' }),
      'harbourline: outcomes.0.point: expected number',
    ],
    ['an outcome without a name', (body) => Object.assign(price(body), { name: ' ' }), 'harbourline: outcomes.0.name: empty'],
    [
      'a name longer than an id',
      (body) => Object.assign(price(body), { name: 'x'.repeat(300) }),
      `"${'x'.repeat(79)}…" is too long for an id`,
    ],
    [
      'no outcomes',
      (body) => Object.assign(marketIn(body, 'harbourline', 'totals'), { outcomes: null }),
      'harbourline: outcomes: expected array',
    ],
    [
      'two prices for the same',
      (body) => marketIn(body, 'harbourline', 'totals').outcomes.push({ name: 'Over', price: -120, point: 8.5 }),
      'a selection is quoted twice by one bookmaker',
    ],
  ])('for %s costs nobody but itself, and still counts as listed (I7, I10)', (_, change, reason) => {
    const { snapshots, rejected, unsure } = changed(change)
    expect(idsOf({ snapshots })).toEqual([`${mlb}:h2h`, `${mlb}:spreads`, `odds-api:baseball_mlb:${laterGame}:h2h`])
    expect(rejected).toMatchObject([{ marketId: `${mlb}:totals`, reason }])
    expect(JSON.parse(rejected[0]?.body ?? '')).toBeDefined()
    expect(unsure).toEqual([])
    for (const snapshot of snapshots) expect(snapshot.complete).toBe(true)
  })

  it('is every one that a bookmaker has in a second listing', () => {
    const { snapshots, rejected } = changed((body) => {
      const [event] = body
      const again = event?.bookmakers.find(({ key }) => key === 'quillbet')
      if (again !== undefined) event?.bookmakers.push(structuredClone(again))
    })
    expect(idsOf({ snapshots })).toEqual([`${mlb}:spreads`, `odds-api:baseball_mlb:${laterGame}:h2h`])
    expect(rejected.map(({ marketId, reason }) => [marketId, reason])).toEqual([
      [`${mlb}:h2h`, 'quillbet is listed twice'],
      [`${mlb}:totals`, 'quillbet is listed twice'],
    ])
  })

  it('is every one of an event that came before', () => {
    const { snapshots, rejected } = changed((body) => body.push(...structuredClone(body.slice(1))))
    expect(snapshots).toHaveLength(4)
    expect(rejected).toMatchObject([{ marketId: `odds-api:baseball_mlb:${laterGame}:h2h`, reason: 'listed twice' }])
  })
})

describe('what cannot be read so far as to say which market it is', () => {
  it.each<[string, (body: Event[]) => void, string]>([
    [
      'a bookmaker without a key',
      (body) => Object.assign(body[0]?.bookmakers[1] ?? {}, { key: undefined }),
      'a bookmaker: key: expected string',
    ],
    [
      'a bookmaker without markets',
      (body) => Object.assign(body[0]?.bookmakers[1] ?? {}, { markets: {} }),
      'a bookmaker: markets: expected array',
    ],
    [
      'a market without a key',
      (body) => Object.assign(marketIn(body, 'quillbet', 'h2h'), { key: null }),
      'a market of quillbet: key: expected string',
    ],
    [
      'a market whose key is none',
      (body) => Object.assign(marketIn(body, 'quillbet', 'h2h'), { key: 'h2h ?' }),
      'a market of quillbet: key: not a key',
    ],
  ])(
    'as %s, leaves the event in doubt: nothing of it is declared gone, neither a market nor a quote (I10)',
    (_, change, reason) => {
      const { snapshots, rejected, unsure } = changed(change)
      expect(unsure).toEqual([`odds-api:baseball_mlb:${game}:`])
      expect(rejected).toMatchObject([{ marketId: null, reason: `event ${game}: ${reason}` }])
      for (const { marketId, complete } of snapshots) expect(complete).toBe(!marketId.includes(game))
      expect(snapshots.map(({ complete }) => complete)).toContain(false)
    },
  )

  it.each<[string, (event: Event) => void]>([
    ['no start', (event) => Object.assign(event, { commence_time: 'soon' })],
    ['no list of bookmakers', (event) => Object.assign(event, { bookmakers: null })],
    ['teams that are none', (event) => Object.assign(event, { home_team: 7 })],
    ['another sport', (event) => Object.assign(event, { sport_key: 'baseball_kbo' })],
  ])('as an event with %s, costs the event alone', (_, change) => {
    const { snapshots, rejected, unsure } = changed(([event]) => event !== undefined && change(event))
    expect(idsOf({ snapshots })).toEqual([`odds-api:baseball_mlb:${laterGame}:h2h`])
    expect(unsure).toEqual([`odds-api:baseball_mlb:${game}:`])
    expect(rejected).toMatchObject([{ marketId: null, reason: expect.stringContaining(`event ${game}: `) as string }])
  })

  it('as an event without an id, leaves the sport in doubt', () => {
    for (const id of [undefined, null, 7, '', 'two words']) {
      const { snapshots, rejected, unsure } = changed((body) => Object.assign(body[0] ?? {}, { id }))
      expect(idsOf({ snapshots })).toEqual([`odds-api:baseball_mlb:${laterGame}:h2h`])
      expect(unsure).toEqual(['odds-api:baseball_mlb:'])
      expect(rejected).toMatchObject([{ marketId: null }])
    }
  })
})

describe('a body', () => {
  it('may be empty: out of season there is nothing to bet on', () => {
    expect(listed([])).toEqual({ kind: 'listed', snapshots: [], rejected: [], unsure: [] })
  })

  it.each([[null], [{}], ['events'], [{ message: 'Unknown sport', error_code: 'UNKNOWN_SPORT' }]])('%j is none', (body) => {
    expect(readSport(body, { sport: 'baseball_mlb', format: 'american', observedAtMs })).toEqual({
      kind: 'refused',
      reason: 'answered JSON that is not its list of events',
    })
  })

  it('in the format that was not asked for is refused, not misread', () => {
    const asDecimal = readSport(oddsApiBody('american'), { sport: 'baseball_mlb', format: 'decimal', observedAtMs })
    expect(asDecimal).toEqual({ kind: 'refused', reason: 'answered with american odds, though decimal ones were asked for' })
    const asAmerican = readSport(oddsApiBody('decimal'), { sport: 'soccer_coastal_league', format: 'american', observedAtMs })
    expect(asAmerican).toEqual({ kind: 'refused', reason: 'answered with decimal odds, though american ones were asked for' })
  })

  it('of American prices is told from decimal ones though none of them is negative', () => {
    const body = oddsApiBody('politics')
    for (const { markets } of body[0]?.bookmakers ?? [])
      for (const { outcomes } of markets) for (const outcome of outcomes) outcome.price = Math.round(outcome.price * 100)
    const asked = { sport: 'politics_port_ellery_mayor', observedAtMs }
    expect(readSport(body, { ...asked, format: 'decimal' }).kind).toBe('refused')
    expect(readSport(body, { ...asked, format: 'american' }).kind).toBe('listed')
  })

  it('in which one price is of the other format is not of that format', () => {
    const one = changed((body) => Object.assign(price(body), { price: 1.91 }))
    expect(one.rejected).toHaveLength(1)
    const body = oddsApiBody('decimal')
    Object.assign(marketIn(body, 'harbourline', 'h2h').outcomes[0] ?? {}, { price: -1_000_000 })
    expect(soccer(body).rejected).toMatchObject([{ reason: 'harbourline: outcomes.0.price: not decimal odds' }])
  })

  it('gives what the next stage takes', () => {
    const all = [...listed(oddsApiBody('american')).snapshots, ...soccer(oddsApiBody('decimal')).snapshots]
    for (const snapshot of all) expect(parseSnapshot(JSON.parse(JSON.stringify(snapshot)))).toEqual({ ok: true, value: snapshot })
  })
})

function price(body: readonly Event[]) {
  const [outcome] = marketIn(body, 'harbourline', 'totals').outcomes
  if (outcome === undefined) throw new Error('no outcome')
  return outcome
}
