import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Replaying, replaying, timed } from './replaying.ts'

const prices = (price: number) => [
  { name: 'Reds', price },
  { name: 'Blues', price: -price },
]
const markets = (price: number, ...keys: string[]) => keys.map((key) => ({ key, outcomes: prices(price) }))
const body = (sport: string, price: number, at = '2031-08-07T00:00:00Z') => [
  {
    id: 'f1',
    sport_key: sport,
    bookmakers: [
      { key: 'alpha', last_update: at, markets: markets(price, 'h2h', 'totals') },
      { key: 'beta', last_update: at, markets: markets(price, 'h2h') },
    ],
  },
]
const decimal = (sport: string, price: number, at: string) => [
  {
    id: 'f2',
    sport_key: sport,
    bookmakers: [{ key: 'alpha', last_update: at, markets: [{ key: 'h2h', outcomes: [{ name: 'Reds', price }] }] }],
  },
]

let recorded: Replaying
beforeAll(async () => {
  recorded = await replaying({
    'odds-api/mlb/2031-08-07T00-00-49Z.json.gz': body('baseball_mlb', 110),
    'odds-api/mlb/2031-08-07T00-05-49Z.json.gz': body('baseball_mlb', 120),
    'odds-api/nfl/2031-08-07T00-00-00Z.json': body('americanfootball_nfl', 200),
    'odds-api/nfl/2031-08-07T00-20-00Z.json': body('americanfootball_nfl', 210),
    'odds-api/decimal/later.json': decimal('icehockey_nhl', 2.5, '2023-11-09T00:00:00Z'),
    'odds-api/decimal/sooner.json': decimal('icehockey_nhl', 2.25, '2023-11-02T00:00:00Z'),
    'odds-api/decimal/sports.json': [{ key: 'icehockey_nhl', active: true, has_outrights: false }],
  })
})
afterAll(() => recorded.end())

type Answered = { bookmakers: { key: string; markets: { key: string; outcomes: { price: number }[] }[] }[] }[]
const priceOf = (json: unknown) => (json as Answered)[0]?.bookmakers[0]?.markets[0]?.outcomes[0]?.price
const query = 'apiKey=any&regions=us&markets=h2h,totals&oddsFormat='

describe('the replay of The Odds API', () => {
  it('plays each sport by itself, in the order in which it was recorded, in the recorded format', async () => {
    const replay = await recorded.start()
    const url = replay.settings['ODDS_API_URL'] ?? ''
    const price = async (sport: string, format: string) =>
      priceOf((await recorded.get(`${url}/v4/sports/${sport}/odds?${query}${format}`)).json)
    expect([await price('baseball_mlb', 'american'), await price('baseball_mlb', 'american')]).toEqual([110, 120])
    expect(await price('americanfootball_nfl', 'american')).toBe(200)
    expect([await price('icehockey_nhl', 'decimal'), await price('icehockey_nhl', 'decimal')]).toEqual([2.25, 2.5])
    expect(replay.settings).toMatchObject({
      ODDS_API_SPORTS: 'americanfootball_nfl,baseball_mlb',
      ODDS_API_ODDS_FORMAT: 'american',
    })
    expect(recorded.lines).toContain('odds-api  baseball_mlb american  body 2 of 2  2031-08-07T00-05-49Z  0 KB')
    expect((await recorded.get(`${url}/v4/sports?apiKey=any`)).json).toEqual([
      { key: 'icehockey_nhl', active: true, has_outrights: false },
    ])
  })

  it('makes no price up: the other format is refused, as are strangers and the keyless', async () => {
    const url = (await recorded.start()).settings['ODDS_API_URL'] ?? ''
    const refusal = async (route: string) => {
      const { status, json } = await recorded.get(`${url}/v4/sports/${route}`)
      return [status, (json as { error_code: string }).error_code]
    }
    expect(await refusal(`baseball_mlb/odds?${query}decimal`)).toEqual([422, 'INVALID_ODDS_FORMAT'])
    expect(await refusal(`curling/odds?${query}decimal`)).toEqual([404, 'UNKNOWN_SPORT'])
    expect(await refusal('baseball_mlb/odds?regions=us')).toEqual([401, 'MISSING_KEY'])
    expect(await refusal('baseball_mlb/odds?apiKey=any&oddsFormat=american')).toEqual([422, 'MISSING_REGION'])
    expect(await refusal('baseball_mlb/scores?apiKey=any')).toEqual([404, 'NOT_RECORDED'])
  })

  it('leaves out what was not asked for', async () => {
    const url = (await recorded.start()).settings['ODDS_API_URL'] ?? ''
    const { json } = await recorded.get(`${url}/v4/sports/baseball_mlb/odds?apiKey=any&bookmakers=alpha&oddsFormat=american`)
    expect((json as Answered)[0]?.bookmakers.map(({ key, markets }) => [key, markets.map((market) => market.key)])).toEqual([
      ['alpha', ['h2h']],
    ])
  })

  it('counts credits, a region and market each, until there are none', async () => {
    const url = (await recorded.start(undefined, { quota: 5 })).settings['ODDS_API_URL'] ?? ''
    const credits = async () => {
      const { status, headers } = await recorded.get(`${url}/v4/sports/baseball_mlb/odds?${query}american`)
      return [status, headers.get('x-requests-remaining'), headers.get('x-requests-used'), headers.get('x-requests-last')]
    }
    expect(await credits()).toEqual([200, '3', '2', '2'])
    expect(await credits()).toEqual([200, '1', '4', '2'])
    expect(await credits()).toEqual([401, '1', '4', '0'])
  })

  it('goes by the recorded times of each sport', async () => {
    const url = (await recorded.start(timed(60))).settings['ODDS_API_URL'] ?? ''
    const price = async (sport: string) => priceOf((await recorded.get(`${url}/v4/sports/${sport}/odds?${query}american`)).json)
    recorded.clock.advance(6_000)
    expect([await price('baseball_mlb'), await price('americanfootball_nfl')]).toEqual([120, 200])
    recorded.clock.advance(15_000)
    expect(await price('americanfootball_nfl')).toBe(210)
  })

  it('fails when it is asked to, alone', async () => {
    const replay = await recorded.start()
    replay.fail('odds-api', 500)
    const url = `${replay.settings['ODDS_API_URL']}/v4/sports/baseball_mlb/odds?${query}american`
    expect((await recorded.get(url)).status).toBe(500)
    replay.fail('odds-api', null)
    expect(priceOf((await recorded.get(url)).json)).toBe(110)
    expect(replay.served('odds-api')).toBe(1)
  })
})
