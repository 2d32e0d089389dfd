import type { MarketId } from '../../book/ids.ts'
import type { Snapshot, SnapshotSelection } from '../../book/market.ts'
import type { Rejected } from '../dead-letter.ts'
import { clobMarketId, describe, type Described, polymarketClob, type Prices, resolved, selectionOf, undescribed } from './map.ts'
import { conditionIdOf, type ListedMarket, parseEvent, type RawBest, type RawEvent } from './raw.ts'

/** What events changed: each adds to it. */
export type Applied = { snapshots: Snapshot[]; rejected: Rejected[] }

/**
 * The markets that are followed, as the channel and the listing have told them so far. The channel tells of each token by itself; a market
 * is shown when there is word of all of its tokens, or of none that is still to be waited for.
 */
export class ClobMarkets {
  readonly #markets = new Map<string, Market>()
  /** Tokens whose markets are to be made of what is told of them. */
  readonly #asked: ReadonlySet<string>
  /** The ids of the markets and tokens that are followed. */
  #known = new Set<string>()

  constructor(asked: readonly string[] = []) {
    this.#asked = new Set(asked)
    this.#learnIds()
  }

  get ids(): MarketId[] {
    return [...this.#markets.keys()].map(clobMarketId)
  }

  get tokens(): string[] {
    return [...this.#markets.values()].flatMap((market) => market.tokens)
  }

  /** All others are followed no more. */
  keepOnly(listed: readonly ListedMarket[]): void {
    const now = new Set(listed.map(({ conditionId }) => conditionId))
    for (const [id, market] of this.#markets) if (!now.has(id) && !market.isUnlisted) this.#markets.delete(id)
    this.#learnIds()
  }

  /** Markets as they are listed now. */
  define(listed: readonly ListedMarket[], observedAtMs: number, { snapshots }: Applied): void {
    for (const one of listed) {
      const market = this.#markets.get(one.conditionId) ?? new Market(one.conditionId, false)
      this.#markets.set(one.conditionId, market)
      market.describe(describe(one, observedAtMs))
      if (market.isShown) snapshots.push(market.snapshot(null, observedAtMs))
    }
    this.#learnIds()
  }

  #learnIds(): void {
    this.#known = new Set([...this.#asked, ...this.#markets.keys(), ...this.tokens])
  }

  /** Shows what was waited for in vain. */
  showAll(observedAtMs: number, { snapshots }: Applied): void {
    for (const market of this.#markets.values()) {
      if (market.isShown) continue
      market.isShown = true
      snapshots.push(market.snapshot(null, observedAtMs))
    }
  }

  apply(raw: unknown, observedAtMs: number, applied: Applied): RawEvent | undefined {
    const event = parseEvent(raw, this.#known)
    if (!event.ok) {
      const id = conditionIdOf(raw)
      const marketId = id === null ? null : clobMarketId(id)
      applied.rejected.push({ marketId, reason: event.reason, body: JSON.stringify(raw) })
      return undefined
    }
    const told = event.value
    if (told.event_type === 'other') return told
    const market = this.#markets.get(told.market) ?? this.#unlisted(told)
    if (market?.change(told) === true && market.isShown) applied.snapshots.push(market.snapshot(told.timestamp, observedAtMs))
    return told
  }

  #unlisted(told: Exclude<RawEvent, { event_type: 'other' }>): Market | undefined {
    const token = told.event_type === 'best' ? told.changes[0]?.asset_id : 'asset_id' in told ? told.asset_id : undefined
    if (token === undefined || !this.#asked.has(token)) return undefined
    const market = new Market(told.market, true)
    this.#markets.set(told.market, market)
    this.#known.add(told.market)
    return market
  }
}

class Market {
  readonly isUnlisted: boolean
  isShown = false
  readonly #conditionId: string
  readonly #prices = new Map<string, Prices>()
  #described: Described
  #places = new Map<string, number>()
  /** As last shown. A token that did not change keeps its place in it, so that whoever compares sees that at a glance. */
  #selections: SnapshotSelection[] = []
  #winner: string | undefined

  constructor(conditionId: string, isUnlisted: boolean) {
    this.#conditionId = conditionId
    this.isUnlisted = isUnlisted
    this.#described = undescribed(conditionId, [])
  }

  get tokens(): string[] {
    return this.#described.selections.map(({ token }) => token)
  }

  describe(described: Described): void {
    this.#described = this.#winner === undefined ? described : resolved(described, this.#winner)
    this.#places = new Map(described.selections.map(({ token }, place) => [token, place]))
    this.#selections = this.#described.selections.map((of) => selectionOf(of, this.#prices.get(of.token) ?? nothing))
    // Nobody will tell of its tokens any more.
    if (described.market.status === 'settled' || described.market.status === 'closed') this.isShown = true
  }

  /** Whether anything that can be shown is now another. */
  change(event: Exclude<RawEvent, { event_type: 'other' }>): boolean {
    // What is still said of prices after the end is of no interest.
    if (this.#winner !== undefined) return false
    switch (event.event_type) {
      case 'best':
        return this.#changeBest(event.changes)
      case 'last_trade_price': {
        const { bid, ask } = this.#prices.get(event.asset_id) ?? nothing
        return this.#changePrices({ asset_id: event.asset_id, last: event.price, bid, ask })
      }
      case 'market_resolved':
        if (!this.#places.has(event.winning_asset_id)) return false
        this.#winner = event.winning_asset_id
        this.describe(this.#described)
        this.isShown = true
        return true
    }
  }

  #changeBest(changes: readonly RawBest[]): boolean {
    let isNew = false
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i]
      if (change !== undefined && this.#changePrices(change)) isNew = true
    }
    return isNew
  }

  /** Most that is said of a token is nothing new: that is seen first, and by one look. */
  #changePrices({ asset_id: token, bid, ask, last: told }: RawBest): boolean {
    const before = this.#prices.get(token) ?? nothing
    const last = told === undefined ? before.last : told
    if (before !== nothing && before.last === last && before.bid === bid && before.ask === ask) return false
    const now = { last, bid, ask }
    const place = this.#places.get(token)
    if (place === undefined) {
      if (!this.isUnlisted) return false
      this.#prices.set(token, now)
      this.describe(undescribed(this.#conditionId, [...this.tokens, token]))
      this.isShown = true
      return true
    }
    this.#prices.set(token, now)
    const described = this.#described.selections[place]
    if (described === undefined) return false
    this.#selections = this.#selections.slice()
    this.#selections[place] = selectionOf(described, now)
    if (this.#prices.size === this.#places.size) this.isShown = true
    return true
  }

  snapshot(timestamp: number | null, observedAtMs: number): Snapshot {
    const { topic, market } = this.#described
    return {
      marketId: clobMarketId(this.#conditionId),
      feed: polymarketClob,
      topic,
      asOfMs: timestamp ?? observedAtMs,
      observedAtMs,
      publishedAtMs: timestamp,
      complete: true,
      priceFormat: 'probability',
      market,
      selections: this.#selections,
    }
  }
}

const nothing: Prices = { last: null, bid: null, ask: null }
