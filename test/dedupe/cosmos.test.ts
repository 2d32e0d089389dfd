import type { Database } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { TickDocument } from '../../functions/book/documents.ts'
import type { HubEvent } from '../../functions/connect/hub-events.ts'
import { BookCache } from '../../functions/dedupe/book-cache.ts'
import { noCharges } from '../../functions/dedupe/charges.ts'
import { bookStore, deadLetters } from '../../functions/dedupe/cosmos.ts'
import { dedupe, type DedupeReport } from '../../functions/dedupe/dedupe.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'
import { type OurCosmos, ourCosmos } from '../support/our-cosmos.ts'

let cosmos: OurCosmos
let database: Database

beforeAll(async () => {
  cosmos = await ourCosmos()
  database = cosmos.database
})
afterAll(() => cosmos.close())

const nowMs = () => 10_000
const hub = 'odds-politics'
let sequence = 0
const say = (market: string, asOfMs: number, last: number): HubEvent => {
  const message = snapshotOf(market, asOfMs, { selections: [quoted('a', { last })] })
  return { body: Buffer.from(JSON.stringify(message)), partition: '0', sequence: sequence++ }
}
const run = (events: readonly HubEvent[], cache = new BookCache(), charges = noCharges()): Promise<DedupeReport> => {
  const ports = {
    books: bookStore(database, 3_600, AbortSignal.timeout(20_000), charges),
    deadLetters: deadLetters(database, hub, nowMs, AbortSignal.timeout(20_000)),
  }
  return dedupe(events, ports, cache, nowMs)
}
const stored = async (market: string) => {
  const options = { partitionKey: `testfeed:${market}` }
  const { resources } = await database
    .container('odds')
    .items.query<Omit<TickDocument, 'type'> & { type: string }>('SELECT * FROM c', options)
    .fetchAll()
  const ticks = resources.filter(({ type }) => type === 'tick')
  return {
    ticks: ticks.map(({ seq, last }) => [seq, last]).toSorted(([a = 0], [b = 0]) => Number(a) - Number(b)),
    book: resources.find(({ type }) => type === 'book'),
  }
}

describe('the dedupe store, on Cosmos DB', () => {
  it('keeps a book and flat ticks that a table can be made of', async () => {
    await run([say('flat', 1, 0.25)])
    const { resource } = await database.container('odds').item('t:000000000001', 'testfeed:flat').read<TickDocument>()
    expect(resource).toMatchObject({
      type: 'tick',
      ttl: 3_600,
      seq: 1,
      kind: 'opened',
      marketName: 'Market flat',
      last: 0.25,
      back: null,
      decimalOdds: null,
      publishedAt: null,
      observedAt: '1970-01-01T00:00:00.001Z',
      storedAt: '1970-01-01T00:00:10.000Z',
    })
  })

  it('lets the book of a market that has ended outlive its last ticks by a day, and keeps one that goes on, or comes back', async () => {
    const ttl = async () =>
      (await database.container('odds').item('book', 'testfeed:ended').read<{ ttl: number; seq: number }>()).resource?.ttl
    const seen = (asOfMs: number, status: 'open' | 'settled') => {
      const message = snapshotOf('ended', asOfMs, { status, selections: [quoted('a', { last: 0.5, status })] })
      return { body: Buffer.from(JSON.stringify(message)), partition: '0', sequence: sequence++ }
    }
    const cache = new BookCache()
    await run([seen(1, 'open')], cache)
    expect(await ttl()).toBe(-1)
    await run([seen(2, 'settled')], cache)
    expect(await ttl()).toBe(3_600 + 86_400)
    await run([seen(3, 'open')], cache)
    expect(await ttl()).toBe(-1)
  })

  it.each([
    ['is throttled for a moment', { status: 429, count: 2, retryAfterMs: 5 }],
    ['loses the answer to a write that did happen, by throttling', { status: 429, count: 1, retryAfterMs: 5, afterCommit: true }],
    ['says that another was first', { status: 412, count: 2 }],
    ['says that it is there already', { status: 409, count: 1 }],
  ])('stores each tick once when it %s, without the batch coming again', async (what, fault) => {
    const market = `once ${what}`
    const cache = new BookCache()
    await run([say(market, 1, 0.1)], cache)
    cosmos.server.faults.add({ ...fault, operation: 'batch' })
    const report = await run([say(market, 2, 0.5)], cache)
    expect(report.fresh + report.duplicate).toBe(1)
    expect((await stored(market)).ticks).toEqual([
      [1, 0.1],
      [2, 0.5],
    ])
    expect(cosmos.server.faults.pending()).toEqual([])
  })

  it.each([
    ['449', { status: 449, count: 1 }],
    ['500', { status: 500, count: 1 }],
    ['408 to a write that did happen', { status: 408, count: 1, afterCommit: true }],
  ])('throws on %s, so that the batch comes again, and stores each tick once then (I5, I6)', async (what, fault) => {
    const market = `again ${what}`
    const cache = new BookCache()
    const events = [say(market, 1, 0.1), say(market, 2, 0.5)]
    cosmos.server.faults.add({ ...fault, operation: 'batch' })
    await expect(run(events, cache)).rejects.toThrow('must run again')
    await run(events, cache)
    expect((await stored(market)).ticks).toEqual([
      [1, 0.1],
      [2, 0.5],
    ])
  })

  it('adds up what the store asks for, and how often it was too busy', async () => {
    const [first, second, third] = [noCharges(), noCharges(), noCharges()]
    const cache = new BookCache()
    await run([say('dear', 1, 0.1), say('dear too', 1, 0.1)], cache, first)
    await run([say('dear', 2, 0.1)], cache, second)
    cosmos.server.faults.add({ status: 429, count: 2, retryAfterMs: 1, operation: 'batch' })
    await run([say('dear', 3, 0.5)], cache, third)
    // Two books that are not there yet, and two documents each; nothing; one of each.
    expect(first.requestUnits).toBeGreaterThan(2 + 4 * 5)
    expect(first.requestUnits).toBeLessThan(2 + 4 * 7)
    expect([second, { ...third, requestUnits: 0 }]).toEqual([noCharges(), { requestUnits: 0, throttled: 2 }])
    expect(third.requestUnits).toBeGreaterThan(2 * 5)
  })

  it('marks ticks with whose doing they are, where that is told, and leaves no trace of it elsewhere', async () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    const books = bookStore(database, 3_600, AbortSignal.timeout(20_000))
    const marking = { ...books, save: (...[held, write]: Parameters<typeof books.save>) => books.save(held, write, traceparent) }
    const ports = { books: marking, deadLetters: deadLetters(database, hub, nowMs, AbortSignal.timeout(20_000)) }
    await dedupe([say('marked', 1, 0.1)], ports, new BookCache(), nowMs)
    await run([say('marked', 2, 0.5)])
    const read = async (id: string) => (await database.container('odds').item(id, 'testfeed:marked').read()).resource as object
    expect(await read('t:000000000001')).toHaveProperty('traceparent', traceparent)
    expect(await read('t:000000000002')).not.toHaveProperty('traceparent')
    expect(await read('book')).not.toHaveProperty('traceparent')
  })

  it('catches up with another worker by its own refused write (412)', async () => {
    const [mine, theirs] = [new BookCache(), new BookCache()]
    await run([say('race', 1, 0.1)], mine)
    await run([say('race', 2, 0.25)], theirs)
    expect(await run([say('race', 3, 0.5)], mine)).toMatchObject({ fresh: 1, conflicts: 1 })
    expect((await stored('race')).ticks).toEqual([
      [1, 0.1],
      [2, 0.25],
      [3, 0.5],
    ])
  })

  it('stores a market too wide for one atomic batch, whole', async () => {
    const wide = snapshotOf('wide', 1, { selections: Array.from({ length: 250 }, (_, i) => quoted(`s${i}`, { last: 0.5 })) })
    expect(await run([{ body: Buffer.from(JSON.stringify(wide)), partition: '0', sequence: sequence++ }])).toMatchObject({
      ticks: 250,
    })
    const { ticks, book } = await stored('wide')
    expect(ticks).toHaveLength(250)
    expect(book?.seq).toBe(250)
  })

  it('puts aside what the store as a whole refuses, instead of standing still for it (I7)', async () => {
    cosmos.server.faults.add({ status: 413, count: 1, operation: 'batch', path: 'odds' })
    expect(await run([say('huge', 1, 0.1)])).toMatchObject({ fresh: 0, rejected: 1 })
    const query = "SELECT * FROM c WHERE STARTSWITH(c.reason, 'Larger than the store takes')"
    const { resources } = await database.container('dead-letters').items.query(query).fetchAll()
    expect(resources).toHaveLength(1)
    await database.container('dead-letters').item(resources[0].id, hub).delete()
  })

  it('puts aside what a tampered market refuses, and stores its neighbours (I7)', async () => {
    const cache = new BookCache()
    await run([say('torn', 1, 0.1), say('torn', 2, 0.5)], cache)
    await database.container('odds').item('book', 'testfeed:torn').delete()
    const report = await run([say('torn', 3, 0.25), say('whole', 1, 0.1)], new BookCache())
    expect(report).toMatchObject({ fresh: 1, rejected: 1 })
    const { resources } = await database.container('dead-letters').items.query<{ reason: string }>('SELECT * FROM c').fetchAll()
    expect(resources.map(({ reason }) => reason)).toEqual([expect.stringContaining('Delete all documents of this market')])
  })

  it('keeps the same letter once, however often the batch comes (I5)', async () => {
    const poison: HubEvent = { body: Buffer.from('{"v":1,'), partition: '7', sequence: 99 }
    await run([poison])
    await run([poison])
    const query = 'SELECT * FROM c WHERE c.partition = "7"'
    const { resources } = await database.container('dead-letters').items.query(query).fetchAll()
    expect(resources).toMatchObject([
      { hub, partition: '7', sequence: 99, bytes: 7, body: '{"v":1,', at: '1970-01-01T00:00:10.000Z' },
    ])
  })
})
