import { describe, expect, it } from 'vitest'

import { feedState } from '../../functions/book/feed-health.ts'
import { feedName } from '../../functions/book/ids.ts'
import { parseFeedHealth } from '../../functions/book/wire.ts'
import { ownMarket, sampleOdds } from '../support/pushed-bodies.ts'
import { pushing } from '../support/pushing.ts'

const feed = feedName('my-odds')

/** Time goes on, and what it set off in the store is done. */
async function later(desk: ReturnType<typeof pushing>, byMs: number) {
  desk.clock.advance(byMs)
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

describe('the record of a feed that pushes', () => {
  it('says when it pushed last, what came of it, and that it has no schedule', async () => {
    const desk = pushing()
    await desk.put(feed, [ownMarket('m1', 1.9), ownMarket('m2', 1.8), ownMarket('bad', 0.5)])
    const pushedAtMs = desk.clock.nowMs()
    await later(desk, 1)
    const record = desk.records.get(feed)
    expect(record).toMatchObject({
      openMarkets: [],
      digest: '',
      health: { everyMs: null, polledAtMs: pushedAtMs, completeAtMs: null, changedAtMs: pushedAtMs, failure: null },
    })
    expect(record?.health).toMatchObject({ markets: 2, selections: 4, published: 2, unchanged: 0, rejected: 1 })
    expect(parseFeedHealth(record?.health)).toEqual({ ok: true, value: record?.health })
  })

  it('is written once a second at most, however often the feed pushes, and misses nothing', async () => {
    const desk = pushing()
    for (let i = 0; i < 100; i++) {
      await desk.put(feed, ownMarket(`m${i % 3}`, 1.5 + i / 100))
      await later(desk, 20)
    }
    await later(desk, 1_000)
    expect(desk.saves).toBe(3)
    expect(desk.records.get(feed)?.health).toMatchObject({ markets: 3, published: 50, changedAtMs: desk.clock.nowMs() - 1_020 })
  })

  it('is live while prices change, and quiet when only the same is pushed', async () => {
    const desk = pushing()
    await desk.put(feed, ownMarket('m1', 1.9))
    await later(desk, 11 * 60_000)
    await desk.put(feed, ownMarket('m1', 1.9))
    await later(desk, 1_000)
    const quiet = desk.records.get(feed)?.health
    expect(quiet !== undefined && feedState(quiet, desk.clock.nowMs())).toBe('quiet')
    await desk.put(feed, ownMarket('m1', 1.8))
    await later(desk, 1_000)
    const live = desk.records.get(feed)?.health
    expect(live !== undefined && feedState(live, desk.clock.nowMs())).toBe('live')
    await desk.put(feed, { kind: 'gone', marketId: 'm1', topic: 'sports' })
    await later(desk, 1_000)
    expect(desk.records.get(feed)?.health).toMatchObject({ markets: 0, changedAtMs: desk.clock.nowMs() - 1_000 })
  })

  it('keeps what another worker knew better', async () => {
    const desk = pushing()
    await desk.put(feed, ownMarket('m1', 1.9))
    await later(desk, 1_000)
    const record = desk.records.get(feed)
    const elsewhereMs = desk.clock.nowMs() + 5
    if (record !== undefined) {
      desk.records.set(feed, { ...record, health: { ...record.health, changedAtMs: elsewhereMs, polledAtMs: elsewhereMs } })
    }
    await desk.put(feed, ownMarket('m1', 1.8))
    await later(desk, 1)
    expect(desk.records.get(feed)?.health).toMatchObject({ changedAtMs: elsewhereMs, polledAtMs: elsewhereMs })
  })

  it('tells the lag behind the feed’s own clock, and fields that we do not know', async () => {
    const desk = pushing()
    await desk.put(feed, { odds: [{ ...sampleOdds, venue: 'Harwick' }] })
    await later(desk, 1)
    expect(desk.records.get(feed)?.health).toMatchObject({
      lagMs: 2_000,
      drift: { unknown: [{ field: 'odds.venue', count: 1 }], vanished: [] },
    })
  })

  it('can be read whatever the fields are called', async () => {
    const desk = pushing()
    await desk.put(feed, { odds: [{ ...sampleOdds, 'two\nlines': 1, ['x'.repeat(5_000)]: 2, '': 3, ['__proto__']: 4 }] })
    await later(desk, 1)
    const health = desk.records.get(feed)?.health
    expect(health?.drift.unknown).toHaveLength(4)
    expect(parseFeedHealth(health)).toEqual({ ok: true, value: health })
  })

  it('shows that the hub did not take a push, until it does', async () => {
    const desk = pushing()
    desk.hub = { kind: 'away', reason: 'no answer' }
    await desk.put(feed, ownMarket('m1', 1.9))
    await later(desk, 1_000)
    expect(desk.records.get(feed)?.health.failure).toMatchObject({ reason: 'not published: no answer', times: 1 })
    desk.hub = undefined
    await desk.put(feed, ownMarket('m1', 1.9))
    await later(desk, 1_000)
    expect(desk.records.get(feed)?.health.failure).toBeNull()
  })

  it('is written again after the store was away', async () => {
    const desk = pushing()
    desk.storeWorks = false
    await desk.put(feed, ownMarket('m1', 1.9))
    await later(desk, 1_000)
    desk.storeWorks = true
    await desk.put(feed, ownMarket('m1', 1.8))
    await later(desk, 1_000)
    expect(desk.saves).toBe(1)
  })
})
