import { describe, expect, it } from 'vitest'

import type { MarketId } from '../../functions/book/ids.ts'
import type { HubEvent } from '../../functions/connect/hub-events.ts'
import { BookCache, type HeldBook } from '../../functions/dedupe/book-cache.ts'
import { type BookStore, type DeadLetter, dedupe } from '../../functions/dedupe/dedupe.ts'
import type { Write } from '../../functions/dedupe/plan.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'

/** A store in memory that can be told to fail, to have been overtaken, or to refuse. */
function fakeStore() {
  const books = new Map<MarketId, HeldBook>()
  const writes: Write[] = []
  const trouble: ('away' | 'overtaken' | 'refused' | 'unreadable')[] = []
  let etag = 0
  const store: BookStore = {
    async load(market) {
      if (trouble[0] === 'unreadable') return { kind: 'refused', reason: 'cannot be read' }
      const held = books.get(market)
      return held === undefined ? { kind: 'absent' } : { kind: 'held', held }
    },
    async save(held, write) {
      const what = trouble.shift()
      if (what === 'away') throw new Error('ECONNREFUSED')
      if (what === 'refused') return { kind: 'refused', reason: 'too large' }
      if (what === 'overtaken' || held?.etag !== books.get(write.book.marketId)?.etag) return { kind: 'conflict' }
      writes.push(write)
      books.set(write.book.marketId, { book: write.book, etag: String(++etag) })
      return { kind: 'saved', etag: String(etag) }
    },
  }
  const letters: DeadLetter[] = []
  const deadLetters = { add: async (all: readonly DeadLetter[]) => void letters.push(...all) }
  return { ports: { books: store, deadLetters }, books, writes, trouble, letters }
}

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const event = (value: unknown, sequence: number): HubEvent => ({ body: bytes(value), partition: '3', sequence })
const say = (market: string, asOfMs: number, last: number) => snapshotOf(market, asOfMs, { selections: [quoted('a', { last })] })
const nowMs = () => 10_000

describe('dedupe', () => {
  it('stores what is new, once, however often the batch comes (I2, I5)', async () => {
    const { ports, writes } = fakeStore()
    const batch = [event(say('m', 1, 0.1), 0), event(say('n', 1, 0.1), 1), event(say('m', 2, 0.5), 2), event(say('m', 3, 0.5), 3)]
    const cache = new BookCache()
    expect(await dedupe(batch, ports, cache, nowMs)).toMatchObject({ fresh: 3, duplicate: 1, ticks: 3 })
    expect(await dedupe(batch, ports, cache, nowMs)).toMatchObject({ fresh: 0, duplicate: 4, ticks: 0 })
    expect(await dedupe(batch, ports, new BookCache(), nowMs)).toMatchObject({ fresh: 0, ticks: 0 })
    expect(writes).toHaveLength(2)
  })

  it.each([
    ['not JSON', '{"v":1,', 'message: expected object'],
    ['an HTML page', '<html></html>', 'message: expected object'],
    ['another version', { ...say('m', 1, 0.1), v: 2 }, 'v: version 2, and this reader takes 1'],
    [
      'one that carries the schema of another version',
      { ...say('m', 1, 0.1), schema: 'urn:oddscast:snapshot-message:2.0' },
      'schema: "urn:oddscast:snapshot-message:2.0" is none of urn:oddscast:snapshot-message:1.*',
    ],
    ['a price that is none', say('m', 1, 7), 'message: selections: 7 is no probability price'],
    ['a megabyte of garbage', '\u0001'.repeat(1_000_000), 'message: expected object'],
    ['a clock that runs ahead', say('m', 99_000_000, 0.1), 'asOfMs: 98990000 ms ahead of our clock'],
    [
      'an instant beyond all dates',
      { ...say('m', 1, 0.1), publishedAtMs: 9e15 },
      'publishedAtMs: not a time in whole milliseconds',
    ],
    ['nothing at all', '', 'message: expected object'],
  ])('puts %s aside with its reason, and stores its neighbours (I7)', async (_what, poison, reason) => {
    const { ports, writes, letters } = fakeStore()
    const report = await dedupe(
      [event(say('m', 1, 0.1), 7), event(poison, 8), event(say('n', 1, 0.1), 9)],
      ports,
      new BookCache(),
      nowMs,
    )
    expect(report).toMatchObject({ fresh: 2, rejected: 1 })
    expect(writes).toHaveLength(2)
    expect(letters).toMatchObject([{ partition: '3', sequence: 8, reason }])
  })

  it('judges again on what is stored when another worker was first', async () => {
    const { ports, writes, trouble, books } = fakeStore()
    const cache = new BookCache()
    await dedupe([event(say('m', 1, 0.1), 0)], ports, cache, nowMs)
    trouble.push('overtaken', 'overtaken')
    expect(await dedupe([event(say('m', 2, 0.5), 1)], ports, cache, nowMs)).toMatchObject({ fresh: 1, conflicts: 2, ticks: 1 })
    expect(writes).toHaveLength(2)
    expect([...books.values()].map(({ book }) => book.seq)).toEqual([2])
  })

  it('throws when the store is away, so that no checkpoint passes it (I6), after all others had their turn', async () => {
    const { ports, writes, trouble } = fakeStore()
    trouble.push('away')
    const batch = [event(say('m', 1, 0.1), 0), event(say('n', 1, 0.1), 1)]
    const cache = new BookCache()
    await expect(dedupe(batch, ports, cache, nowMs)).rejects.toThrow('1 of 2 markets were not stored')
    expect(writes).toHaveLength(1)
    expect(await dedupe(batch, ports, cache, nowMs)).toMatchObject({ fresh: 1, duplicate: 1 })
  })

  it('puts aside what the store will never take, and goes on', async () => {
    const { ports, trouble, letters } = fakeStore()
    trouble.push('refused')
    expect(await dedupe([event(say('m', 1, 0.1), 0)], ports, new BookCache(), nowMs)).toMatchObject({ rejected: 1, ticks: 0 })
    expect(letters).toMatchObject([{ sequence: 0, reason: 'too large' }])
  })

  it('puts aside what belongs to a stored book that cannot be read', async () => {
    const { ports, trouble, letters } = fakeStore()
    trouble.push('unreadable')
    expect(await dedupe([event(say('m', 1, 0.1), 0)], ports, new BookCache(), nowMs)).toMatchObject({ rejected: 1, ticks: 0 })
    expect(letters).toMatchObject([{ sequence: 0, reason: 'cannot be read' }])
  })

  it('does without the numbers of the hub where the host cannot match them', async () => {
    const { ports, writes } = fakeStore()
    const blind = { ...event(say('m', 1, 0.1), 0), sequence: undefined }
    await dedupe([blind, blind], ports, new BookCache(), nowMs)
    expect(writes).toHaveLength(1)
  })

  it('holds no more books than it is told to (I9)', () => {
    const cache = new BookCache(2)
    const held = { book: undefined as never, etag: '' }
    for (const id of ['a', 'b', 'a', 'c']) cache.set(id as MarketId, held)
    expect(['a', 'b', 'c'].map((id) => cache.get(id as MarketId) !== undefined)).toEqual([true, false, true])
  })
})
