import { describe, expect, it } from 'vitest'

import { marketIdOf } from '../../functions/book/ids.ts'
import type { Poll } from '../../functions/collect/feed.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { everyMs, feed, listed, worker } from '../support/collecting.ts'

const minuteMs = 60_000

describe('when the event hub does not take a poll', () => {
  it('the poll counts as failed and the next one heals it', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    const completeAtMs = w.stored?.health.completeAtMs
    w.clock.advance(everyMs)
    w.broken.hub = true
    expect(await w.see({ 1: 0.5, 3: 0.1 })).toEqual([])
    expect(w.stored?.health).toMatchObject({
      completeAtMs,
      failure: { reason: 'not published: hub is away', times: 1, retryAtMs: null },
    })
    w.broken.hub = false
    w.clock.advance(everyMs)
    expect(await w.see({ 1: 0.5, 3: 0.1 })).toEqual(['1=0.5', '3=0.1', '2 gone'])
    expect(w.stored?.health.failure).toBeNull()
  })

  it('a price that went back meanwhile goes out again, for the hub may have taken the other one', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    w.broken.hub = true
    await w.see({ 1: 0.5 })
    w.broken.hub = false
    expect(await w.see({ 1: 0.4 })).toEqual(['1=0.4'])
  })
})

describe('when the store does not answer', () => {
  it('known markets still go out, new ones wait, none is declared gone and nothing is saved', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6 })
    const { stored } = w
    w.broken.load = true
    expect(await w.see({ 1: 0.5, 3: 0.1 })).toEqual(['1=0.5'])
    expect(w.stored).toBe(stored)
    w.broken.load = false
    expect(await w.see({ 1: 0.5, 3: 0.1 })).toEqual(['3=0.1', '2 gone'])
  })

  it('says so in the report', async () => {
    const w = worker()
    w.broken.load = true
    w.answer = (at) => complete(listed({ 1: 0.4 }, at))
    expect(await w.poll()).toMatchObject({ troubles: ['feed state not read: store is away'], published: 0, heldBack: 1 })
    w.broken = { ...w.broken, load: false, save: true }
    const { troubles } = await w.poll()
    expect(troubles).toContain('feed state not saved: store is away')
  })

  it('a new market goes out only once the store knows of it, so that it cannot vanish without being missed', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    w.broken.save = true
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual([])
    w.broken.save = false
    expect(await w.see({ 1: 0.4, 2: 0.6 })).toEqual(['2=0.6'])
  })

  it('the wish of a feed to be left alone is respected all the same', async () => {
    const w = worker()
    w.broken = { ...w.broken, load: true, save: true }
    w.answer = () => ({ kind: 'failed', reason: '429', retryAfterMs: 5 * minuteMs })
    await w.poll()
    w.clock.advance(5 * minuteMs - 1)
    expect(await w.poll()).toMatchObject({ kind: 'waiting' })
    expect(w.asked).toHaveLength(1)
  })
})

describe('a market that cannot be read', () => {
  const rejected = { marketId: marketIdOf(feed, 'a/b'), reason: 'price: missing', body: 'x'.repeat(100_000) }

  it('is kept for a person to look at, once for the same trouble (I7)', async () => {
    const w = worker()
    w.answer = (at) => ({ ...complete(listed({ 1: 0.4 }, at)), rejected: [{ ...rejected, body: `${w.asked.length}` }] })
    await w.poll()
    await w.poll()
    expect(w.letters).toMatchObject([{ hub: 'collect:testfeed', marketId: 'testfeed:a/b', reason: 'price: missing', body: '1' }])
    w.memory = newMemory()
    await w.poll()
    expect(w.letters[1]?.id).toBe(w.letters[0]?.id)
  })

  it('gets an id that the store takes, and a body that fits into it', async () => {
    const w = worker()
    w.answer = (at) => ({ ...complete(listed({ 1: 0.4 }, at)), rejected: [rejected, { ...rejected, reason: 'price: null' }] })
    await w.poll()
    expect(new Set(w.letters.map((letter) => letter.id)).size).toBe(2)
    expect(w.letters[0]?.id).toMatch(/^testfeed:a_b:[0-9a-f]{24}$/)
    expect(w.letters[0]?.body).toHaveLength(16_384)
  })

  it('does not stop the others when it cannot be kept, and is tried again', async () => {
    const w = worker()
    w.broken.letters = true
    w.answer = (at) => ({ ...complete(listed({ 1: 0.4 }, at)), rejected: [rejected] })
    expect(await w.poll()).toMatchObject({ published: 1, troubles: ['dead letters not kept: store is away'] })
    w.broken.letters = false
    await w.poll()
    expect(w.letters).toHaveLength(1)
  })
})

function complete(snapshots: ReturnType<typeof listed>): Extract<Poll, { kind: 'complete' }> {
  return { kind: 'complete', snapshots, rejected: [], validators: null }
}
