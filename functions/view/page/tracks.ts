import { signal } from '@preact/signals'

import { type MarketId, type QuoteKey, quoteKeyOf } from '../../book/ids.ts'
import type { Book, Quote } from '../../book/market.ts'
import type { Move } from '../client/board.ts'
import { chanceOf } from './arrange.ts'

/** Implied probabilities, each of which held from its instant on; in order of time. */
export type Steps = { atMs: readonly number[]; chances: readonly number[] }

/** More than `spanS` ever leaves of a day. */
const maxSteps = 56
const millionths = 1e6
/** Seconds are counted from 2020, for they are small integers until 2054 then. */
const epochMs = Date.UTC(2020, 0, 1)
const msOf = (second: number) => epochMs + second * 1_000

/** How far apart, in seconds, steps are kept that are so old: enough for a small picture of a day, and for what moved lately. */
const spanS = (ageS: number) => (ageS < 300 ? 30 : ageS < 3_600 ? 300 : ageS < 86_400 ? 3_600 : Infinity)

/**
 * Where a quote's implied probability went, in at most 56 steps (I9). When they are too many, the last of each half minute is kept, of what
 * is older than five minutes that of each five, and of what is older than an hour that of each hour, for a day.
 *
 * Whole seconds and millionths in one array, because engines keep integers below 2³⁰ in four bytes each; all of it from the beginning, so
 * that a page needs no more memory the longer it is open.
 */
export class Track {
  readonly #numbers = Array.from({ length: 2 * maxSteps }, () => 0)
  #count = 0

  get steps(): Steps {
    const indices = Array.from({ length: this.#count }, (_, i) => i)
    return { atMs: indices.map((i) => msOf(this.#second(i))), chances: indices.map((i) => this.#chance(i)) }
  }

  get lastAtMs(): number {
    return this.#count === 0 ? -Infinity : msOf(this.#second(this.#count - 1))
  }

  get last(): number {
    return this.#chance(this.#count - 1)
  }

  /** What held at an instant; where that is before all that is known, the first that is. */
  at(ms: number): number {
    let [low, high] = [0, this.#count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (msOf(this.#second(middle)) <= ms) low = middle + 1
      else high = middle
    }
    return this.#chance(Math.max(0, low - 1))
  }

  /** Clocks of different collectors may differ a little: a track never goes back. */
  add(atMs: number, chance: number) {
    if (atMs < this.lastAtMs + 1_000) this.#put(this.#count - 1, this.#second(this.#count - 1), chance)
    else {
      if (this.#count === maxSteps) this.#thin()
      this.#put(this.#count++, Math.floor((atMs - epochMs) / 1_000), chance)
    }
  }

  /** What was before the first step that is known. */
  recall(earlier: Steps) {
    const known = this.steps
    const [firstMs = Infinity] = known.atMs
    this.#count = 0
    for (const [i, ms] of earlier.atMs.entries()) if (ms < firstMs) this.add(ms, earlier.chances[i] ?? 0)
    for (const [i, ms] of known.atMs.entries()) this.add(ms, known.chances[i] ?? 0)
  }

  #thin() {
    const nowS = this.#second(this.#count - 1)
    let kept = 0
    for (let i = 0; i < this.#count; i++) {
      const [second, next] = [this.#second(i), this.#second(i + 1)]
      const span = spanS(nowS - second)
      const isLast = i === this.#count - 1 || span !== spanS(nowS - next) || Math.floor(second / span) !== Math.floor(next / span)
      if (isLast) this.#put(kept++, second, this.#chance(i))
    }
    this.#count = kept
  }

  #second(i: number): number {
    return this.#numbers[2 * i] ?? 0
  }

  #chance(i: number): number {
    return (this.#numbers[2 * i + 1] ?? 0) / millionths
  }

  #put(i: number, second: number, chance: number) {
    this.#numbers[2 * i] = second
    this.#numbers[2 * i + 1] = Math.round(chance * millionths)
  }
}

/**
 * What this browser knows of where prices went: what it saw itself, and what it was told of the time before. Only quotes that moved, or
 * were asked for, are in it.
 */
export class Tracks {
  readonly #markets = new Map<MarketId, Map<QuoteKey, Track>>()
  /** Another number when tracks have grown, a few times a minute: pictures are drawn anew then, and not with each tick. */
  readonly told = signal(0)
  #grown = false

  get markets(): ReadonlyMap<MarketId, ReadonlyMap<QuoteKey, Track>> {
    return this.#markets
  }

  of(market: MarketId, quote: QuoteKey): Track | undefined {
    return this.#markets.get(market)?.get(quote)
  }

  note(before: Book, after: Book, moves: readonly Move[]) {
    for (const { selection, bookmaker } of moves) {
      const find = (book: Book) => quoteIn(book, selection, bookmaker)
      const [was, is] = [find(before), find(after)]
      const [from, to] = [chanceOf(was, before.priceFormat), chanceOf(is, after.priceFormat)]
      if (from === to || from === 0 || to === 0) continue
      const track = this.#trackOf(after.marketId, quoteKeyOf(selection, bookmaker))
      if (track.lastAtMs === -Infinity) track.add(Math.min(before.changedAtMs, after.changedAtMs - 1_000), from)
      track.add(after.changedAtMs, to)
      this.#grown = true
    }
  }

  recall(market: MarketId, quote: QuoteKey, earlier: Steps) {
    this.#trackOf(market, quote).recall(earlier)
    this.#grown = true
  }

  forget(market: MarketId) {
    this.#markets.delete(market)
  }

  tell() {
    if (!this.#grown) return
    this.#grown = false
    this.told.value++
  }

  #trackOf(market: MarketId, quote: QuoteKey): Track {
    const tracks = this.#markets.get(market) ?? new Map<QuoteKey, Track>()
    this.#markets.set(market, tracks)
    const track = tracks.get(quote) ?? new Track()
    tracks.set(quote, track)
    return track
  }
}

function quoteIn({ selections }: Book, selection: string, bookmaker: string): Quote | undefined {
  return selections.find(({ id }) => id === selection)?.quotes.find((quote) => quote.bookmaker === bookmaker)
}
