import type { SnapshotMessage } from '../../functions/book/wire.ts'
import type { CollectPorts } from '../../functions/collect/collect.ts'
import type { DeadLetter } from '../../functions/collect/dead-letter.ts'
import type { FeedRecord } from '../../functions/collect/feed.ts'
import { follow, type StreamEnd } from '../../functions/collect/follow.ts'
import { type News, nothingNew, type StreamFeed } from '../../functions/collect/stream.ts'
import { noDrift } from '../../functions/book/feed-health.ts'
import { type HandClock, handClock } from '../../infra/local/clock.ts'
import { feed as name } from './collecting.ts'

/** A feed of which the test is the far end. */
export type FakeStream = StreamFeed & {
  connections: number
  /** Pieces of news that nobody has asked for yet. */
  unread(): number
  says(...news: Partial<News>[]): void
  drops(reason: string): void
  ends(): void
}

export function fakeStream(heartbeatMs = 5_000): FakeStream {
  const queue: ({ news: News } | { end: Error | undefined })[] = []
  let wake: () => void = () => undefined
  const push = (...entries: typeof queue) => {
    queue.push(...entries)
    wake()
  }
  return {
    name,
    heartbeatMs,
    connections: 0,
    drift: () => noDrift,
    unread: () => queue.length,
    says: (...news) => push(...news.map((some) => ({ news: { ...nothingNew, ...some } }))),
    drops: (reason) => push({ end: new Error(reason) }),
    ends: () => push({ end: undefined }),
    async *connect({ signal }) {
      this.connections++
      for (;;) {
        while (queue.length === 0 && !signal.aborted) {
          const { promise, resolve } = Promise.withResolvers<void>()
          wake = resolve
          signal.addEventListener('abort', wake, { once: true })
          await promise
        }
        signal.throwIfAborted()
        const next = queue.shift()
        if (next !== undefined && 'news' in next) yield next.news
        else if (next?.end === undefined) return
        else throw next.end
      }
    },
  }
}

/** A worker that follows it, with fakes at its ports that work until told otherwise. */
export type Follow = {
  clock: HandClock
  hub: SnapshotMessage[]
  batches: number[]
  letters: DeadLetter[]
  stored: FeedRecord | undefined
  saves: FeedRecord[]
  broken: { hub: boolean; load: boolean; save: boolean; letters: boolean }
  /** What a publish waits for. */
  gate: Promise<void>
  logged: { what: string; facts: Record<string, unknown> }[]
  random: number
  ended: Promise<StreamEnd>
  stop(): Promise<StreamEnd>
}

export function following(feed: StreamFeed, before: Partial<Pick<Follow, 'stored' | 'broken' | 'clock'>> = {}): Follow {
  const stop = new AbortController()
  const self: Follow = {
    clock: before.clock ?? handClock(),
    hub: [],
    batches: [],
    letters: [],
    stored: before.stored,
    saves: [],
    broken: before.broken ?? { hub: false, load: false, save: false, letters: false },
    gate: Promise.resolve(),
    logged: [],
    random: 0.5,
    ended: Promise.resolve('stopped'),
    stop() {
      stop.abort()
      return self.ended
    },
  }
  self.ended = follow(feed, portsOf(self), {
    clock: self.clock,
    random: () => self.random,
    signal: stop.signal,
    log: (what, facts) => void self.logged.push({ what, facts: { ...facts } }),
  })
  return self
}

function portsOf(self: Follow): CollectPorts {
  const check = (isBroken: boolean, what: string) => {
    if (isBroken) throw new Error(`${what} is away`)
  }
  return {
    publisher: {
      async publish(messages) {
        await self.gate
        check(self.broken.hub, 'hub')
        self.batches.push(messages.length)
        self.hub.push(...messages)
      },
    },
    store: {
      async load() {
        check(self.broken.load, 'store')
        return self.stored
      },
      async save(record) {
        check(self.broken.save, 'store')
        self.stored = structuredClone(record)
        self.saves.push(self.stored)
      },
    },
    deadLetters: {
      async add(letters) {
        check(self.broken.letters, 'store')
        self.letters.push(...letters)
      },
    },
  }
}

/** Until nothing goes on that does not wait for the clock, or for a gate. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Time passes while the feed says nothing but that it is there. */
export async function beats(worker: Pick<Follow, 'clock'>, stream: FakeStream, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5_000) {
    stream.says({})
    await passes(worker, Math.min(5_000, left))
  }
}

/** Time passes in steps, and what waits for it goes on between them. */
export async function passes({ clock }: Pick<Follow, 'clock'>, ms: number, stepMs = 1_000): Promise<void> {
  await settled()
  for (let left = ms; left > 0; left -= stepMs) {
    clock.advance(Math.min(stepMs, left))
    await settled()
  }
}
