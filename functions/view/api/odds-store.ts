import type { StoredBook } from '../../book/documents.ts'
import type { DedupeCounts, FeedHealth } from '../../book/feed-health.ts'
import type { MarketId } from '../../book/ids.ts'
import type { Tick } from '../../book/tick.ts'

/** What the API reads. Each is one query, in one partition wherever a market is named. */
export type OddsStore = {
  books(topic: string | undefined): Promise<StoredBook[]>
  book(market: MarketId): Promise<StoredBook | undefined>
  /** Up to `limit` ticks after `seq`, oldest first. */
  ticks(market: MarketId, afterSeq: number, limit: number): Promise<Tick[]>
  feeds(): Promise<{ feeds: FeedHealth[]; counts: DedupeCounts[] }>
}
