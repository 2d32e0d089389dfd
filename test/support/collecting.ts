import { bookmakerOf, feedName, marketIdOf, selectionIdOf, topicOf } from '../../functions/book/ids.ts'
import { type Snapshot, snapshotQuote } from '../../functions/book/market.ts'
import type { MarketStatus } from '../../functions/book/quote.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { collect, type CollectPorts, type CollectReport } from '../../functions/collect/collect.ts'
import type { DeadLetter } from '../../functions/collect/dead-letter.ts'
import type { FeedRecord, Poll, PollAt } from '../../functions/collect/feed.ts'
import { type Memory, newMemory } from '../../functions/collect/memory.ts'
import { type HandClock, handClock } from '../../infra/local/clock.ts'

export const feed = feedName('testfeed')
export const everyMs = 30_000

/** A market of one selection, which can be backed at `back`. */
export function snapshotOf(id: string, back: number, observedAtMs: number, status: MarketStatus = 'open'): Snapshot {
  const quotes = [snapshotQuote(bookmakerOf('venue'), { back, status })]
  return {
    marketId: marketIdOf(feed, id),
    feed,
    topic: topicOf('politics'),
    asOfMs: observedAtMs,
    observedAtMs,
    publishedAtMs: observedAtMs - 5_000,
    complete: true,
    priceFormat: 'probability',
    market: { name: `Market ${id}`, url: null, image: null, status, fixture: null },
    selections: [{ id: selectionIdOf(feed, `${id}-1`), name: 'Yes', image: null, quotes }],
  }
}

/** What the feed lists: market ids and prices. */
export type World = Readonly<Record<string, number>>
export const listed = (world: World, { observedAtMs }: PollAt) =>
  Object.entries(world).map(([id, back]) => snapshotOf(id, back, observedAtMs))

/** A worker that collects from a feed which answers as `answer` says, with fakes at its ports that work until told otherwise. */
export type Worker = {
  clock: HandClock
  memory: Memory
  hub: SnapshotMessage[]
  letters: DeadLetter[]
  asked: PollAt[]
  stored: FeedRecord | undefined
  broken: { hub: boolean; load: boolean; save: boolean; letters: boolean }
  answer: (at: PollAt) => Poll
  random: number
  stop: AbortController
  poll(): Promise<CollectReport>
  /** Polls a feed that lists `world`, completely, and gives what went out: `9=0.5` for a price, `9 gone` for a tombstone. */
  see(world: World): Promise<string[]>
}

export function worker(): Worker {
  const self: Worker = {
    clock: handClock(),
    memory: newMemory(),
    hub: [],
    letters: [],
    asked: [],
    stored: undefined,
    broken: { hub: false, load: false, save: false, letters: false },
    answer: () => ({ kind: 'failed', reason: 'nothing to say', retryAfterMs: null }),
    random: 0,
    stop: new AbortController(),
    async poll() {
      const asking = {
        name: feed,
        everyMs,
        poll: async (at: PollAt) => {
          self.asked.push(at)
          return self.answer(at)
        },
      }
      const circumstances = { nowMs: () => self.clock.nowMs(), random: () => self.random, signal: self.stop.signal }
      return collect(asking, self.memory, portsOf(self), circumstances)
    },
    async see(world) {
      const before = self.hub.length
      self.answer = (at) => ({ kind: 'complete', snapshots: listed(world, at), rejected: [], validators: null })
      await self.poll()
      return self.hub.slice(before).map(said)
    },
  }
  return self
}

export function said(message: SnapshotMessage): string {
  const id = message.marketId.slice(feed.length + 1)
  return message.kind === 'gone' ? `${id} gone` : `${id}=${message.selections[0]?.quotes[0]?.back}`
}

function portsOf(self: Worker): CollectPorts {
  const check = (works: boolean, what: string) => {
    if (!works) throw new Error(`${what} is away`)
  }
  return {
    publisher: {
      async publish(messages) {
        check(!self.broken.hub, 'hub')
        self.hub.push(...messages)
      },
    },
    store: {
      async load() {
        check(!self.broken.load, 'store')
        return self.stored
      },
      async save(record) {
        check(!self.broken.save, 'store')
        self.stored = structuredClone(record)
      },
    },
    deadLetters: {
      async add(letters) {
        check(!self.broken.letters, 'store')
        self.letters.push(...letters)
      },
    },
  }
}
