import type { StoredBook } from '../../functions/book/documents.ts'
import type { MarketId } from '../../functions/book/ids.ts'
import type { Tick, TickKind } from '../../functions/book/tick.ts'
import { parseSnapshotMessage, type SnapshotMessage } from '../../functions/book/wire.ts'
import { collect, type CollectReport } from '../../functions/collect/collect.ts'
import type { DeadLetter } from '../../functions/collect/dead-letter.ts'
import type { Feed, FeedRecord } from '../../functions/collect/feed.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { plan } from '../../functions/dedupe/plan.ts'

/** What the store would hold: dedupe's own rules, message by message, each read from its JSON as the hub would bring it. */
export type DedupedBooks = {
  books: Map<MarketId, StoredBook>
  ticks: (Tick & { marketId: MarketId })[]
  messages: SnapshotMessage[]
  take(messages: readonly SnapshotMessage[]): void
  count(...kinds: TickKind[]): number
}

export function dedupedBooks(): DedupedBooks {
  const self: DedupedBooks = {
    books: new Map(),
    ticks: [],
    messages: [],
    take(messages) {
      for (const sent of messages) {
        const parsed = parseSnapshotMessage(JSON.parse(JSON.stringify(sent)), sent.observedAtMs)
        if (!parsed.ok) throw new Error(`${sent.marketId} would be dead-lettered: ${parsed.reason}`)
        const message = parsed.value
        self.messages.push(message)
        const { writes, book } = plan([{ message, at: undefined }], self.books.get(message.marketId), message.observedAtMs)
        if (book !== undefined) self.books.set(message.marketId, book)
        for (const { ticks } of writes) for (const tick of ticks) self.ticks.push({ marketId: message.marketId, ...tick })
      }
    },
    count: (...kinds) => self.ticks.filter(({ kind }) => kinds.includes(kind)).length,
  }
  return self
}

export type Through = DedupedBooks & {
  letters: DeadLetter[]
  reports: CollectReport[]
  stored(): FeedRecord | undefined
  /** One poll of the feed at this instant. */
  poll(atMs: number): Promise<CollectReport>
}

/** A feed, polled as its timer would, with everything behind it but the services: collect, the messages as JSON, dedupe. */
export function through(feed: Feed): Through {
  const deduped = dedupedBooks()
  const memory = newMemory()
  let record: FeedRecord | undefined
  let nowMs = 0
  const self: Through = {
    ...deduped,
    letters: [],
    reports: [],
    stored: () => record,
    async poll(atMs) {
      nowMs = atMs
      const report = await collect(
        feed,
        memory,
        {
          store: { load: async () => record, save: async (saved) => void (record = structuredClone(saved)) },
          deadLetters: { add: async (letters) => void self.letters.push(...letters) },
          publisher: { publish: async (messages) => deduped.take(messages) },
        },
        { nowMs: () => nowMs, random: () => 0, signal: new AbortController().signal },
      )
      self.reports.push(report)
      return report
    },
  }
  return self
}
