import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bookmakerOf } from '../../functions/book/ids.ts'
import { getLatest, type LatestAnswer } from '../../functions/view/api/latest.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'
import { type OddsInCosmos, oddsInCosmos } from '../support/odds-in-cosmos.ts'
import { publishedCheck } from '../support/schema-check.ts'

let odds: OddsInCosmos
const ask = (search = '', headers: Record<string, string> = {}) =>
  asking(portsOf({ odds: async () => odds.store }))(getLatest, search, { headers })
const rowsOf = async (search = '') => (jsonIn(await ask(search)) as LatestAnswer).rows

beforeAll(async () => {
  odds = await oddsInCosmos()
  const home = quoted('home', { last: 0.5, back: 0.5, lay: 0.4, bookmaker: bookmakerOf('alpha') })
  const other = quoted('home', { back: 0.8, point: -1.5, bookmaker: bookmakerOf('beta') })
  const named = { ...home, name: '=1+1', quotes: [...home.quotes, ...other.quotes] }
  await odds.say([
    snapshotOf('n', 2_000, { status: 'suspended', selections: [quoted('b', { last: 0.25, back: 0.25 })] }),
    snapshotOf('m', 1_000, { startsAtMs: 5_000, inPlay: true, selections: [named] }),
  ])
})
afterAll(() => odds.close())

describe('GET /api/latest, on Cosmos DB', () => {
  it('has the columns of market_data first, in their order, and then ours', async () => {
    const [row = {}] = await rowsOf()
    const [names = ''] = String((await ask('format=csv')).body).split('\r\n')
    expect(names.split(',')).toEqual(Object.keys(row))
    expect(names).toMatch(/^data_id,name,image,market_image,price,buy,sell,timestamp,market_id,market_name,feed,topic,bookmaker,/)
  })

  it('has a row for each selection and bookmaker, in the order of the markets', async () => {
    const reply = await ask()
    expect(publishedCheck('latest-answer')(jsonIn(reply))).toBeUndefined()
    expect(await rowsOf()).toMatchObject([
      {
        data_id: 'testfeed:home',
        name: '=1+1',
        price: 0.5,
        buy: 0.5,
        sell: 0.4,
        timestamp: '1970-01-01T00:00:01.000Z',
        market_id: 'testfeed:m',
        market_name: 'Market m',
        bookmaker: 'alpha',
        status: 'open',
        decimal_odds: 2,
        starts_at: '1970-01-01T00:00:05.000Z',
        in_play: true,
      },
      { data_id: 'testfeed:home', bookmaker: 'beta', price: null, buy: 0.8, point: -1.5 },
      { data_id: 'testfeed:b', market_status: 'suspended', status: 'suspended', fixture_id: null, starts_at: null },
    ])
  })

  it('is the same as CSV, where a name that looks like a formula is text', async () => {
    const reply = await ask('', { accept: 'text/csv' })
    expect(reply.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="latest.csv"',
      vary: 'accept',
    })
    const [, first, , third, end] = String(reply.body).split('\r\n')
    expect(first).toMatch(
      /^testfeed:home,'=1\+1,,,0\.5,0\.5,0\.4,1970-01-01T00:00:01\.000Z,testfeed:m,Market m,testfeed,politics,alpha,open,open,,,probability,2,0\.5,/,
    )
    expect(third).toMatch(/^testfeed:b,/)
    expect(end).toBe('')
  })

  it('takes part of it where part is asked for', async () => {
    const idsOf = async (search: string) => (await rowsOf(search)).map(({ market_id }) => market_id)
    expect(await idsOf('status=suspended')).toEqual(['testfeed:n'])
    expect(await idsOf('topic=sports')).toEqual([])
    expect(await idsOf('feed=testfeed&status=open')).toEqual(['testfeed:m', 'testfeed:m'])
  })

  it('is not sent again to whoever holds it, and its two forms are two things to hold', async () => {
    const [json, csv] = [await ask(), await ask('format=csv')]
    const again = (search: string, etag = '') => ask(search, { 'if-none-match': etag }).then(({ status }) => status)
    expect(await again('', json.headers['etag'])).toBe(304)
    expect(await again('format=csv', csv.headers['etag'])).toBe(304)
    expect(await again('format=csv', json.headers['etag'])).toBe(200)
    expect(json.headers['cache-control']).toBe('public, max-age=1, stale-while-revalidate=4')
  })
})
