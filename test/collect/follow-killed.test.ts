import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { marketIdOf } from '../../functions/book/ids.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import type { CollectPorts } from '../../functions/collect/collect.ts'
import type { FeedRecord } from '../../functions/collect/feed.ts'
import { follow } from '../../functions/collect/follow.ts'
import { handClock } from '../../infra/local/clock.ts'
import { feed, snapshotOf, type World } from '../support/collecting.ts'
import { type FakeStream, fakeStream, passes, settled } from '../support/following.ts'
import { dedupedBooks } from '../support/through.ts'

/** A feed moves while its worker is killed and replaced, and calls to the hub and to the store fail, with or without effect. */
type Step = { kind: 'moves'; world: World } | { kind: 'passes'; ms: number } | { kind: 'breaks' } | { kind: 'killed' }
type Fate = 'works' | 'fails' | 'works, but seems to fail'

const world: fc.Arbitrary<World> = fc.dictionary(fc.constantFrom('1', '2', '3'), fc.constantFrom(0.25, 0.5), {
  noNullPrototype: true,
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('moves' as const), world }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('passes' as const), ms: fc.constantFrom(300, 6_000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'breaks' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'killed' as const }) },
)
const fate: fc.Arbitrary<Fate> = fc.constantFrom('works', 'works', 'fails', 'works, but seems to fail')

/** The hub takes a batch without saying so; while it is offered again, a market goes and comes back, and both wait for the same next batch. */
const goneAndBackInOneBatch: [Step[], World, Fate[]] = [
  [
    { kind: 'passes', ms: 6_000 },
    { kind: 'moves', world: { 1: 0.25 } },
    { kind: 'killed' },
    { kind: 'passes', ms: 300 },
    { kind: 'moves', world: {} },
    { kind: 'moves', world: { 1: 0.25 } },
    { kind: 'passes', ms: 6_000 },
  ],
  {},
  ['works', 'works', 'works', 'works', 'works, but seems to fail'],
]

describe('following loses neither a change nor a tombstone, and buries nothing that is there (I5, I10)', () => {
  it('when its worker is killed at any moment, and the hub or the store fails at any other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 15 }),
        world,
        fc.array(fate, { maxLength: 25 }),
        async (steps, last, fates) => {
          const stage = newStage(fates)
          for (const step of steps) await stage.play(step)
          stage.heal()
          await stage.play({ kind: 'moves', world: last })
          await stage.play({ kind: 'killed' })
          await stage.play({ kind: 'passes', ms: 60_000 })
          const shown = [...stage.deduped.books.values()].flatMap(({ marketId, selections: [selection] }) => {
            const [quote] = selection?.quotes ?? []
            return quote === undefined || quote.status === 'removed' ? [] : [[marketId, quote.back] as const]
          })
          expect(Object.fromEntries(shown)).toEqual(
            Object.fromEntries(Object.entries(last).map(([id, back]) => [marketIdOf(feed, id), back])),
          )
          expect(stage.buriedAlive).toEqual([])
        },
      ),
      { numRuns: 400, examples: [goneAndBackInOneBatch] },
    )
  })
})

function newStage(drawn: readonly Fate[]) {
  const fates = [...drawn]
  const clock = handClock()
  const deduped = dedupedBooks()
  const buriedAlive: string[] = []
  const everMissing = new Set<string>()
  let record: FeedRecord | undefined
  let truth: World = {}
  let worker = newWorker()

  function newWorker() {
    const stream = fakeStream()
    const stop = new AbortController()
    let isAlive = true
    const call = async (act: () => void) => {
      if (!isAlive) throw new Error('killed')
      const fate = fates.shift() ?? 'works'
      if (fate !== 'fails') act()
      if (fate !== 'works') throw new Error('no answer')
    }
    const ports: CollectPorts = {
      publisher: { publish: (messages) => call(() => take(messages)) },
      store: {
        load: async () => {
          await call(() => undefined)
          return record
        },
        save: (saved) => call(() => void (record = structuredClone(saved))),
      },
      deadLetters: { add: () => call(() => undefined) },
    }
    shows(stream)
    void follow(stream, ports, { clock, random: () => 0.5, signal: stop.signal, log: () => undefined })
    return {
      stream,
      kill() {
        isAlive = false
        stop.abort()
      },
    }
  }

  function take(messages: readonly SnapshotMessage[]): void {
    deduped.take(messages)
    for (const { kind, marketId } of messages) {
      if (kind === 'gone' && !everMissing.has(marketId)) buriedAlive.push(marketId)
    }
  }

  /** Everything, as a feed does at the beginning of a connection, or when it pleases. */
  function shows(stream: FakeStream): void {
    for (const id of ['1', '2', '3']) if (!(id in truth)) everMissing.add(marketIdOf(feed, id))
    const snapshots = Object.entries(truth).map(([id, back]) => snapshotOf(id, back, clock.nowMs()))
    stream.says({ snapshots, whole: snapshots.map(({ marketId }) => marketId) })
  }

  return {
    deduped,
    buriedAlive,
    /** From here on every call works. */
    heal: () => void (fates.length = 0),
    async play(step: Step): Promise<void> {
      switch (step.kind) {
        case 'moves':
          truth = step.world
          shows(worker.stream)
          break
        case 'passes':
          await passes({ clock }, step.ms)
          break
        case 'breaks':
          worker.stream.drops('the cable')
          shows(worker.stream)
          break
        case 'killed':
          worker.kill()
          // Less than a process takes to begin.
          clock.advance(100)
          worker = newWorker()
          break
      }
      if (step.kind !== 'moves') await settled()
    },
  }
}
