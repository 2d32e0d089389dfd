import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { collect, type CollectPorts } from '../../functions/collect/collect.ts'
import type { Feed, FeedRecord, Poll, PollAt } from '../../functions/collect/feed.ts'
import { type Memory, newMemory } from '../../functions/collect/memory.ts'
import { everyMs, feed, listed, said, type World } from '../support/collecting.ts'

/** Two workers take turns at one feed, whose markets come, move and go while calls to the ports fail, with or without effect. */
type Turn = {
  world: World
  worker: 0 | 1
  answer: 'complete' | 'partial' | 'failed'
  /** What becomes of each call to a port, in the order of the calls, of which the first reads the store; all after these succeed. */
  calls: readonly Fate[]
  thenMs: number
}
type Fate = (typeof failures)[number] | (typeof kills)[number]
const failures = ['works', 'works', 'works', 'fails', 'works, but seems to fail'] as const
const kills = ['killed before', 'killed after'] as const

const world: fc.Arbitrary<World> = fc.dictionary(fc.constantFrom('1', '2', '3'), fc.constantFrom(0.25, 0.5), {
  noNullPrototype: true,
})
const turn = (workers: 1 | 2, first: readonly Fate[], later: readonly Fate[]): fc.Arbitrary<Turn> =>
  fc.record({
    world,
    worker: workers === 1 ? fc.constant(0) : fc.constantFrom(0, 1),
    answer: fc.constantFrom('complete', 'complete', 'complete', 'partial', 'failed'),
    calls: fc
      .tuple(fc.constantFrom(...first), fc.array(fc.constantFrom(...later), { maxLength: 4 }))
      .map((fates) => fates.flat()),
    thenMs: fc.constantFrom(everyMs, everyMs, everyMs, 11 * 60_000),
  })

/** What the hub was told last of each market after these turns and a healthy poll, beside what is true then. */
async function toldAfter(turns: readonly Turn[], last: Pick<Turn, 'world' | 'worker'>) {
  const stage = newStage()
  for (const turn of turns) await stage.play(turn)
  await stage.play({ ...last, answer: 'complete', calls: [], thenMs: 0 })
  const told = [...stage.lastOf.values()].map(said).sort()
  const listed = Object.entries(last.world).map(([id, back]) => `${id}=${back}`)
  const gone = [...stage.lastOf.keys()].filter((id) => last.world[id] === undefined).map((id) => `${id} gone`)
  return { told, truth: [...listed, ...gone].sort(), buriedAlive: stage.buriedAlive }
}

describe('collecting loses neither a change nor a tombstone, and buries nothing that is listed (I5, I10)', () => {
  it('when two workers take turns, each killed at any moment, and the hub or saving fails at any other', async () => {
    const turns = fc.array(turn(2, ['works', ...kills], [...failures, ...kills]), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(turns, world, fc.constantFrom(0, 1), async (turns, world, worker) => {
        const { told, truth, buriedAlive } = await toldAfter(turns, { world, worker })
        expect(told).toEqual(truth)
        expect(buriedAlive).toEqual([])
      }),
      { numRuns: 1_500 },
    )
  })

  it('when the store does not answer for a while', async () => {
    const turns = fc.array(turn(1, failures, failures), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(turns, world, async (turns, world) => {
        const { told, truth, buriedAlive } = await toldAfter(turns, { world, worker: 0 })
        expect(told).toEqual(truth)
        expect(buriedAlive).toEqual([])
      }),
      { numRuns: 1_500 },
    )
  })

  it('when a worker that the store could not be told of buries a market, and is killed', async () => {
    const told = await toldAfter(
      [
        { world: { 1: 0.5 }, worker: 1, answer: 'complete', calls: [], thenMs: everyMs },
        { world: {}, worker: 0, answer: 'complete', calls: ['works', 'fails', 'killed after'], thenMs: everyMs },
      ],
      { world: { 1: 0.5 }, worker: 1 },
    )
    expect(told).toEqual({ told: ['1=0.5'], truth: ['1=0.5'], buriedAlive: [] })
  })

  it('when a worker comes back to a store that does not answer, once it does', async () => {
    const told = await toldAfter(
      [
        { world: { 1: 0.5 }, worker: 0, answer: 'complete', calls: [], thenMs: everyMs },
        { world: {}, worker: 1, answer: 'complete', calls: [], thenMs: everyMs },
        { world: { 1: 0.25 }, worker: 0, answer: 'complete', calls: ['fails'], thenMs: everyMs },
      ],
      { world: {}, worker: 0 },
    )
    expect(told).toEqual({ told: ['1 gone'], truth: ['1 gone'], buriedAlive: [] })
  })
})

function newStage() {
  let nowMs = Date.UTC(2031, 0, 1)
  let stored: FeedRecord | undefined
  const memories: [Memory, Memory] = [newMemory(), newMemory()]
  const lastOf = new Map<string, SnapshotMessage>()
  const buriedAlive: string[] = []

  async function play({ world, worker, answer, calls, thenMs }: Turn): Promise<void> {
    let killed = false
    let call = 0
    const act = <T>(effect: () => T): T => {
      const fate = killed ? 'killed before' : (calls[call++] ?? 'works')
      killed ||= fate.startsWith('killed')
      if (fate === 'fails' || fate === 'killed before') throw new Error(fate)
      const result = effect()
      if (fate !== 'works') throw new Error(fate)
      return result
    }
    const publish = (messages: readonly SnapshotMessage[]) => {
      for (const message of messages) {
        const id = message.marketId.slice(feed.length + 1)
        lastOf.set(id, message)
        if (message.kind === 'gone' && (world[id] !== undefined || answer !== 'complete')) buriedAlive.push(id)
      }
    }
    const ports: CollectPorts = {
      publisher: { publish: async (messages) => act(() => publish(messages)) },
      store: {
        load: async () => act(() => stored),
        save: async (record) => act(() => void (stored = structuredClone(record))),
      },
      deadLetters: { add: async () => {} },
    }
    const asked: Feed = { name: feed, everyMs, poll: async (at) => answerOf(world, answer, at) }
    const circumstances = { nowMs: () => nowMs, random: () => 0, signal: new AbortController().signal }
    await collect(asked, memories[worker], ports, circumstances)
    if (killed) memories[worker] = newMemory()
    nowMs += thenMs
  }

  return { play, lastOf, buriedAlive }
}

/** The tag says what is in the body, so a feed that goes back to an earlier state goes back to its tag. */
function answerOf(world: World, answer: Turn['answer'], at: PollAt): Poll {
  if (answer === 'failed') return { kind: 'failed', reason: 'down', retryAfterMs: null }
  if (answer === 'partial') {
    const [, ...rest] = listed(world, at)
    return { kind: 'partial', snapshots: rest, rejected: [], reason: 'the first market is missing', unsure: [''] }
  }
  const etag = JSON.stringify(world)
  if (at.validators?.etag === etag) return { kind: 'unchanged' }
  return { kind: 'complete', snapshots: listed(world, at), rejected: [], validators: { etag, lastModified: null } }
}
