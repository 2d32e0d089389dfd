import type { Database } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { bookDocument } from '../../functions/book/documents.ts'
import type { FixtureDocument } from '../../functions/book/fixtures.ts'
import { type MarketId, topicOf } from '../../functions/book/ids.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { alertStore, linkedFixtures, venueBooks } from '../../functions/detect/cosmos.ts'
import { linkedQuestions } from '../../functions/detect/linked.ts'
import { alertOf } from '../support/alerts.ts'
import { heard, minute } from '../support/watching.ts'
import { type OurCosmos, ourCosmos } from '../support/our-cosmos.ts'

let cosmos: OurCosmos
let database: Database

beforeAll(async () => {
  cosmos = await ourCosmos()
  database = cosmos.database
})
afterAll(() => cosmos.close())

const signal = () => AbortSignal.timeout(20_000)

describe('alerts, on Cosmos DB', () => {
  const raise = (...ids: string[]) => alertStore(database, signal()).raise(ids.map((id) => alertOf(id)))

  it('are kept flat, once, with an end (I5)', async () => {
    expect(await raise('move:a', 'move:b')).toEqual({ raised: 2, refused: [] })
    expect(await raise('move:b', 'move:c')).toEqual({ raised: 1, refused: [] })
    const { resource } = await database.container('alerts').item('move:a', 'politics').read<object>()
    expect(resource).toMatchObject({ ...alertOf('move:a'), type: 'alert', at: '1970-01-01T00:01:40.000Z' })
    const { resource: container } = await database.container('alerts').read()
    expect(container?.defaultTtl).toBe(30 * 86_400)
  })

  it.each([
    ['is throttled for a moment', { status: 429, count: 2, retryAfterMs: 5 }],
    ['loses the answer to a write that did happen', { status: 429, count: 1, retryAfterMs: 5, afterCommit: true }],
  ])('are kept once when the store %s', async (what, fault) => {
    cosmos.server.faults.add({ ...fault, path: '/colls/alerts/' })
    await raise(`move:${what}`)
    const query = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: `move:${what}` }] }
    expect((await database.container('alerts').items.query(query).fetchAll()).resources).toHaveLength(1)
  })

  it('throws when the store fails, so that the batch comes again (I6)', async () => {
    cosmos.server.faults.add({ status: 500, count: 1, path: '/colls/alerts/' })
    await expect(raise('move:lost')).rejects.toMatchObject({ code: 500 })
    expect(await raise('move:lost')).toEqual({ raised: 1, refused: [] })
  })

  it('names what the store will never take, and keeps its neighbours (I7)', async () => {
    cosmos.server.faults.add({ status: 413, count: 1, path: '/colls/alerts/' })
    const { raised, refused } = await raise('move:large', 'move:small')
    expect([raised, refused.length]).toEqual([1, 1])
    expect(refused[0]).toContain('of testfeed:m: 413')
  })
})

describe('links, on Cosmos DB', () => {
  const startsAtMs = 10 * 86_400_000
  const quote = { marketId: 'testfeed:m', selectionId: 'testfeed:yes' }
  const fixture = (id: string, more: Partial<FixtureDocument> = {}) => ({
    id,
    topic: topicOf('sports'),
    name: `Fixture ${id}`,
    startsAt: new Date(startsAtMs).toISOString(),
    startsAtMs,
    status: 'scheduled',
    home: null,
    away: null,
    competition: null,
    links: [{ question: 'Who wins?', selections: [{ name: 'A', quotes: [quote] }] }],
    updatedAtMs: 1,
    ...more,
  })

  it('are those of fixtures that are not over, read once a minute, by market', async () => {
    const fixtures = database.container('fixtures')
    await fixtures.items.create(fixture('linked'))
    await fixtures.items.create(fixture('unlinked', { links: [] }))
    await fixtures.items.create(fixture('finished', { status: 'finished' }))
    await fixtures.items.create(fixture('old', { startsAt: new Date(startsAtMs - 9 * 86_400_000).toISOString() }))
    await fixtures.items.create(fixture('broken', { name: '' }))
    let nowMs = startsAtMs
    let reads = 0
    const questions = linkedQuestions(
      async () => {
        reads++
        const found = await linkedFixtures(database, nowMs, signal())
        expect(found.unreadable).toHaveLength(1)
        return found.fixtures
      },
      () => nowMs,
    )
    const about = async (...markets: string[]) =>
      (await questions.about(markets as MarketId[])).map(({ fixtureId, name }) => [fixtureId, name])
    expect(await Promise.all([about('testfeed:m', 'testfeed:n'), about('testfeed:n')])).toEqual([
      [['linked', 'Fixture linked: Who wins?']],
      [],
    ])
    await fixtures.item('linked', 'linked').delete()
    nowMs += minute - 1
    expect(await about('testfeed:m')).toHaveLength(1)
    nowMs += 1
    expect(await about('testfeed:m')).toEqual([])
    expect(reads).toBe(2)
  })

  it('are asked for again when they could not be read', async () => {
    let away = true
    const questions = linkedQuestions(
      async () => (away ? Promise.reject(new Error('ECONNREFUSED')) : []),
      () => 1,
    )
    await expect(questions.about([])).rejects.toThrow('ECONNREFUSED')
    away = false
    expect(await questions.about([])).toEqual([])
  })
})

describe('books of other venues, on Cosmos DB', () => {
  it('come with when their feed was last read completely, and are left out where there is none that can be read', async () => {
    const verdict = judge(heard(10 * minute, { yes: { alpha: 0.4 } }), undefined, undefined, 10 * minute)
    if (verdict.kind !== 'fresh') throw new Error('the first message must be fresh')
    const odds = database.container('odds')
    await odds.items.create(bookDocument(verdict.book, 86_400))
    await odds.items.create({ id: 'book', type: 'book', marketId: 'testfeed:torn' })
    await database.container('feeds').items.create({ id: 'testfeed', feed: 'testfeed', completeAtMs: 11 * minute })
    await database.container('feeds').items.create({ id: 'dedupe:testfeed', type: 'dedupe-counts' })
    const markets = ['testfeed:m', 'testfeed:torn', 'testfeed:none'] as MarketId[]
    const books = await venueBooks(database, signal()).read(markets)
    expect([...books.keys()]).toEqual(['testfeed:m'])
    expect(books.get(markets[0] as MarketId)).toEqual({ book: verdict.book, confirmedAtMs: 11 * minute })
  })
})
