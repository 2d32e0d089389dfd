import type { Database } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { FixtureDocument } from '../../functions/book/fixtures.ts'
import { topicOf } from '../../functions/book/ids.ts'
import { fixtureStore as writingStore } from '../../functions/collect/fixtures/cosmos.ts'
import { fixtureStore } from '../../functions/view/cosmos.ts'
import { type FixturesAnswer, getFixture, getFixtures } from '../../functions/view/api/fixtures.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'
import { type OurCosmos, ourCosmos } from '../support/our-cosmos.ts'

let cosmos: OurCosmos
let database: Database

beforeAll(async () => {
  cosmos = await ourCosmos()
  database = cosmos.database
})
afterAll(() => cosmos.close())

const fixture = (id: string, startsAtMs: number, more: Partial<FixtureDocument> = {}): FixtureDocument => ({
  id,
  topic: topicOf('sports'),
  name: `Fixture ${id}`,
  startsAt: new Date(startsAtMs).toISOString(),
  startsAtMs,
  status: 'scheduled',
  home: null,
  away: null,
  competition: null,
  links: [],
  updatedAtMs: 1,
  ...more,
})
const day = (n: number) => Date.UTC(2026, 4, n)
const unreadable: string[] = []

const ask = asking(portsOf({ fixtures: async () => fixtureStore(database, (reason) => unreadable.push(reason)) }))

async function list(query: string, ifNoneMatch = '') {
  const reply = await ask(getFixtures, query, { headers: { 'if-none-match': ifNoneMatch } })
  const body = reply.body === '' ? { fixtures: [], next: null } : (jsonIn(reply) as FixturesAnswer)
  return { ...reply, ids: body.fixtures?.map(({ id }) => id), next: body.next }
}

describe('fixtures, on Cosmos DB', () => {
  const links = [
    { question: 'winner', selections: [{ name: 'Yes', quotes: [{ marketId: 'a:1', selectionId: 'a:2' }] }] },
  ] as never

  it('are written one by one, and each is new once', async () => {
    const store = writingStore(database)
    const all = [
      fixture('b', day(2)),
      fixture('a', day(2)),
      fixture('c', day(1), { links }),
      fixture('d', day(3), { topic: topicOf('politics') }),
    ]
    expect(await Promise.all(all.map((each) => store.put(each)))).toEqual(all.map(() => ({ isNew: true })))
    expect(await store.put(fixture('b', day(2)))).toEqual({ isNew: false })
    await database.container('fixtures').items.create({ id: 'broken', startsAt: '2026-05-02T00:00:00.000Z' })
  })

  it('are listed by start, from an instant to before another, of a topic; what cannot be read is left out and told', async () => {
    expect((await list('')).ids).toEqual(['c', 'a', 'b', 'd'])
    expect(unreadable).toEqual([expect.stringContaining('topic: missing')])
    expect((await list('from=2026-05-02&to=2026-05-03T00:00Z')).ids).toEqual(['a', 'b'])
    expect((await list(`to=${day(2)}`)).ids).toEqual(['c'])
    expect((await list('topic=politics')).ids).toEqual(['d'])
    expect(await list('topic=weather')).toMatchObject({ status: 400 })
    expect(await list('from=soon')).toMatchObject({ status: 400 })
  })

  it('are not sent again to whoever holds the list already, until one changes', async () => {
    const { etag = '' } = (await list('')).headers
    expect(await list('', etag)).toMatchObject({ status: 304, body: '' })
    await writingStore(database).put(fixture('b', day(2), { updatedAtMs: 2 }))
    expect(await list('', etag)).toMatchObject({ status: 200 })
  })

  it('are given by their id, links and all', async () => {
    const get = (id: string) => ask(getFixture, '', { params: { id } })
    expect(jsonIn(await get('c'))).toEqual(fixture('c', day(1), { links }))
    expect(await get('nobody')).toMatchObject({ status: 404 })
    expect(await get('a#b')).toMatchObject({ status: 400 })
  })

  it('come in pages, each of whole instants, that together are everything once', async () => {
    const store = writingStore(database)
    const starts = Array.from({ length: 1_300 }, (_, i) => day(10) + (i < 600 ? 0 : Math.floor(i / 7)) * 60_000)
    await Promise.all(starts.map((startsAtMs, i) => store.put(fixture(`p${i}`, startsAtMs))))
    const pages: string[][] = []
    let next: string | null = `/api/fixtures?from=${day(10)}`
    while (next !== null && pages.length < 10) {
      const page: Awaited<ReturnType<typeof list>> = await list(next.split('?')[1] ?? '')
      pages.push(page.ids)
      next = page.next
    }
    expect(pages.map(({ length }) => length)).toEqual([600, expect.any(Number), expect.any(Number)])
    const seen = pages.flat()
    expect(seen).toHaveLength(1_300)
    expect(new Set(seen).size).toBe(1_300)
  })
})
