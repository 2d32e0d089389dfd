import { tickDocuments } from '../../../functions/book/documents.ts'
import type { MarketId } from '../../../functions/book/ids.ts'
import type { SnapshotMessage } from '../../../functions/book/wire.ts'
import { plan, type Write } from '../../../functions/dedupe/plan.ts'
import { marketStream } from '../market-stream.ts'
import { movingPerMarket, rounds } from './cost.ts'

/** Round by round, a message of every market; the first opens them. */
export function messagesOf(name: string): SnapshotMessage[][] {
  const stream = marketStream(name)
  return Array.from({ length: rounds }, (_, round) =>
    stream.ids.map((_id, i) => ({
      v: 1,
      kind: 'market',
      unchangedUntilMs: null,
      ...stream.next(i, round === 0 ? 0 : movingPerMarket, 1_000 + round),
    })),
  )
}

/** What dedupe makes of them: a write a market. */
export function writesOf(name: string): Write[][] {
  const books = new Map<MarketId, Write['book'] | undefined>()
  return messagesOf(name).map((messages) =>
    messages.flatMap((message) => {
      const { writes, book } = plan([{ message, at: undefined }], books.get(message.marketId), 1_000)
      books.set(message.marketId, book)
      return writes
    }),
  )
}

/** And what the change feed brings of those: each round's ticks, as one page. */
export function pagesOf(name: string): object[][] {
  return writesOf(name).map((writes) => writes.flatMap(({ book, ticks }) => tickDocuments(ticks, book, 86_400)))
}
