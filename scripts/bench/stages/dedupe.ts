import { BulkOperationType, type Database, type OperationInput } from '@azure/cosmos'

import { bookDocument, tickDocuments } from '../../../functions/book/documents.ts'
import type { HubEvent } from '../../../functions/connect/hub-events.ts'
import { BookCache } from '../../../functions/dedupe/book-cache.ts'
import { bookStore } from '../../../functions/dedupe/cosmos.ts'
import { dedupe } from '../../../functions/dedupe/dedupe.ts'
import { shape } from '../market-stream.ts'
import { inLanes, noLetters, rounds, type Stage } from './cost.ts'
import { messagesOf, writesOf } from './rounds.ts'

/** Events as the host hands them over → the store. */
export function dedupeStage(database: Database): Stage {
  const batches = messagesOf('dedupe').map((messages, round) =>
    messages.map((message, i): HubEvent => {
      const body = new TextEncoder().encode(JSON.stringify(message))
      return { body, partition: '0', sequence: round * shape.markets + i }
    }),
  )
  const ports = { books: bookStore(database, 86_400, new AbortController().signal), deadLetters: noLetters }
  const cache = new BookCache()
  const odds = database.container('odds')
  const ready = writesOf('bare').map((writes) =>
    writes.map((write) => ({
      id: write.book.marketId,
      operations: [
        { operationType: BulkOperationType.Upsert, resourceBody: bookDocument(write.book, 86_400) },
        ...tickDocuments(write.ticks, write.book, 86_400).map((resourceBody) => ({
          operationType: BulkOperationType.Create,
          resourceBody,
        })),
      ] as OperationInput[],
    })),
  )
  return {
    name: 'dedupe',
    bareIs: 'the SDK writes ready batches',
    async stage(round) {
      const { fresh } = await dedupe(batches[round] ?? [], ports, cache, Date.now)
      if (fresh !== shape.markets)
        throw new Error(`${fresh} of ${shape.markets} messages were fresh in round ${round} of ${rounds}`)
    },
    bare: (round) => inLanes(32, ready[round] ?? [], ({ id, operations }) => odds.items.batch(operations, id)),
  }
}
