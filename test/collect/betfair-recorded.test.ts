import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'

import { beforeAll, describe, expect, it } from 'vitest'

import { betfairFeed } from '../../functions/collect/betfair/feed.ts'
import { following } from '../support/following.ts'
import { recordingsFolder } from '../support/recordings.ts'
import { type DedupedBooks, dedupedBooks } from '../support/through.ts'
import { valuesOf, valuesOfTicks } from '../support/replay.ts'

const folder = path.join(recordingsFolder() ?? '', 'betfair')
if (recordingsFolder() === undefined)
  console.warn('No recordings found (ODDS_RECORDINGS): the tests on Betfair’s messages are skipped')

type Definition = {
  status: string
  inPlay: boolean
  runners: { id: number; status: string; name?: string }[]
}
type Change = { id: number; ltp?: number; atb?: [number, number][]; atl?: [number, number][] }
type Message = { mc: { img?: boolean; marketDefinition?: Definition; rc?: Change[] }[] }

/** The same from the raw messages, by code that shares nothing with the feed: every value a runner had, and every turn of the market. */
function countMessages(file: string) {
  const statuses: Record<string, string> = { OPEN: 'open', SUSPENDED: 'suspended' }
  const results: Record<string, string> = { WINNER: 'won', LOSER: 'lost' }
  const count = { opened: 0, changed: 0, suspensions: 0, resumptions: 0, inPlay: 0, settled: 0 }
  const values = new Map<number, string>()
  const prices = new Map<number, { atb: Map<number, number>; atl: Map<number, number>; ltp: number | null }>()
  let market: Definition | undefined
  const lines = gunzipSync(readFileSync(path.join(folder, file)))
    .toString()
    .trimEnd()
    .split('\n')
  for (const { mc } of lines.map((line) => JSON.parse(line) as Message)) {
    for (const { marketDefinition, rc = [] } of mc) {
      const before = market
      market = marketDefinition ?? market
      if (before?.status === 'OPEN' && market?.status === 'SUSPENDED') count.suspensions++
      if (before?.status === 'SUSPENDED' && market?.status === 'OPEN') count.resumptions++
      if (before !== undefined && before.inPlay !== market?.inPlay) count.inPlay++
      for (const { id, ltp, atb = [], atl = [] } of rc) {
        const runner = prices.get(id) ?? { atb: new Map<number, number>(), atl: new Map<number, number>(), ltp: null }
        prices.set(id, { ...runner, ltp: ltp ?? runner.ltp })
        for (const [price, size] of atb) void (size === 0 ? runner.atb.delete(price) : runner.atb.set(price, size))
        for (const [price, size] of atl) void (size === 0 ? runner.atl.delete(price) : runner.atl.set(price, size))
      }
      for (const { id, status } of market?.runners ?? []) {
        const { atb, atl, ltp } = prices.get(id) ?? { atb: new Map(), atl: new Map(), ltp: null }
        const back = atb.size === 0 ? null : Math.max(...atb.keys())
        const lay = atl.size === 0 ? null : Math.min(...atl.keys())
        const now = market?.status === 'CLOSED' ? 'settled' : (statuses[market?.status ?? ''] ?? '?')
        const value = JSON.stringify([ltp, back, lay, now, results[status] ?? null])
        if (!values.has(id)) count.opened++
        else if (values.get(id) !== value) count[now === 'settled' ? 'settled' : 'changed']++
        values.set(id, value)
      }
    }
  }
  return { ...count, messages: lines.length, values }
}

/** The file played at full speed through the feed, the follower and dedupe. */
async function played(file: string, catalogue?: string): Promise<DedupedBooks> {
  const url = pathToFileURL(path.join(folder, file)).href
  const options = {
    MARKET_FILTER: '{}',
    CATALOGUE_URL: catalogue === undefined ? '' : pathToFileURL(path.join(folder, catalogue)).href,
  }
  const worker = following(betfairFeed({ url, key: undefined, options }))
  expect(await worker.ended).toBe('over')
  expect(worker.letters).toEqual([])
  expect(worker.stored?.health).toMatchObject({ rejected: 0, drift: { unknown: [], vanished: [] } })
  const deduped = dedupedBooks()
  deduped.take(worker.hub)
  return deduped
}

const bookIn = ({ books }: DedupedBooks) => [...books.values()][0]
const valuesIn = (deduped: DedupedBooks) =>
  new Map(
    bookIn(deduped)?.selections.map(({ id, quotes: [quote] }) => {
      const { last, back, lay, status, outcome } = quote ?? {}
      return [Number(id.replace('betfair:', '')), JSON.stringify([last, back, lay, status, outcome])]
    }),
  )

describe.skipIf(recordingsFolder() === undefined)('a place market of ten horses: 21,922 recorded messages of Betfair', () => {
  let deduped: DedupedBooks
  let counted: ReturnType<typeof countMessages>
  beforeAll(async () => {
    deduped = await played('SELF-1.181223995.jsonl.gz')
    counted = countMessages('SELF-1.181223995.jsonl.gz')
  })

  it('end in the book that the raw messages give, rebuilt by other code', () => {
    expect(counted.messages).toBe(21_922)
    expect(valuesIn(deduped)).toEqual(counted.values)
    expect(bookIn(deduped)).toMatchObject({
      marketId: 'betfair:1.181223995',
      topic: 'sports',
      name: 'Warwick: place, 2021-03-30 16:20 UTC',
      status: 'settled',
      inPlay: true,
      fixture: { id: 'betfair:30388764', name: 'Warwick', startsAtMs: Date.UTC(2021, 2, 30, 16, 20) },
    })
  })

  it('give a tick for each change of a value, and none besides but for turning in play', () => {
    const { opened, changed, settled, inPlay } = counted
    expect({ opened, changed, settled, inPlay }).toEqual({ opened: 10, changed: 11_857, settled: 10, inPlay: 1 })
    expect(deduped.ticks).toHaveLength(opened + changed + settled + inPlay)
    expect(deduped.count('opened')).toBe(opened)
    expect(deduped.count('removed', 'returned', 'rescheduled', 'line-moved')).toBe(0)
  })

  it('have every suspension in the ticks, and that betting went on, in play, and closed with its winners', () => {
    const { suspensions, resumptions, inPlay } = counted
    expect({ suspensions, resumptions }).toEqual({ suspensions: 12, resumptions: 11 })
    expect(deduped.count('suspended')).toBe(10 * suspensions)
    expect(deduped.count('resumed')).toBe(10 * resumptions)
    expect(deduped.count('in-play')).toBe(inPlay)
    const turn = deduped.ticks.find(({ kind }) => kind === 'in-play')
    expect(turn).toMatchObject({ inPlay: true, marketStatus: 'open', publishedAtMs: 1_617_121_234_281 })
    const settled = deduped.ticks.filter(({ kind }) => kind === 'settled')
    expect(settled.filter(({ outcome }) => outcome === 'won')).toHaveLength(3)
    expect(settled.filter(({ outcome }) => outcome === 'lost')).toHaveLength(7)
  })

  it('are told with Betfair’s clock, in order, and say the book again when they are replayed (I1, I11)', () => {
    const seqs = deduped.ticks.map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
    expect(valuesOfTicks(deduped.ticks)).toEqual(valuesOf(bookIn(deduped)))
    expect(
      deduped.ticks.every(({ publishedAtMs }, i) => (publishedAtMs ?? 0) >= (deduped.ticks[i - 1]?.publishedAtMs ?? 0)),
    ).toBe(true)
  })
})

describe.skipIf(recordingsFolder() === undefined)('a race of six greyhounds: 166 recorded messages of Betfair', () => {
  it('is suspended, closed and settled, with every change of a price before that', async () => {
    const deduped = await played('1.197931750.jsonl.gz')
    const { values, ...counted } = countMessages('1.197931750.jsonl.gz')
    expect(valuesIn(deduped)).toEqual(values)
    expect(counted).toMatchObject({ messages: 166, opened: 6, suspensions: 1, resumptions: 0, inPlay: 0, settled: 6 })
    expect(deduped.count('suspended')).toBe(6)
    expect(deduped.count('settled')).toBe(6)
    expect(deduped.ticks).toHaveLength(counted.opened + counted.changed + counted.settled)
  })

  it('has its names from the end of the stream, or from the catalogue at once', async () => {
    const late = await played('1.197931750.jsonl.gz')
    expect(late.ticks[0]?.selectionName).toBe('Runner 44331354')
    expect(bookIn(late)?.name).toBe('Sheffield 19th Apr: OR 280m')
    const named = await played('1.197931750.jsonl.gz', 'catalogue-1.197931750.json')
    expect(named.ticks[0]?.selectionName).toBe('1. Paradise Mission')
    expect(bookIn(named)?.selections.map(({ name }) => name.slice(0, 2))).toEqual(['1.', '2.', '3.', '4.', '5.', '6.'])
  })
})
