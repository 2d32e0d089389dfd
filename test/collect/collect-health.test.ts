import { describe, expect, it } from 'vitest'

import { feedState, noDrift } from '../../functions/book/feed-health.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { everyMs, feed, listed, worker } from '../support/collecting.ts'

const minuteMs = 60_000

describe('a feed that fails', () => {
  it('is asked again after a time that doubles from one interval up to five minutes', async () => {
    const w = worker()
    w.random = 0.999_999
    const waitsMs: number[] = []
    for (let i = 0; i < 6; i++) {
      const report = await w.poll()
      if (report.kind !== 'failed') throw new Error(report.kind)
      waitsMs.push(Math.round(((report.retryAtMs ?? 0) - w.clock.nowMs()) / 1000))
      w.clock.advance(5 * minuteMs)
    }
    expect(waitsMs).toEqual([30, 60, 120, 240, 300, 300])
  })

  it('is asked again at any moment up to that, so that workers do not come back together', async () => {
    const w = worker()
    w.random = 0.25
    expect(await w.poll()).toMatchObject({ retryAtMs: w.clock.nowMs() + 7_500 })
  })

  it('is left alone for as long as it asks, but for no more than an hour', async () => {
    for (const [wishMs, obeyedMs] of [
      [90_000, 90_000],
      [24 * 60 * minuteMs, 60 * minuteMs],
    ] as const) {
      const w = worker()
      w.answer = () => ({ kind: 'failed', reason: '503', retryAfterMs: wishMs })
      await w.poll()
      w.clock.advance(obeyedMs - 1)
      expect(await w.poll()).toMatchObject({ kind: 'waiting', untilMs: w.clock.nowMs() + 1 })
      w.clock.advance(1)
      expect(await w.poll()).toMatchObject({ kind: 'failed' })
      expect(w.asked).toHaveLength(2)
    }
  })

  it('is waited for by every worker, since the store knows', async () => {
    const w = worker()
    w.answer = () => ({ kind: 'failed', reason: '503', retryAfterMs: 90_000 })
    await w.poll()
    w.memory = newMemory()
    expect(await w.poll()).toMatchObject({ kind: 'waiting' })
  })

  it('starts anew after one good poll', async () => {
    const w = worker()
    await w.poll()
    await w.poll()
    expect(w.stored?.health.failure).toMatchObject({ times: 2, reason: 'nothing to say' })
    await w.see({ 1: 0.4 })
    expect(w.stored?.health.failure).toBeNull()
  })
})

describe('the health of a feed', () => {
  it('counts what the last poll brought', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.6, 3: 0.1 })
    w.clock.advance(everyMs)
    await w.see({ 1: 0.4, 2: 0.5, 3: 0.1 })
    expect(w.stored?.health).toEqual({
      feed,
      everyMs,
      polledAtMs: w.clock.nowMs(),
      completeAtMs: w.clock.nowMs(),
      changedAtMs: w.clock.nowMs(),
      failure: null,
      markets: 3,
      selections: 3,
      published: 1,
      unchanged: 2,
      rejected: 0,
      lagMs: 5_000,
      quota: null,
      drift: noDrift,
    })
  })

  it('tells a feed that does not move from one that moves, also across workers', async () => {
    const w = worker()
    await w.see({ 1: 0.4 })
    const changedAtMs = w.clock.nowMs()
    for (let i = 0; i < 25; i++) {
      w.clock.advance(everyMs)
      w.memory = newMemory()
      await w.see({ 1: 0.4 })
    }
    expect(w.stored?.health.changedAtMs).toBe(changedAtMs)
    expect(feedState(w.stored?.health ?? never(), w.clock.nowMs())).toBe('quiet')
    w.clock.advance(everyMs)
    await w.see({})
    expect(w.stored?.health.changedAtMs).toBe(w.clock.nowMs())
  })

  it('shows a partial poll as a trouble, but one that does not keep us from asking again', async () => {
    const w = worker()
    await w.see({ 1: 0.4, 2: 0.5 })
    const changedAtMs = w.clock.nowMs()
    w.clock.advance(everyMs)
    w.answer = (at) => ({
      kind: 'partial',
      snapshots: listed({ 1: 0.4 }, at),
      rejected: [],
      reason: 'page 2 is missing',
      unsure: [''],
    })
    expect(await w.poll()).toMatchObject({ kind: 'partial', reason: 'page 2 is missing' })
    expect(w.stored?.health).toMatchObject({ changedAtMs, completeAtMs: changedAtMs, failure: { times: 1, retryAtMs: null } })
    expect(await w.poll()).toMatchObject({ kind: 'partial' })
  })
})

function never(): never {
  throw new Error('nothing was stored')
}
