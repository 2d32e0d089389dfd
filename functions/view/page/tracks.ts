import { signal } from '@preact/signals'

import { type MarketId, type QuoteKey, quoteKeyOf } from '../../book/ids.ts'
import type { Book, Quote } from '../../book/market.ts'
import type { Move } from '../client/board.ts'
import { chanceOf } from './arrange.ts'

/** Where a quote's implied probability went: `chances[i]` held from `atMs[i]` on. */
export type Track = { atMs: number[]; chances: number[] }

const maxPoints = 160

/**
 * What this browser knows of where prices went: what it saw itself, and what it was told of the time before. Only quotes that moved, or
 * were asked for, are in it; and each keeps so many points that they fill a small picture (I9).
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
      if (track.atMs.length === 0) add(track, before.changedAtMs, from)
      add(track, after.changedAtMs, to)
      this.#grown = true
    }
  }

  /** What was before the first point that is known; points in order of time. */
  recall(market: MarketId, quote: QuoteKey, earlier: Track) {
    const track = this.#trackOf(market, quote)
    const [firstMs = Infinity] = track.atMs
    const atMs: number[] = []
    const chances: number[] = []
    for (const [i, ms] of earlier.atMs.entries()) {
      if (ms >= firstMs) break
      atMs.push(ms)
      chances.push(earlier.chances[i] ?? 0)
    }
    track.atMs.unshift(...atMs)
    track.chances.unshift(...chances)
    thin(track)
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
    const track = tracks.get(quote) ?? { atMs: [], chances: [] }
    tracks.set(quote, track)
    return track
  }
}

/** What held at an instant; where that is before all that is known, the first that is. */
export function chanceAt({ atMs, chances }: Track, ms: number): number | undefined {
  let [low, high] = [0, atMs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((atMs[middle] ?? 0) <= ms) low = middle + 1
    else high = middle
  }
  return chances[Math.max(0, low - 1)]
}

function quoteIn({ selections }: Book, selection: string, bookmaker: string): Quote | undefined {
  return selections.find(({ id }) => id === selection)?.quotes.find((quote) => quote.bookmaker === bookmaker)
}

/** Clocks of different collectors may differ a little: a track never goes back. */
function add(track: Track, atMs: number, chance: number) {
  const lastMs = track.atMs.at(-1) ?? -Infinity
  if (atMs <= lastMs) track.chances[track.chances.length - 1] = chance
  else {
    track.atMs.push(atMs)
    track.chances.push(chance)
  }
  thin(track)
}

/** Of the older half every other point is dropped: what is recent stays exact. */
function thin(track: Track) {
  if (track.atMs.length <= maxPoints) return
  const keep = (_: number, i: number, all: readonly number[]) => i >= all.length / 2 || i % 2 === 0
  track.atMs = track.atMs.filter(keep)
  track.chances = track.chances.filter(keep)
}
