import type { MarketId, Topic } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Rejected } from './dead-letter.ts'

/** A market that a tombstone is owed to, should its feed stop listing it. A settled one is owed none: it has told its own end. */
export type OpenMarket = { marketId: MarketId; topic: Topic }

/** `unsure`: the beginnings of ids of which the listing proves nothing. */
export type Listing = { unsure: readonly string[]; snapshots: readonly Snapshot[]; rejected: readonly Rejected[] }

/**
 * What a poll says of the markets that were open before it. Only what it listed completely proves that a market is gone (I10), and one
 * that could not be read is there all the same.
 */
export function compare(before: readonly OpenMarket[], { unsure, snapshots, rejected }: Listing) {
  const known = new Set(before.map((market) => market.marketId))
  const unreadable = new Set(rejected.map((market) => market.marketId))
  const listed = new Set(snapshots.map((snapshot) => snapshot.marketId))
  const named = new Set(unsure)
  const maybe = ({ marketId }: OpenMarket) =>
    unreadable.has(marketId) || named.has(marketId) || unsure.some((start) => marketId.startsWith(start))
  const unsettled = snapshots.filter((s) => s.market.status !== 'settled').map(({ marketId, topic }) => ({ marketId, topic }))
  const newcomers = unsettled.filter((market) => !known.has(market.marketId))
  const missing = before.filter(({ marketId }) => !listed.has(marketId))
  return {
    newcomers,
    gone: missing.filter((market) => !maybe(market)),
    after: [...unsettled, ...missing.filter(maybe)],
  }
}

/**
 * A feed's open markets stand in one document, of at most 2 MB, which every poll writes: this many are half of that, at some hundred bytes
 * each. A feed that lists more is followed as far as this goes, and says so; what it has been following goes before what is new.
 */
export const maxOpenMarkets = 10_000

/** The snapshots that there is room to follow, and how many there is none for. */
export function withinRoom(before: readonly OpenMarket[], snapshots: Snapshot[], max = maxOpenMarkets) {
  const known = new Set(before.map((market) => market.marketId))
  let room = max - before.length
  if (snapshots.length <= room) return { followed: snapshots, leftOut: 0 }
  const followed = snapshots.filter(({ marketId }) => known.has(marketId) || room-- > 0)
  return { followed, leftOut: snapshots.length - followed.length }
}

export function union(some: readonly OpenMarket[], others: readonly OpenMarket[]): readonly OpenMarket[] {
  const known = new Set(some.map((market) => market.marketId))
  return others.length === 0 ? some : [...some, ...others.filter((market) => !known.has(market.marketId))]
}
