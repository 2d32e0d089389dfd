import type { FeedName } from '../../functions/book/ids.ts'
import type { DeadLetter } from '../../functions/collect/dead-letter.ts'
import type { FeedRecord } from '../../functions/collect/feed.ts'
import { healthKeeper } from '../../functions/collect/push/health.ts'
import { pushMemories } from '../../functions/collect/push/memory.ts'
import { type PushDesk, putOdds } from '../../functions/collect/push/put-odds.ts'
import type { Published, PushResult } from '../../functions/collect/push/push.ts'
import { type HandClock, handClock } from '../../infra/local/clock.ts'
import { type DedupedBooks, dedupedBooks } from './through.ts'

export type PushAnswerBody = {
  status: number
  title?: string
  detail?: string
  accepted?: number
  rejected?: number
  results?: PushResult[]
}

/** The desk at which providers push, with dedupe behind its hub and fakes at its other ports, which work until told otherwise. */
export type Pushing = DedupedBooks & {
  clock: HandClock
  letters: DeadLetter[]
  records: Map<FeedName, FeedRecord>
  saves: number
  hub: Published | undefined
  storeWorks: boolean
  put(feed: string, body: unknown): Promise<PushAnswerBody & { headers: Readonly<Record<string, string>> }>
  putText(feed: string, text: string | Uint8Array, contentLength?: string | null): ReturnType<Pushing['put']>
}

export function pushing(): Pushing {
  const check = () => {
    if (!self.storeWorks) throw new Error('store is away')
  }
  const clock = handClock()
  const deduped = dedupedBooks()
  const self: Pushing = {
    ...deduped,
    clock,
    letters: [],
    records: new Map(),
    saves: 0,
    hub: undefined,
    storeWorks: true,
    put: (feed, body) => self.putText(feed, JSON.stringify(body)),
    async putText(feed, text, contentLength) {
      const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
      const length = contentLength === undefined ? String(bytes.byteLength) : contentLength
      const body = { contentLength: length, bytes: async () => bytes }
      const { reply } = await putOdds(feed, body, desk, () => clock.nowMs())
      return { ...(JSON.parse(String(reply.body)) as object), status: reply.status, headers: reply.headers }
    },
  }
  const desk: PushDesk = {
    memoryOf: pushMemories(),
    readsItself: (feed) => feed === 'predictit',
    ports: {
      publisher: {
        async publish(messages) {
          if (self.hub?.kind === 'busy' || self.hub?.kind === 'away') return self.hub
          deduped.take(messages)
          return self.hub ?? { kind: 'published', tooLarge: [] }
        },
      },
      deadLetters: {
        async add(letters) {
          check()
          self.letters.push(...letters)
        },
      },
      health: healthKeeper(
        {
          async load(feed) {
            check()
            return self.records.get(feed)
          },
          async save(record) {
            check()
            self.saves++
            self.records.set(record.health.feed, structuredClone(record))
          },
        },
        clock,
        () => undefined,
      ),
    },
  }
  return self
}
