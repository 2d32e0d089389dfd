import type { Database } from '@azure/cosmos'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { dedupeCountsId, type DedupeCountsDocument } from '../../functions/book/documents.ts'
import { type FeedName, feedName } from '../../functions/book/ids.ts'
import { parseDedupeCounts } from '../../functions/book/wire.ts'
import type { HubEvent } from '../../functions/connect/hub-events.ts'
import { BookCache } from '../../functions/dedupe/book-cache.ts'
import { bookStore, countStore } from '../../functions/dedupe/cosmos.ts'
import { type Counted, type CountStore, FeedCounts } from '../../functions/dedupe/counts.ts'
import { dedupe } from '../../functions/dedupe/dedupe.ts'
import { feed, quoted, snapshotOf } from '../support/arbitrary.ts'
import { type OurCosmos, ourCosmos } from '../support/our-cosmos.ts'

const other = feedName('otherfeed')
const one = { fresh: 1, duplicate: 0, stale: 0, ticks: 2 }

function fakeStore() {
  const written: [FeedName, Counted, number][] = []
  const trouble: Error[] = []
  const store: CountStore = {
    async add(...what) {
      const error = trouble.shift()
      if (error !== undefined) throw error
      written.push(what)
    },
  }
  return { store, written, trouble }
}

describe('the counts of a worker', () => {
  it('are written for each feed at most every five seconds, with all that came in between', async () => {
    const { store, written } = fakeStore()
    const counts = new FeedCounts()
    const batch = async (of: FeedName, atMs: number) => {
      counts.add(of, one, atMs)
      await counts.write(store, atMs)
    }
    for (const atMs of [10_000, 11_000, 14_999]) await batch(feed, atMs)
    expect(written).toEqual([[feed, { ...one, sinceMs: 10_000 }, 10_000]])
    await batch(other, 14_999)
    expect(written).toHaveLength(2)
    await batch(feed, 15_000)
    expect(written.at(-1)).toEqual([feed, { fresh: 3, duplicate: 0, stale: 0, ticks: 6, sinceMs: 11_000 }, 15_000])
  })

  it('that wait are written after the next batch of any feed, and no batch writes what there is not', async () => {
    const { store, written } = fakeStore()
    const counts = new FeedCounts()
    for (const atMs of [10_000, 11_000]) {
      counts.add(feed, one, atMs)
      await counts.write(store, atMs)
    }
    await counts.write(store, 20_000)
    await counts.write(store, 30_000)
    expect(written.map(([, , atMs]) => atMs)).toEqual([10_000, 20_000])
  })

  it('survive a store that is away: they are told, kept, and written later', async () => {
    const { store, written, trouble } = fakeStore()
    const counts = new FeedCounts()
    trouble.push(new Error('ECONNREFUSED'))
    counts.add(feed, one, 10_000)
    expect(await counts.write(store, 10_000)).toEqual(['ECONNREFUSED'])
    counts.add(feed, one, 16_000)
    expect(await counts.write(store, 16_000)).toEqual([])
    expect(written).toEqual([[feed, { fresh: 2, duplicate: 0, stale: 0, ticks: 4, sinceMs: 10_000 }, 16_000]])
  })

  it('are not written twice by batches that end at the same time', async () => {
    const { store, written } = fakeStore()
    const counts = new FeedCounts()
    counts.add(feed, one, 10_000)
    await Promise.all([counts.write(store, 10_000), counts.write(store, 10_000)])
    expect(written).toHaveLength(1)
  })
})

describe('the counts of all workers, on Cosmos DB', () => {
  let cosmos: OurCosmos
  let database: Database

  beforeAll(async () => {
    cosmos = await ourCosmos()
    database = cosmos.database
  })
  afterAll(() => cosmos.close())
  beforeEach(() => cosmos.server.faults.clear())

  const store = () => countStore(database, AbortSignal.timeout(10_000))
  const read = async (of: FeedName) => {
    const { resource } = await database
      .container('feeds')
      .item(dedupeCountsId(of), dedupeCountsId(of))
      .read<DedupeCountsDocument>()
    const parsed = parseDedupeCounts(resource)
    if (!parsed.ok) throw new Error(parsed.reason)
    return parsed.value
  }

  it('begin with the first write and grow with each', async () => {
    const of = feedName('grows')
    await store().add(of, { fresh: 1, duplicate: 20, stale: 3, ticks: 7, sinceMs: 9_000 }, 10_000)
    await store().add(of, { fresh: 2, duplicate: 5, stale: 0, ticks: 4, sinceMs: 14_000 }, 15_000)
    expect(await read(of)).toEqual({
      feed: of,
      sinceMs: 9_000,
      countedAtMs: 15_000,
      fresh: 3,
      duplicate: 25,
      stale: 3,
      ticks: 11,
    })
  })

  it('lose nothing when many workers write the first of a feed at once', async () => {
    const of = feedName('many')
    await Promise.all(Array.from({ length: 8 }, () => store().add(of, { ...one, sinceMs: 9_000 }, 10_000)))
    expect(await read(of)).toMatchObject({ fresh: 8, ticks: 16 })
  })

  it.each([429, 503])('are kept for later when the store answers %i', async (status) => {
    const of = feedName(`answers-${status}`)
    const counts = new FeedCounts()
    cosmos.server.faults.add({ status, count: 1, operation: 'patchItem', retryAfterMs: 2 })
    counts.add(of, one, 10_000)
    await counts.write(store(), 10_000)
    await counts.write(store(), 20_000)
    expect(cosmos.server.faults.pending()).toEqual([])
    expect(await read(of)).toMatchObject({ fresh: 1, ticks: 2 })
  })

  it('tell of a batch what became of it, feed by feed; duplicates write no odds (I2)', async () => {
    const counts = new FeedCounts()
    const cache = new BookCache()
    let sequence = 0
    const say = (last: number, of: FeedName, asOfMs: number): HubEvent => {
      const message = snapshotOf('m', asOfMs, { selections: [quoted('a', { last })] })
      const named = JSON.stringify(message).replaceAll(feed, of)
      return { body: Buffer.from(named), partition: '0', sequence: sequence++ }
    }
    const run = async (events: readonly HubEvent[], atMs: number) => {
      const ports = { books: bookStore(database, 3_600, AbortSignal.timeout(10_000)), deadLetters: { add: async () => {} } }
      await dedupe(events, ports, cache, () => atMs, counts)
      expect(await counts.write(store(), atMs)).toEqual([])
    }
    const etags = async () => {
      const { resources } = await database.container('odds').items.readAll<{ _etag: string }>().fetchAll()
      return resources.map(({ _etag }) => _etag).toSorted()
    }
    await run([say(0.1, feed, 1_000), say(0.2, feed, 1_001), say(0.2, feed, 1_002), say(0.3, other, 1_000)], 10_000)
    const before = await etags()
    await run([say(0.2, feed, 1_003), say(0.2, feed, 1_004), say(0.9, feed, 900), say(0.3, other, 1_001)], 20_000)
    expect(await etags()).toEqual(before)
    expect(await read(feed)).toMatchObject({ fresh: 2, duplicate: 3, stale: 1, ticks: 2, sinceMs: 10_000, countedAtMs: 20_000 })
    expect(await read(other)).toMatchObject({ fresh: 1, duplicate: 1, stale: 0, ticks: 1 })
  })
})
