import { describe, expect, it } from 'vitest'

import { marketIdOf } from '../../functions/book/ids.ts'
import type { Poll, PollAt } from '../../functions/collect/feed.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { everyMs, feed, listed, snapshotOf, type Worker, worker } from '../support/collecting.ts'

const minuteMs = 60_000

describe('a poll', () => {
  it('publishes every market at first, and then only those whose value changed', async () => {
    const w = worker()
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual(['1=0.4', '2=0.6'])
    w.clock.advance(everyMs)
    expect(await w.see({ 1: 0.4, 2: 0.61 })).toEqual(['2=0.61'])
    w.clock.advance(everyMs)
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual(['2=0.6'])
  })

  it('that shows the same twice publishes nothing the second time (I5)', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    const before = w.stored
    expect(await w.see({ 1: 0.4 })).toEqual([])
    expect(w.stored?.openMarkets).toEqual(before?.openMarkets)
    expect(w.stored?.digest).toBe(before?.digest)
  })

  it('publishes a change of status like one of price, and no change of name alone, which dedupe would take for a duplicate', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    w.answer = (at) => complete([snapshotOf('1', 0.4, at.observedAtMs, 'suspended')])
    expect(await w.poll()).toMatchObject({ published: 1, unchanged: 0 })
    w.answer = (at) => {
      const snapshot = snapshotOf('1', 0.4, at.observedAtMs, 'suspended')
      return complete([{ ...snapshot, market: { ...snapshot.market, name: 'Market one' } }])
    }
    expect(await w.poll()).toMatchObject({ published: 0, unchanged: 1 })
  })

  it('publishes everything again every ten minutes, so that the system heals', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    w.clock.advance(10 * minuteMs - 1)
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual([])
    w.clock.advance(1)
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual(['1=0.4', '2=0.6'])
    w.clock.advance(everyMs)
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual([])
  })

  it('forgets what it sent once another worker has polled', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    w.clock.advance(everyMs)
    const other = worker()
    Object.assign(other, { clock: w.clock, stored: w.stored })
    expect(await other.see({ 1: 0.5 })).toEqual(['1=0.5'])
    w.stored = other.stored
    w.clock.advance(everyMs)
    expect(await w.see({ 1: 0.4 })).toEqual(['1=0.4'])
  })

  it('seems to come after the one before it even when the clock of this worker is a little behind', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    const slow = worker()
    Object.assign(slow, { stored: w.stored })
    slow.clock.advance(w.clock.nowMs() - slow.clock.nowMs() - 2_000)
    await slow.see({ 1: 0.5 })
    expect(slow.hub[0]?.asOfMs).toBeGreaterThan(w.hub[0]?.asOfMs ?? Infinity)
  })

  it('leaves nothing behind when it is stopped', async () => {
    const w = worker()
    w.stop.abort()
    expect(await w.see({ 1: 0.4 })).toEqual([])
    expect(w.stored).toBeUndefined()
  })

  it('reports a reader that breaks as a failure of the feed', async () => {
    const w = worker()
    w.answer = () => {
      throw new TypeError('x is\nundefined')
    }
    expect(await w.poll()).toMatchObject({ kind: 'failed', reason: "the feed's reader broke: x is undefined" })
    expect(w.stored?.health.failure?.times).toBe(1)
  })
})

describe('a tombstone', () => {
  it('is said of each open market that a complete poll lacks, once, after the poll (I10)', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    w.clock.advance(everyMs)
    expect(await w.see({ 2: 0.6 })).toEqual(['1 gone'])
    expect(w.hub.at(-1)).toEqual({
      v: 1,
      kind: 'gone',
      marketId: 'testfeed:1',
      feed,
      topic: 'politics',
      asOfMs: w.clock.nowMs(),
      observedAtMs: w.clock.nowMs(),
      publishedAtMs: null,
    })
    expect(await w.see({ 2: 0.6 })).toEqual([])
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual(['1=0.4'])
  })

  it('is said by a worker that never saw the market, too', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    w.memory = newMemory()
    expect(await w.see({ 2: 0.6 })).toEqual(['2=0.6', '1 gone'])
  })

  it.each<[string, (at: PollAt) => Poll]>([
    [
      'complete but for a market without a readable id',
      (at) => ({
        kind: 'complete',
        snapshots: listed({ 2: 0.6 }, at),
        rejected: [{ marketId: null, reason: 'id: expected number', body: '{}' }],
        validators: null,
      }),
    ],
    [
      'partial',
      (at) => ({ kind: 'partial', snapshots: listed({ 2: 0.6 }, at), rejected: [], reason: 'page 2 is missing', unsure: [''] }),
    ],
    ['failed', () => ({ kind: 'failed', reason: 'down', retryAfterMs: null })],
    ['unchanged', () => ({ kind: 'unchanged' })],
  ])('is never said after a poll that was %s (I10)', async (_, answer) => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    w.answer = answer
    await w.poll()
    expect(w.hub.filter((message) => message.kind === 'gone')).toEqual([])
    expect(await w.see({ 2: 0.6 })).toEqual(['1 gone'])
  })

  it('is not said of a market that is listed but cannot be read', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    const rejected = [{ marketId: marketIdOf(feed, 1), reason: 'price: missing', body: '{}' }]
    w.answer = (at) => ({ kind: 'complete', snapshots: listed({ 2: 0.6 }, at), rejected, validators: null })
    expect(await w.poll()).toMatchObject({ kind: 'complete', gone: 0, rejected: 1 })
    expect(await w.see({ 2: 0.6 })).toEqual(['1 gone'])
  })

  it('is not owed to a market that was settled', async () => {
    const w = worker()
    w.answer = (at) => complete([snapshotOf('1', 1, at.observedAtMs, 'settled'), snapshotOf('2', 0.5, at.observedAtMs, 'closed')])
    expect(await w.poll()).toMatchObject({ published: 2 })
    expect(await w.see({ 3: 0.5 })).toEqual(['3=0.5', '2 gone'])
  })
})

describe('an answer of "not modified"', () => {
  const validators = { etag: '"7"', lastModified: null }
  const modified = (w: Worker) => {
    w.answer = (at) => (at.validators === null ? { ...complete(listed({ 1: 0.4 }, at)), validators } : { kind: 'unchanged' })
  }

  it('is asked for with what the last body came with, and is as good as a complete poll', async () => {
    const w = worker()
    modified(w)
    await w.poll()
    w.clock.advance(everyMs)
    expect(await w.poll()).toMatchObject({ kind: 'unchanged' })
    expect(w.asked.map((at) => at.validators)).toEqual([null, validators])
    expect(w.stored?.health).toMatchObject({ completeAtMs: w.clock.nowMs(), published: 0, unchanged: 1, markets: 1 })
  })

  it('is not asked for when everything is to be sent again', async () => {
    const w = worker()
    modified(w)
    await w.poll()
    w.clock.advance(10 * minuteMs)
    expect(await w.poll()).toMatchObject({ kind: 'complete', published: 1 })
  })

  it('is not asked for after a poll of which something was not published or not saved', async () => {
    for (const port of ['hub', 'save'] as const) {
      const w = worker()
      modified(w)
      await w.poll()
      w.memory.validators = null
      w.broken[port] = true
      if (port === 'hub') w.memory.hashes.clear()
      await w.poll()
      w.broken[port] = false
      await w.poll()
      expect(w.asked.at(-1)?.validators).toBeNull()
    }
  })
})

function complete(snapshots: ReturnType<typeof listed>): Extract<Poll, { kind: 'complete' }> {
  return { kind: 'complete', snapshots, rejected: [], validators: null }
}
