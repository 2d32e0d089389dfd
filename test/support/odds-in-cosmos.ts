import type { Database } from '@azure/cosmos'

import type { TickDocument } from '../../functions/book/documents.ts'
import type { MarketId } from '../../functions/book/ids.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { BookCache } from '../../functions/dedupe/book-cache.ts'
import { bookStore } from '../../functions/dedupe/cosmos.ts'
import { dedupe } from '../../functions/dedupe/dedupe.ts'
import type { OddsStore } from '../../functions/view/api/ports.ts'
import { oddsStore } from '../../functions/view/cosmos.ts'
import { ourCosmos } from './our-cosmos.ts'

export type OddsInCosmos = {
  database: Database
  store: OddsStore
  unreadable: string[]
  /** As they would come from the hub, one batch. */
  say(messages: readonly SnapshotMessage[]): Promise<void>
  ticksOf(market: MarketId): Promise<TickDocument[]>
  close(): Promise<void>
}

/** A Cosmos DB server of its own, with our containers, that dedupe writes to and the API reads from. */
export async function oddsInCosmos(): Promise<OddsInCosmos> {
  const cosmos = await ourCosmos()
  const { database } = cosmos
  const unreadable: string[] = []
  const cache = new BookCache()
  let sequence = 0
  return {
    database,
    store: oddsStore(
      database,
      ['politics', 'sports'],
      (reason) => unreadable.push(reason),
      () => 1_000,
    ),
    unreadable,
    async say(messages) {
      const events = messages.map((message) => ({
        body: Buffer.from(JSON.stringify(message)),
        partition: '0',
        sequence: sequence++,
      }))
      const deadLetters = { add: async () => Promise.reject(new Error('nothing here is unreadable')) }
      await dedupe(events, { books: bookStore(database, 86_400, AbortSignal.timeout(20_000)), deadLetters }, cache, () => 5_000)
    },
    async ticksOf(market) {
      const query = "SELECT * FROM c WHERE c.type = 'tick' ORDER BY c.seq"
      const { resources } = await database.container('odds').items.query<TickDocument>(query, { partitionKey: market }).fetchAll()
      return resources
    },
    close: () => cosmos.close(),
  }
}
