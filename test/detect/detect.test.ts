import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Alert } from '../../functions/book/alert.ts'
import type { MarketId, SelectionId } from '../../functions/book/ids.ts'
import type { HubEvent } from '../../functions/connect/hub-events.ts'
import { judge as judgeBook } from '../../functions/dedupe/judge.ts'
import { detect, type DetectPorts } from '../../functions/detect/detect.ts'
import { Memory } from '../../functions/detect/memory.ts'
import type { Question, VenueBook } from '../../functions/detect/venues.ts'
import { topicOf } from '../../functions/book/ids.ts'
import { story } from '../support/stories.ts'
import { heard, type Heard, inShort, minute, type Prices, usual } from '../support/watching.ts'

const nowMs = () => 12 * minute
const event = (value: unknown, sequence: number | undefined, partition = '3'): HubEvent => ({
  body: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
  partition,
  sequence,
})
const said = (market: string, atMs: number, back: number, more: Heard = {}) =>
  heard(atMs, { yes: { alpha: back } }, { market, ...more })

/** A store in memory, that can be away. */
function fakePorts(questions: readonly Question[] = [], books: readonly VenueBook[] = []) {
  const kept = new Map<string, Alert>()
  const self = {
    kept,
    away: false,
    asked: 0,
    read: [] as MarketId[],
    ports: {
      alerts: {
        async raise(alerts) {
          if (self.away) throw new Error('ECONNREFUSED')
          self.asked++
          const fresh = alerts.filter(({ id }) => !kept.has(id))
          for (const alert of fresh) kept.set(alert.id, alert)
          return { raised: fresh.length, refused: [] }
        },
      },
      questions: {
        async about(markets) {
          const all = new Set(markets)
          return questions.filter(({ selections }) =>
            selections.some(({ quotes }) => quotes.some(({ marketId }) => all.has(marketId))),
          )
        },
      },
      books: {
        async read(markets) {
          self.read.push(...markets)
          return new Map(books.map((venue) => [venue.book.marketId, venue]))
        },
      },
    } satisfies DetectPorts,
  }
  return self
}

describe('detect', () => {
  it('keeps each alert once, however often the batch comes (I5)', async () => {
    const { ports, kept } = fakePorts()
    const batch = [event(said('m', 10 * minute, 0.3), 0), event(said('m', 11 * minute, 0.4), 1)]
    const memory = new Memory()
    expect(await detect(batch, ports, memory, usual, nowMs)).toMatchObject({ followed: 2, found: 1, raised: 1 })
    expect(await detect(batch, ports, memory, usual, nowMs)).toMatchObject({ old: 2, found: 0, raised: 0 })
    expect(await detect(batch, ports, new Memory(), usual, nowMs)).toMatchObject({ found: 1, raised: 0 })
    expect([...kept.values()].map(inShort)).toEqual(['move yes 10'])
  })

  it('throws when the store is away, and has then learned nothing: the batch gives the same alert when it comes again (I6)', async () => {
    const fake = fakePorts()
    const memory = new Memory()
    await detect([event(said('m', 10 * minute, 0.3), 0)], fake.ports, memory, usual, nowMs)
    const batch = [event(said('m', 10.5 * minute, 0.32), 1), event(said('m', 11 * minute, 0.4), 2)]
    fake.away = true
    await expect(detect(batch, fake.ports, memory, usual, nowMs)).rejects.toThrow('ECONNREFUSED')
    fake.away = false
    expect(await detect(batch, fake.ports, memory, usual, nowMs)).toMatchObject({ followed: 2, raised: 1 })
  })

  it.each([
    ['not JSON', '{"v":1,'],
    ['another version', { ...said('m', 10 * minute, 0.3), v: 2 }],
    ['nothing at all', ''],
  ])('counts %s, and judges its neighbours (I7)', async (_what, poison) => {
    const { ports } = fakePorts()
    const batch = [event(said('m', 10 * minute, 0.3), 0), event(poison, 1), event(said('m', 11 * minute, 0.4), 2)]
    expect(await detect(batch, ports, new Memory(), usual, nowMs)).toMatchObject({ followed: 2, unreadable: 1, raised: 1 })
  })

  it('does not ask the store again about an arbitrage that lasts', async () => {
    const fake = fakePorts()
    const memory = new Memory()
    const prices: Prices = { home: { alpha: 0.45, beta: 0.55 }, away: { alpha: 0.56, beta: 0.46 } }
    for (const sequence of [0, 1, 2]) {
      const batch = [event(heard((10 + sequence / 4) * minute, prices), sequence)]
      expect(await detect(batch, fake.ports, memory, usual, nowMs)).toMatchObject({ found: 1 })
    }
    expect(fake.asked).toBe(1)
  })

  describe('believes what a message says of the one before it', () => {
    /** The price rests for half an hour, the feed is read all the while, then it moves. */
    const story = async (between: readonly HubEvent[], second: number | undefined) => {
      const { ports } = fakePorts()
      const memory = new Memory()
      const late = said('m', 40 * minute, 0.4, { readMsBefore: 30_000 })
      const afterAll = () => 41 * minute
      await detect([event(said('m', 10 * minute, 0.3), 0)], ports, memory, usual, afterAll)
      if (between.length > 0) await detect(between, ports, memory, usual, afterAll)
      return (await detect([event(late, second)], ports, memory, usual, afterAll)).found
    }
    it.each<[string, readonly HubEvent[], number | undefined, number]>([
      ['when it saw that one', [], 1, 1],
      ['when it saw that one, and others since', [event(said('n', 11 * minute, 0.3), 1)], 2, 1],
      ['when that one came again', [event(said('m', 10 * minute, 0.3), 0)], 1, 1],
      ['not when events went elsewhere meanwhile', [], 7, 0],
      ['not when one of them could not be read', [event('garbage', 1)], 2, 0],
      ['not where the host cannot say', [], undefined, 0],
    ])('%s', async (_what, between, sequence, found) => {
      expect(await story(between, sequence)).toBe(found)
    })
  })

  it('finds the same, however the messages are cut into batches', async () => {
    let found = 0
    const afterAll = () => 24 * 60 * minute
    await fc.assert(
      fc.asyncProperty(story, fc.array(fc.nat({ max: 4 })), async (all, cuts) => {
        const events = all.map((message, i) => event(message, i))
        const whole = fakePorts()
        await detect(events, whole.ports, new Memory(), usual, afterAll)
        const parts = fakePorts()
        const memory = new Memory()
        for (const size of [...cuts, events.length]) await detect(events.splice(0, size), parts.ports, memory, usual, afterAll)
        expect([...parts.kept.keys()].sort()).toEqual([...whole.kept.keys()].sort())
        found += whole.kept.size
      }),
    )
    expect(found).toBeGreaterThan(0)
  })

  it('holds no more markets and quotes than it is told to, and forgets those of which it heard least recently (I9)', async () => {
    const { ports } = fakePorts()
    const memory = new Memory({ maxMarkets: 2, maxQuotes: 100 })
    const hear = (market: string, sequence: number, quotes = 1) => {
      const prices = { yes: Object.fromEntries(Array.from({ length: quotes }, (_, i) => [`b${i}`, 0.3])) }
      return detect([event(heard((10 + sequence / 100) * minute, prices, { market }), sequence)], ports, memory, usual, nowMs)
    }
    for (const [i, market] of ['a', 'b', 'a', 'c'].entries()) await hear(market, i)
    expect(memory.size).toEqual({ markets: 2, quotes: 2 })
    const known = (market: string) => memory.draft().track(`testfeed:${market}` as MarketId) !== undefined
    expect(['a', 'b', 'c'].map(known)).toEqual([true, false, true])
    await hear('d', 4, 100)
    expect(memory.size).toEqual({ markets: 1, quotes: 100 })
  })
})

describe('detect, across venues', () => {
  const quote = (market: string, selection: string) => ({
    marketId: `testfeed:${market}` as MarketId,
    selectionId: `testfeed:${selection}` as SelectionId,
  })
  const question: Question = {
    fixtureId: 'final',
    topic: topicOf('sports'),
    name: 'A at B: Who wins?',
    inPlay: false,
    startsAtMs: 60 * minute,
    selections: [
      { name: 'A', quotes: [quote('one', 'yes')] },
      { name: 'B', quotes: [quote('two', 'yes')] },
    ],
  }
  function stored(back: number): VenueBook {
    const verdict = judgeBook(said('two', 10 * minute, back), undefined, undefined, 10 * minute)
    if (verdict.kind !== 'fresh') throw new Error('the first message must be fresh')
    return { book: verdict.book, confirmedAtMs: 11 * minute }
  }

  it('takes the market that has moved from its message, and the other from the store', async () => {
    const fake = fakePorts([question], [stored(0.5)])
    await detect([event(said('one', 11 * minute, 0.4), 0)], fake.ports, new Memory(), usual, nowMs)
    expect([...fake.kept.values()].map(inShort)).toEqual(['arbitrage 11.1111'])
    expect(fake.read).toEqual(['testfeed:two'])
  })

  it('takes both from their messages where both have moved, and gives the same alert', async () => {
    const [first, both] = [fakePorts([question], [stored(0.5)]), fakePorts([question], [stored(0.7)])]
    const batch = [event(said('one', 11 * minute, 0.4), 0), event(said('two', 11 * minute, 0.5), 1)]
    await detect(batch.slice(0, 1), first.ports, new Memory(), usual, nowMs)
    await detect(batch, both.ports, new Memory(), usual, nowMs)
    expect([...both.kept.keys()]).toEqual([...first.kept.keys()])
    expect(both.read).toEqual([])
  })

  it('makes nothing of old messages, which no price elsewhere is as old as', async () => {
    const fake = fakePorts([question], [stored(0.5)])
    await detect([event(said('one', 8 * minute, 0.4), 0)], fake.ports, new Memory(), usual, nowMs)
    expect([fake.kept.size, fake.read.length]).toEqual([0, 0])
  })

  it('makes nothing of prices that are minutes apart when the fixture is in play', async () => {
    const fake = fakePorts([{ ...question, startsAtMs: 5 * minute }], [stored(0.5)])
    await detect([event(said('one', 11 * minute, 0.4), 0)], fake.ports, new Memory(), usual, nowMs)
    expect(fake.kept.size).toBe(0)
  })

  it('reads nothing for a market that no fixture links', async () => {
    const fake = fakePorts([question], [stored(0.5)])
    await detect([event(said('three', 11 * minute, 0.4), 0)], fake.ports, new Memory(), usual, nowMs)
    expect(fake.read).toEqual([])
  })
})
