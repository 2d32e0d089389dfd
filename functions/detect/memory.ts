import type { Alert } from '../book/alert.ts'
import type { MarketId } from '../book/ids.ts'
import type { HubPlace, MarketTrack } from './track.ts'

/**
 * What this worker remembers of the markets of one hub: nothing that is not also on the hub. A worker that starts knows nothing, and finds a
 * move only from what it has seen itself; alerts may be missed by that, none is false.
 *
 * Bounded (I9): least recently told of, markets are forgotten when there are more than `maxMarkets` of them, or more than `maxQuotes` in
 * all. A quote is some 400 bytes while it rests, and up to 2 kB when it moves a lot (measured).
 */
export class Memory {
  readonly #markets = new Map<MarketId, MarketTrack>()
  readonly #runs = new Map<string, Run>()
  readonly #raised = new Set<string>()
  readonly #limits: { markets: number; quotes: number }
  #quotes = 0

  constructor({ maxMarkets = 20_000, maxQuotes = 100_000 } = {}) {
    this.#limits = { markets: maxMarkets, quotes: maxQuotes }
  }

  /** To judge one batch with. What it learns is remembered when it is kept, and only then: a batch that comes again is judged as if for the first time (I5). */
  draft(): Draft {
    return new Draft(
      (market) => this.#markets.get(market),
      (partition) => this.#runs.get(partition),
    )
  }

  keep(draft: Draft, raised: readonly Alert[]): void {
    for (const [partition, run] of draft.runs) {
      if (run === undefined) this.#runs.delete(partition)
      else this.#runs.set(partition, run)
    }
    for (const [market, track] of draft.tracks) {
      this.#forget(market)
      this.#markets.set(market, track)
      this.#quotes += quotesIn(track)
    }
    for (const market of this.#markets.keys()) {
      if (this.#markets.size <= this.#limits.markets && this.#quotes <= this.#limits.quotes) break
      this.#forget(market)
    }
    for (const { id } of raised) this.#raised.add(id)
    for (const id of this.#raised) {
      if (this.#raised.size <= maxRaised) break
      this.#raised.delete(id)
    }
  }

  /** Whether this worker has raised it lately. An arbitrage that lasts is found anew with each message, and asking the store each time whether it is there costs a write. */
  hasRaised(alert: Alert): boolean {
    return this.#raised.has(alert.id)
  }

  get size(): { markets: number; quotes: number } {
    return { markets: this.#markets.size, quotes: this.#quotes }
  }

  #forget(market: MarketId): void {
    const track = this.#markets.get(market)
    if (track === undefined) return
    this.#quotes -= quotesIn(track)
    this.#markets.delete(market)
  }
}

const maxRaised = 10_000

/** Events of a partition that were all seen, one after the other: from the first, up to but without the next. */
export type Run = { first: number; next: number }

export class Draft {
  readonly tracks = new Map<MarketId, MarketTrack>()
  readonly runs = new Map<string, Run | undefined>()
  readonly #track: (market: MarketId) => MarketTrack | undefined
  readonly #run: (partition: string) => Run | undefined

  constructor(track: (market: MarketId) => MarketTrack | undefined, run: (partition: string) => Run | undefined) {
    this.#track = track
    this.#run = run
  }

  track(market: MarketId): MarketTrack | undefined {
    return this.tracks.get(market) ?? this.#track(market)
  }

  /** Notes that an event has come. Numbers that were left out went to another worker, or were lost; without numbers there is no telling. */
  arrive(partition: string, sequence: number | undefined): HubPlace | undefined {
    if (sequence === undefined) {
      this.runs.set(partition, undefined)
      return undefined
    }
    const run = this.runs.has(partition) ? this.runs.get(partition) : this.#run(partition)
    if (run === undefined || sequence > run.next) this.runs.set(partition, { first: sequence, next: sequence + 1 })
    else if (sequence === run.next) this.runs.set(partition, { first: run.first, next: sequence + 1 })
    return { partition, sequence }
  }

  /** Whatever an unreadable event said, it may have said it of any market. */
  interrupt(partition: string): void {
    this.runs.set(partition, undefined)
  }

  /** Whether every event of the market's partition since `track` was seen here, so that none of its messages was missed. */
  isGapless({ place }: MarketTrack): boolean {
    if (place === undefined) return false
    const run = this.runs.has(place.partition) ? this.runs.get(place.partition) : this.#run(place.partition)
    return run !== undefined && place.sequence >= run.first
  }
}

function quotesIn({ selections }: MarketTrack): number {
  let sum = 0
  for (const { quotes } of selections.values()) sum += quotes.size
  return sum
}
