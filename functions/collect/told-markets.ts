import type { FeedName, MarketId } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import type { OpenMarket } from './open-markets.ts'
import { sameValue } from './same-value.ts'

/** Of markets that ended, too, so that one that is settled a second time is told in order. */
const maxMarkets = 5_000

/** What was last told of each market of a followed feed, and which of them have not ended. One snapshot a market, of at most 5,000 (I9). */
export class ToldMarkets {
  readonly #open: Map<MarketId, OpenMarket>
  /** The one told longest ago comes first. */
  readonly #told = new Map<MarketId, Snapshot>()

  readonly #feed: FeedName

  constructor(feed: FeedName, open: readonly OpenMarket[]) {
    this.#feed = feed
    this.#open = new Map(open.map((market) => [market.marketId, market]))
  }

  /** The message that `snapshot` is worth, or `undefined` where it says what was told already. `sureAtMs`: when all was last known to be as told. */
  messageOf(snapshot: Snapshot, nowMs: number, sureAtMs: number | null): SnapshotMessage | undefined {
    const { marketId, topic, market } = snapshot
    const before = this.#told.get(marketId)
    if (before !== undefined && sameValue(before, snapshot)) return undefined
    const told = { ...snapshot, asOfMs: placed(snapshot.asOfMs, before, nowMs) }
    this.#told.delete(marketId)
    this.#told.set(marketId, told)
    if (market.status === 'settled') this.#open.delete(marketId)
    else this.#open.set(marketId, { marketId, topic })
    this.#forgetOldest()
    return { v: 1, kind: 'market', unchangedUntilMs: before === undefined ? null : sureAtMs, ...told }
  }

  /** Tombstones for what is open and not among these. */
  goneWithout(listed: readonly MarketId[], saidAtMs: number, nowMs: number): SnapshotMessage[] {
    const known = new Set(listed)
    const gone = [...this.#open.values()].filter(({ marketId }) => !known.has(marketId))
    return gone.map(({ marketId, topic }) => {
      const asOfMs = placed(saidAtMs, this.#told.get(marketId), nowMs)
      this.#open.delete(marketId)
      this.#told.delete(marketId)
      return { v: 1, kind: 'gone', marketId, feed: this.#feed, topic, asOfMs, observedAtMs: nowMs, publishedAtMs: null }
    })
  }

  /** All that is open, once more, as of the time at which the feed was last heard: whatever was taken for stale before is not now. */
  again(saidAtMs: number, observedAtMs: number): SnapshotMessage[] {
    return this.#listed().map((before) => {
      const told = { ...before, asOfMs: placed(saidAtMs, before, observedAtMs), observedAtMs }
      this.#told.set(told.marketId, told)
      return { v: 1, kind: 'market', unchangedUntilMs: null, ...told }
    })
  }

  open(): MarketId[] {
    return [...this.#open.keys()]
  }

  count(): { markets: number; selections: number } {
    const listed = this.#listed()
    return { markets: listed.length, selections: listed.reduce((sum, { selections }) => sum + selections.length, 0) }
  }

  #listed(): Snapshot[] {
    return [...this.#told.values()].filter(({ marketId }) => this.#open.has(marketId))
  }

  #forgetOldest(): void {
    for (const marketId of this.#told.keys()) {
      if (this.#told.size <= maxMarkets) return
      this.#told.delete(marketId)
    }
  }
}

/**
 * No two messages of one market carry the same `asOfMs`: only then is one that comes twice, behind a newer one, stale to dedupe. And none
 * is in the future, for dedupe's guard against clocks that run ahead.
 */
const placed = (asOfMs: number, before: Snapshot | undefined, nowMs: number) =>
  Math.max(Math.min(asOfMs, nowMs), (before?.asOfMs ?? 0) + 1)
