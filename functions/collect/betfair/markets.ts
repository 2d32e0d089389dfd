import type { MarketId } from '../../book/ids.ts'
import type { Snapshot, SnapshotSelection } from '../../book/market.ts'
import type { Parsed } from '../../book/wire.ts'
import type { Rejected } from '../dead-letter.ts'
import { betfair, betfairMarketId, type Described, describe, type Names, selectionOf } from './map.ts'
import { Offers } from './offers.ts'
import {
  changedId,
  isMarketId,
  parseChange,
  parseDefinition,
  type RawChange,
  type RawDefinition,
  type RawMessage,
  type RawRunnerChange,
  type RunnerKey,
  runnerKey,
} from './raw.ts'

/** What messages changed: each adds to it. */
export type Applied = { snapshots: Snapshot[]; rejected: Rejected[]; conflated: number }
export const nothingApplied = (): Applied => ({ snapshots: [], rejected: [], conflated: 0 })

/** Betfair goes on speaking of a market for a while after its end, and may correct the result. */
const keepEndedForMs = 60 * 60_000
/** Of those that ended before that, the ids of so many: what is still said of their prices is of no interest. */
const maxEnded = 10_000

/**
 * All markets of one subscription as the stream has told them so far. It tells a market whole once, as an image, and differences from then
 * on; so a change that cannot be read leaves its market unknown, and nothing more is said of that one until it comes as an image again.
 */
export class Markets {
  readonly #markets = new Map<string, Market>()
  readonly #ended = new Set<string>()
  readonly #namesOf: (marketId: string) => Names | undefined
  /** Of the image that is coming in, which may take several messages. */
  #isImage = false
  #isDoubtful = false
  #needsImage = false

  constructor(namesOf: (marketId: string) => Names | undefined) {
    this.#namesOf = namesOf
  }

  /** Something is unknown that only another image can tell. */
  get needsImage(): boolean {
    return this.#needsImage
  }

  has(marketId: string): boolean {
    return this.#markets.has(marketId)
  }

  /** A message could not be read, and any market may have been in it. */
  missed(): void {
    this.#isDoubtful = true
    this.#needsImage = true
  }

  /** Gives the ids of all markets where the stream has now told everything. */
  apply({ ct, segmentType, pt, mc }: RawMessage, observedAtMs: number, applied: Applied): MarketId[] | null {
    const isWhole = ct === 'SUB_IMAGE' || ct === 'RESUB_DELTA'
    if (isWhole && (segmentType === null || segmentType === 'SEG_START')) this.#begin(ct === 'SUB_IMAGE')
    for (let i = 0; i < mc.length; i++) this.#change(mc[i], pt, observedAtMs, applied)
    return isWhole && (segmentType === null || segmentType === 'SEG_END') ? this.#end() : null
  }

  #begin(isImage: boolean): void {
    this.#isImage = isImage
    if (!isImage) return
    this.#markets.clear()
    this.#isDoubtful = false
    this.#needsImage = false
  }

  /** A market whose very id could not be read may be any of those that seem to be missing. */
  #end(): MarketId[] | null {
    this.#isImage = false
    return this.#isDoubtful ? null : [...this.#markets.keys()].map(betfairMarketId)
  }

  #change(raw: unknown, pt: number | null, observedAtMs: number, applied: Applied): void {
    const change = parseChange(raw)
    if (!change.ok) return this.#reject(raw, change.reason, applied)
    const { id, img, con, marketDefinition } = change.value
    if (con) applied.conflated++
    let market = this.#markets.get(id)
    let definition: Parsed<RawDefinition> | undefined
    if (marketDefinition !== null) {
      definition = parseDefinition(marketDefinition)
      if (!definition.ok) return this.#reject(raw, `marketDefinition.${definition.reason}`, applied)
      // One that was moved to another event comes twice in an image, and only the newer one lives.
      const isOvertaken = this.#isImage && (market?.version ?? 0) > (definition.value.version ?? 0)
      if (isOvertaken) return
    }
    if (market === undefined || img) {
      if (!isMarketId(id)) return this.#reject(raw, 'id: not a market id', applied)
      if (definition === undefined && this.#ended.has(id)) return
      if (definition === undefined) return this.#reject(raw, 'changes without an image before them', applied)
      this.#dropEnded(observedAtMs)
      market = new Market(id)
      this.#markets.set(id, market)
    }
    if (market.isUnknown) return
    if (definition?.ok === true) market.define(definition.value, this.#namesOf(id), observedAtMs)
    if (market.change(change.value) || definition !== undefined) {
      const snapshot = market.snapshot(pt, observedAtMs)
      if (snapshot !== undefined) applied.snapshots.push(snapshot)
    }
  }

  #reject(raw: unknown, reason: string, applied: Applied): void {
    const id = changedId(raw)
    applied.rejected.push({ marketId: id === undefined ? null : betfairMarketId(id), reason, body: JSON.stringify(raw) })
    if (id === undefined) return this.missed()
    this.#needsImage = true
    const market = this.#markets.get(id) ?? new Market(id)
    market.isUnknown = true
    this.#markets.set(id, market)
  }

  #dropEnded(nowMs: number): void {
    for (const [id, { endedAtMs }] of this.#markets) {
      if (endedAtMs === null || nowMs - endedAtMs < keepEndedForMs) continue
      this.#markets.delete(id)
      this.#ended.add(id)
    }
    for (const id of this.#ended) {
      if (this.#ended.size <= maxEnded) return
      this.#ended.delete(id)
    }
  }
}

class Market {
  readonly #marketId: MarketId
  readonly #runners = new Map<RunnerKey, Runner>()
  #described: Described | undefined
  /** As last shown. A runner that did not change keeps its place in it, so that whoever compares sees that at a glance. */
  #selections: SnapshotSelection[] = []
  version: number | null = null
  endedAtMs: number | null = null
  isUnknown = false
  readonly #id: string

  constructor(id: string) {
    this.#id = id
    this.#marketId = betfairMarketId(id)
  }

  define(definition: RawDefinition, names: Names | undefined, nowMs: number): void {
    const described = describe(this.#id, definition, names)
    this.#described = described
    this.version = definition.version
    this.endedAtMs = definition.status === 'CLOSED' ? nowMs : null
    for (const runner of this.#runners.values()) runner.place = undefined
    this.#selections = described.runners.map((of, place) => {
      const runner = this.#runner(of.key)
      runner.place = place
      return selectionOf(of, runner.last, runner.back.best, runner.lay.best)
    })
  }

  /** Whether anything that is shown is now another. */
  change({ rc }: RawChange): boolean {
    let selections: SnapshotSelection[] | undefined
    for (const change of rc) {
      const runner = this.#runner(runnerKey(change.id, change.hc))
      if (!runner.change(change) || runner.place === undefined) continue
      const described = this.#described?.runners[runner.place]
      if (described === undefined) continue
      selections ??= this.#selections.slice()
      selections[runner.place] = selectionOf(described, runner.last, runner.back.best, runner.lay.best)
    }
    if (selections === undefined) return false
    this.#selections = selections
    return true
  }

  /** Nothing as long as it was not defined. */
  snapshot(pt: number | null, observedAtMs: number): Snapshot | undefined {
    if (this.#described === undefined) return undefined
    const { topic, market } = this.#described
    return {
      marketId: this.#marketId,
      feed: betfair,
      topic,
      asOfMs: pt ?? observedAtMs,
      observedAtMs,
      publishedAtMs: pt,
      complete: true,
      priceFormat: 'decimal',
      market,
      selections: this.#selections,
    }
  }

  #runner(key: RunnerKey): Runner {
    let runner = this.#runners.get(key)
    if (runner === undefined) this.#runners.set(key, (runner = new Runner()))
    return runner
  }
}

class Runner {
  readonly back = new Offers('back')
  readonly lay = new Offers('lay')
  last: number | null = null
  /** In the market's list of selections; prices may come before the definition that lists it. */
  place: number | undefined

  /** Whether its last price or one of its best ones is now another. */
  change({ ltp, atb, atl, bdatb, bdatl, batb, batl }: RawRunnerChange): boolean {
    const { last, back, lay } = this
    // 0: never traded.
    if (ltp !== null) this.last = ltp === 0 ? null : ltp
    let isNew = last !== this.last
    if (atb !== null && back.changeByPrice(atb)) isNew = true
    if (atl !== null && lay.changeByPrice(atl)) isNew = true
    if (bdatb !== null && back.changeDisplayed(bdatb)) isNew = true
    if (bdatl !== null && lay.changeDisplayed(bdatl)) isNew = true
    if (batb !== null && back.changeByLevel(batb)) isNew = true
    if (batl !== null && lay.changeByLevel(batl)) isNew = true
    return isNew
  }
}
