import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { feedState, type FeedHealth } from '../../functions/book/feed-health.ts'
import { marketIdOf, topicOf } from '../../functions/book/ids.ts'
import type { Snapshot } from '../../functions/book/market.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import type { FeedRecord } from '../../functions/collect/feed.ts'
import { neverPolled } from '../../functions/collect/health.ts'
import { feed, said, snapshotOf } from '../support/collecting.ts'
import { beats, fakeStream, type Follow, following, passes, settled } from '../support/following.ts'
import { dedupedBooks } from '../support/through.ts'

const beganMs = Date.UTC(2026, 0, 1)
const ids = (...markets: string[]) => markets.map((id) => marketIdOf(feed, id))
/** Of one market, `9=0.5`, as the feed says it now. */
const now = (id: string, back: number, { clock }: Pick<Follow, 'clock'>, status?: 'settled'): Snapshot =>
  snapshotOf(id, back, clock.nowMs(), status)
const recordOf = (...open: string[]): FeedRecord => ({
  health: neverPolled(feed, 5_000, beganMs - 60_000),
  openMarkets: ids(...open).map((marketId) => ({ marketId, topic: topicOf('politics') })),
  digest: '',
})
const stateOf = (worker: Follow) => feedState(worker.stored?.health as FeedHealth, worker.clock.nowMs())

describe('following a feed', () => {
  it('publishes what it says in order, and of a market that changed twice both', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker), now('2', 0.3, worker)] })
    stream.says({ snapshots: [now('1', 0.6, worker), now('1', 0.7, worker)] })
    await settled()
    expect(worker.hub.map(said)).toEqual(['1=0.5', '2=0.3', '1=0.6', '1=0.7'])
    const [first, , second, third] = worker.hub.map(({ asOfMs }) => asOfMs)
    expect([second, third]).toEqual([(first ?? 0) + 1, (first ?? 0) + 2])
    await worker.stop()
  })

  it('orders it by the feed’s clock, but never ahead of ours, which dedupe would not believe', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    const nowMs = worker.clock.nowMs()
    const said = (id: string, asOfMs: number) => ({ snapshots: [{ ...now(id, 0.5, worker), asOfMs, publishedAtMs: asOfMs }] })
    stream.says(said('1', nowMs - 700), said('2', nowMs + 600_000))
    await settled()
    expect(worker.hub.map(({ asOfMs, publishedAtMs }) => [asOfMs - nowMs, (publishedAtMs ?? 0) - nowMs])).toEqual([
      [-700, -700],
      [0, 600_000],
    ])
    await worker.stop()
  })

  it('sends at once what comes alone, and many together where they come faster than they are taken', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    const gate = Promise.withResolvers<void>()
    worker.gate = gate.promise
    for (let i = 1; i <= 50; i++) stream.says({ snapshots: [now('1', i / 100, worker)] })
    await settled()
    expect(worker.hub).toEqual([])
    gate.resolve()
    await settled()
    expect(worker.batches).toEqual([1, 49])
    await worker.stop()
  })

  it('asks the feed for no more than it can hold, and loses nothing of what it is told later (I9)', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    const gate = Promise.withResolvers<void>()
    worker.gate = gate.promise
    const prices = Array.from({ length: 5_000 }, (_, i) => (i + 1) / 10_000)
    stream.says(...prices.map((back) => ({ snapshots: [now('1', back, worker)] })))
    await settled()
    expect(stream.unread()).toBe(5_000 - 1_001)
    // A feed that is not asked is not silent.
    await passes(worker, 120_000, 10_000)
    expect(stream.connections).toBe(1)
    gate.resolve()
    await settled()
    expect(worker.hub.map(said)).toEqual(prices.map((back) => `1=${back}`))
    expect(Math.max(...worker.batches)).toBeLessThanOrEqual(1_000)
    await worker.stop()
  })

  it('offers the hub the same again until it takes it, and shows meanwhile that it does not (I6)', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    worker.broken.hub = true
    stream.says({ snapshots: [now('1', 0.5, worker)], whole: ids('1') })
    await settled()
    stream.says({ snapshots: [now('1', 0.6, worker)] })
    await passes(worker, 3_000)
    expect(worker.hub).toEqual([])
    expect(worker.stored?.health.failure?.reason).toBe('not published: hub is away')
    expect(stateOf(worker)).toBe('late')
    worker.broken.hub = false
    await beats(worker, stream, 120_000)
    expect(worker.hub.map(said)).toEqual(['1=0.5', '1=0.6'])
    expect(worker.stored?.health.failure).toBeNull()
    await worker.stop()
  })

  it('sends a market that shows the same again no second time, but all of them every ten minutes', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker), now('2', 0.3, worker)], whole: ids('1', '2') })
    stream.says({ snapshots: [now('1', 0.5, worker)] })
    await settled()
    expect(worker.hub.map(said)).toEqual(['1=0.5', '2=0.3'])
    await beats(worker, stream, 625_000)
    expect(worker.hub.map(said)).toEqual(['1=0.5', '2=0.3', '1=0.5', '2=0.3'])
    const deduped = dedupedBooks()
    deduped.take(worker.hub)
    expect(deduped.ticks).toHaveLength(2)
    // What another worker may have said meanwhile is overtaken.
    expect((worker.hub[2]?.asOfMs ?? 0) - (worker.hub[0]?.asOfMs ?? 0)).toBeGreaterThan(590_000)
    await worker.stop()
  })

  it('says of each change when the market was last known to be as before, across a gap in which nobody looked', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker)] })
    await passes(worker, 4_000)
    stream.says({})
    await settled()
    const heardAtMs = worker.clock.nowMs()
    stream.drops('the cable')
    await passes(worker, 8_000)
    stream.says({ snapshots: [now('1', 0.6, worker), now('2', 0.1, worker)] })
    await settled()
    const told = worker.hub.map((message) => (message.kind === 'market' ? message.unchangedUntilMs : undefined))
    expect(told).toEqual([null, heardAtMs, null])
    expect(stream.connections).toBe(2)
    await worker.stop()
  })
})

describe('markets of a followed feed', () => {
  it('are known to the store before the event hub hears of them', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    const gate = Promise.withResolvers<void>()
    worker.gate = gate.promise
    stream.says({ snapshots: [now('1', 0.5, worker)] })
    await settled()
    expect(worker.stored?.openMarkets.map(({ marketId }) => marketId)).toEqual(ids('1'))
    expect(worker.hub).toEqual([])
    gate.resolve()
    await worker.stop()
  })

  it('are gone when the feed has shown everything and they were not in it, and only then (I10)', async () => {
    const stream = fakeStream()
    const worker = following(stream, { stored: recordOf('1', '2', '3') })
    stream.says({ snapshots: [now('1', 0.5, worker)] })
    await settled()
    stream.drops('the cable')
    await passes(worker, 10_000)
    expect(worker.hub.map(said)).toEqual(['1=0.5'])
    stream.says({ snapshots: [now('1', 0.5, worker)], whole: ids('1', '3') })
    await passes(worker, 6_000)
    expect(worker.hub.map(said)).toEqual(['1=0.5', '2 gone'])
    expect(worker.stored?.openMarkets.map(({ marketId }) => marketId)).toEqual(ids('1', '3'))
    await worker.stop()
  })

  it('are owed nothing once they are settled', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker)] }, { snapshots: [now('1', 0.5, worker, 'settled')] }, { whole: [] })
    await passes(worker, 6_000)
    expect(worker.hub).toHaveLength(2)
    expect(worker.stored?.openMarkets).toEqual([])
    await worker.stop()
  })

  it('wait where the store does not answer and are new; the others go on', async () => {
    const stream = fakeStream()
    const worker = following(stream, { stored: recordOf('1') })
    await settled()
    worker.broken.save = true
    stream.says(
      { snapshots: [now('1', 0.5, worker), now('2', 0.1, worker)] },
      { snapshots: [now('2', 0.2, worker), now('1', 0.6, worker), now('3', 0.9, worker)] },
      { snapshots: [now('3', 0.9, worker, 'settled')] },
    )
    await passes(worker, 12_000)
    expect(worker.hub.map(said)).toEqual(['1=0.5', '1=0.6', '3=0.9'])
    expect(worker.logged).toContainEqual({ what: 'feed state not saved', facts: { feed, reason: 'store is away' } })
    worker.broken.save = false
    await passes(worker, 6_000)
    expect(worker.hub.slice(3).map(said)).toEqual(['2=0.2'])
    await worker.stop()
  })

  it('are not read at all before the store has said which were open', async () => {
    const stream = fakeStream()
    const broken = { hub: false, load: true, save: false, letters: false }
    const worker = following(stream, { stored: recordOf('1'), broken })
    await passes(worker, 20_000)
    expect(stream.connections).toBe(0)
    worker.broken.load = false
    await beats(worker, stream, 60_000)
    expect(stream.connections).toBe(1)
    await worker.stop()
  })

  it('that cannot be read are kept once for a person to look at, however often they come', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    const [marketId = null] = ids('9')
    const rejected = [{ marketId, reason: 'no price', body: '{}' }]
    worker.broken.letters = true
    stream.says(...Array.from({ length: 40 }, () => ({ rejected })))
    await passes(worker, 5_000)
    worker.broken.letters = false
    stream.says({ rejected }, { rejected: [{ marketId: null, reason: 'no id', body: '[]' }] })
    await passes(worker, 5_000)
    expect(worker.letters.map(({ reason }) => reason)).toEqual(['no price', 'no id'])
    expect(worker.saves.map(({ health }) => health.rejected)).toContain(40)
    await worker.stop()
  })
})

describe('the connection to a followed feed', () => {
  it('is opened again after a while that may double each time, until all is shown once more', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    worker.random = 1
    for (const waitMs of [5_000, 10_000, 20_000, 40_000]) {
      stream.drops('refused')
      await passes(worker, waitMs)
    }
    const waits = worker.logged.flatMap(({ what, facts }) => (what === 'stream lost' ? [facts['retryInMs']] : []))
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(worker.stored?.health.failure).toMatchObject({ reason: 'refused', times: 4 })
    stream.says({ whole: [] })
    await settled()
    expect(worker.stored?.health.failure).toBeNull()
    stream.drops('refused')
    await settled()
    expect(worker.logged.at(-1)?.facts['retryInMs']).toBe(5_000)
    await worker.stop()
  })

  it('is cut when nothing was heard for twice the heartbeat and a little, and not before', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ whole: [] })
    await passes(worker, 10_000)
    stream.says({})
    await passes(worker, 14_000)
    expect(stream.connections).toBe(1)
    await passes(worker, 1_000)
    expect(worker.logged.at(-1)).toMatchObject({ what: 'stream lost', facts: { reason: 'nothing was heard for 15 s' } })
    await passes(worker, 3_000)
    expect(stream.connections).toBe(2)
    await worker.stop()
  })

  it('shows in the health of the feed: live, late while it is down, down after a while, live again', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker)], whole: ids('1'), saidAtMs: worker.clock.nowMs() - 300 })
    await passes(worker, 5_000)
    expect(worker.stored?.health).toMatchObject({ everyMs: 5_000, markets: 1, selections: 1, published: 1, lagMs: 300 })
    expect(stateOf(worker)).toBe('live')
    worker.random = 1
    stream.drops('the cable')
    await settled()
    expect(stateOf(worker)).toBe('late')
    for (let i = 0; i < 3; i++) {
      stream.drops('the cable')
      await passes(worker, 20_000)
    }
    expect(stateOf(worker)).toBe('down')
    stream.says({ whole: ids('1') })
    while (stream.unread() > 0) await passes(worker, 1_000)
    expect(stateOf(worker)).toBe('live')
    await worker.stop()
  })

  it('is late, and neither down nor cut, while the feed itself says that it is behind', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker)], whole: ids('1') })
    await settled()
    for (let i = 0; i < 20; i++) {
      stream.says({ behind: 'it says so' })
      await passes(worker, 5_000)
    }
    expect(worker.stored?.health.failure).toMatchObject({ reason: 'it says so', sinceMs: beganMs })
    expect(stateOf(worker)).toBe('late')
    stream.says({ snapshots: [now('1', 0.6, worker)] })
    await settled()
    expect(stateOf(worker)).toBe('live')
    // Of all that time nothing is known.
    expect(worker.hub.at(-1)).toMatchObject({ unchangedUntilMs: beganMs })
    expect(stream.connections).toBe(1)
    await worker.stop()
  })
})

describe('a follower that is told to stop', () => {
  it('hands over what it has read first', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    const gate = Promise.withResolvers<void>()
    worker.gate = gate.promise
    for (let i = 1; i <= 20; i++) stream.says({ snapshots: [now('1', i / 100, worker)] })
    await settled()
    const ended = worker.stop()
    gate.resolve()
    expect(await ended).toBe('stopped')
    expect(worker.hub).toHaveLength(20)
    expect(worker.logged.at(-1)).toEqual({ what: 'stream stopped', facts: { feed, unsent: 0 } })
  })

  it('gives up after four seconds where the hub takes nothing, and says how much it had', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    worker.broken.hub = true
    stream.says({ snapshots: [now('1', 0.5, worker)] }, { snapshots: [now('1', 0.6, worker), now('2', 0.6, worker)] })
    await settled()
    const ended = worker.stop()
    await passes(worker, 4_000)
    expect(await ended).toBe('stopped')
    expect(worker.logged.at(-1)).toEqual({ what: 'stream stopped', facts: { feed, unsent: 3 } })
  })

  it('stops at once while it waits for the feed to come back, or for the store', async () => {
    const lost = fakeStream()
    const worker = following(lost)
    lost.drops('the cable')
    await settled()
    expect(await worker.stop()).toBe('stopped')
    const broken = { hub: false, load: true, save: false, letters: false }
    expect(await following(fakeStream(), { broken }).stop()).toBe('stopped')
  })

  it('needs no telling at the end of a recording, which is neither late nor down after that', async () => {
    const stream = fakeStream()
    const worker = following(stream)
    stream.says({ snapshots: [now('1', 0.5, worker)] })
    stream.ends()
    expect(await worker.ended).toBe('over')
    expect(worker.hub.map(said)).toEqual(['1=0.5'])
    worker.clock.advance(3_600_000)
    expect(stateOf(worker)).toBe('quiet')
  })
})

describe('a feed that moves while the hub takes, fails, or takes and seems to fail', () => {
  type Step = { says: readonly (readonly [string, number])[] } | { passesMs: number } | { drops: string }
  const move = fc.tuple(fc.constantFrom('1', '2', '3'), fc.constantFrom(0.25, 0.5, 0.75))
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ says: fc.array(move, { maxLength: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ passesMs: fc.constantFrom(400, 3_000) }) },
    { weight: 1, arbitrary: fc.record({ drops: fc.constant('the cable') }) },
  )
  const fate = fc.constantFrom('takes', 'takes', 'fails', 'takes, and seems to fail', 'takes some, and fails')

  it('is told as a tick a change, in order, whatever happened (I1, I5, I6)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.array(fate, { maxLength: 15 }), async (steps, fates) => {
        const stream = fakeStream()
        const worker = following(stream)
        const deduped = dedupedBooks()
        const taken = worker.hub.push.bind(worker.hub)
        worker.hub.push = (...messages: SnapshotMessage[]) => {
          const fate = fates.shift() ?? 'takes'
          const some = fate === 'takes some, and fails' ? messages.slice(0, Math.ceil(messages.length / 2)) : messages
          if (fate !== 'fails') deduped.take(some)
          if (fate !== 'takes') throw new Error('the hub said nothing')
          return taken(...messages)
        }
        const truth = new Map<string, number>()
        let changes = 0
        for (const step of steps) {
          if ('passesMs' in step) await passes(worker, step.passesMs)
          else if ('drops' in step) stream.drops(step.drops)
          else {
            for (const [id, back] of step.says) {
              if (truth.get(id) !== back) changes++
              truth.set(id, back)
            }
            stream.says({ snapshots: step.says.map(([id, back]) => now(id, back, worker)) })
          }
        }
        await passes(worker, 600_000, 20_000)
        const held = [...deduped.books.values()].map((book) => [book.marketId, book.selections[0]?.quotes[0]?.back])
        expect(Object.fromEntries(held)).toEqual(Object.fromEntries([...truth].map(([id, back]) => [`${feed}:${id}`, back])))
        expect(deduped.ticks).toHaveLength(changes)
        await worker.stop()
      }),
      { numRuns: 150 },
    )
  })
})
