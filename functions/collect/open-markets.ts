import type { MarketId, Topic } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Rejected } from './dead-letter.ts'

/** A market that a tombstone is owed to, should its feed stop listing it. A settled one is owed none: it has told its own end. */
export type OpenMarket = { marketId: MarketId; topic: Topic }

export type Listing = { complete: boolean; snapshots: readonly Snapshot[]; rejected: readonly Rejected[] }

/**
 * What a poll says of the markets that were open before it. Only a complete one proves that a market is gone (I10), and one that
 * could not be read is there all the same.
 */
export function compare(before: readonly OpenMarket[], { complete, snapshots, rejected }: Listing) {
  const known = new Set(before.map((market) => market.marketId))
  const unreadable = new Set(rejected.map((market) => market.marketId))
  const listed = new Set(snapshots.map((snapshot) => snapshot.marketId))
  const unsettled = snapshots.filter((s) => s.market.status !== 'settled').map(({ marketId, topic }) => ({ marketId, topic }))
  const newcomers = unsettled.filter((market) => !known.has(market.marketId))
  if (!complete) return { newcomers, gone: [], after: [...before, ...newcomers] }
  return {
    newcomers,
    gone: before.filter(({ marketId }) => !listed.has(marketId) && !unreadable.has(marketId)),
    after: [...unsettled, ...before.filter(({ marketId }) => unreadable.has(marketId) && !listed.has(marketId))],
  }
}

export function union(some: readonly OpenMarket[], others: readonly OpenMarket[]): readonly OpenMarket[] {
  const known = new Set(some.map((market) => market.marketId))
  return others.length === 0 ? some : [...some, ...others.filter((market) => !known.has(market.marketId))]
}
