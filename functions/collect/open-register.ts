import type { FeedHealth } from '../book/feed-health.ts'
import type { MarketId } from '../book/ids.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import type { FeedStore } from './collect.ts'
import type { FeedRecord } from './feed.ts'
import type { OpenMarket } from './open-markets.ts'

/**
 * The markets of a followed feed that a tombstone is owed to, as the store has them or is about to. The worker may be killed at any
 * moment, so the store learns of a market before the event hub does: one that was published while the store did not know it could vanish
 * without being missed. While the store does not answer, new markets therefore wait, each with no more than its newest message; the
 * others go on.
 */
export class OpenRegister {
  readonly #store: FeedStore
  readonly #open: Map<MarketId, OpenMarket>
  readonly #confirmed: Set<MarketId>
  readonly #heldBack = new Map<MarketId, SnapshotMessage>()
  #health: FeedHealth
  #storeAnswers = true
  #saves: Promise<boolean> = Promise.resolve(true)
  readonly #onTrouble: (error: unknown) => void

  constructor(store: FeedStore, { health, openMarkets }: FeedRecord, onTrouble: (error: unknown) => void) {
    this.#store = store
    this.#health = health
    this.#open = new Map(openMarkets.map((market) => [market.marketId, market]))
    this.#confirmed = new Set(this.#open.keys())
    this.#onTrouble = onTrouble
  }

  get heldBack(): number {
    return this.#heldBack.size
  }

  /** What of a batch may go out now, after what was held back before it. */
  async announced(batch: readonly SnapshotMessage[]): Promise<readonly SnapshotMessage[]> {
    const all = this.#heldBack.size === 0 ? batch : [...this.#heldBack.values(), ...batch]
    const newcomers = all.filter((message) => this.#isNewcomer(message))
    for (const { marketId, topic } of newcomers) this.#open.set(marketId, { marketId, topic })
    if (newcomers.length > 0 && !(this.#storeAnswers && (await this.#save()))) return this.#withoutNewcomers(all)
    this.#heldBack.clear()
    return all
  }

  /** What the hub has taken: markets that these leave ended are owed nothing any more. One may have ended and come back in the same batch. */
  taken(messages: readonly SnapshotMessage[]): void {
    const hasEnded = new Map(messages.map((message) => [message.marketId, isEnd(message)]))
    for (const [marketId, isOver] of hasEnded) {
      if (!isOver) continue
      this.#open.delete(marketId)
      this.#confirmed.delete(marketId)
    }
  }

  /** Whether the store has taken it. */
  save(health: FeedHealth): Promise<boolean> {
    this.#health = health
    return this.#save()
  }

  /** One after the other: each writes all there is, and an older one must not come last. */
  #save(): Promise<boolean> {
    this.#saves = this.#saves.then(async () => {
      const openMarkets = [...this.#open.values()]
      try {
        await this.#store.save({ health: this.#health, openMarkets, digest: '' })
        for (const { marketId } of openMarkets) if (this.#open.has(marketId)) this.#confirmed.add(marketId)
        this.#storeAnswers = true
      } catch (error) {
        this.#storeAnswers = false
        this.#onTrouble(error)
      }
      return this.#storeAnswers
    })
    return this.#saves
  }

  #isNewcomer(message: SnapshotMessage): boolean {
    return !isEnd(message) && !this.#confirmed.has(message.marketId)
  }

  #withoutNewcomers(all: readonly SnapshotMessage[]): readonly SnapshotMessage[] {
    return all.filter((message) => {
      const wasHeldBack = this.#heldBack.delete(message.marketId)
      if (this.#isNewcomer(message)) this.#heldBack.set(message.marketId, message)
      // Nobody has heard of a market that ends before it was ever told of.
      else return !(wasHeldBack && message.kind === 'gone')
      return false
    })
  }
}

/** It has told its own end, or is declared gone. */
const isEnd = (message: SnapshotMessage) => message.kind === 'gone' || message.market.status === 'settled'
