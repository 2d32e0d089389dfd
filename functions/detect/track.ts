import type { Bookmaker, MarketId, SelectionId, Topic } from '../book/ids.ts'
import type { Snapshot, SnapshotQuote } from '../book/market.ts'
import { derived, exactProbability, type PriceFormat } from '../book/price.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import type { DetectSettings } from '../settings.ts'

/** What is remembered of one market: its prices now, and what they were a short while ago. */
export type MarketTrack = {
  marketId: MarketId
  topic: Topic
  name: string
  priceFormat: PriceFormat
  asOfMs: number
  observedAtMs: number
  /** Undefined where the host cannot say. */
  place: HubPlace | undefined
  /** Who quotes both sides here, or has done so. */
  exchanges: ReadonlySet<Bookmaker>
  /** Those that are in the market. One without quotes has none that is open and fresh. */
  selections: ReadonlyMap<SelectionId, SelectionTrack>
}
export type HubPlace = { partition: string; sequence: number }
export type SelectionTrack = { id: SelectionId; name: string; quotes: ReadonlyMap<Bookmaker, QuoteTrack> }

/** `lows`: of the values before this one, each that is lower than all after it, oldest first; `highs` likewise. They are all that a move can start from. */
export type QuoteTrack = {
  selectionId: SelectionId
  selectionName: string
  bookmaker: Bookmaker
  point: number | null
  now: Reading
  lows: readonly Past[]
  highs: readonly Past[]
}
/** `price` is that of `back`. `chance`: what a move is measured by (see `chanceOf`); null where there is no telling. */
export type Reading = {
  price: number
  implied: number
  chance: number | null
  observedAtMs: number
  publishedAtMs: number | null
}
/** `untilMs`: when the quote was last known to be this. */
export type Past = { price: number; chance: number; untilMs: number }

/** A slow climb in steps finer than this many a window is measured from a little later than where it began. */
const maxPasts = 16

/** `gapless`: no message of this market was missed since `before`, so what a message says of the one before it is said of `before`. */
export type Arrival = { place: HubPlace | undefined; gapless: boolean }

/**
 * The market after one more message, and the quotes whose chance is another than before.
 *
 * What is not comparable with what came before starts anew, and nothing can move from there: a quote that was closed, suspended or gone, whose
 * point is another, whose own clock is far behind ours, or at which nobody looked for longer than half a window (the feed was away, or
 * this worker). A quote counts as looked at until the feed was last read and showed the same (`unchangedUntilMs`), for a market is
 * published when it changes. Where that is unknown, or may be about a message that was missed, only when it was last in a message counts.
 */
export function follow(
  before: MarketTrack | undefined,
  seen: SnapshotMessage,
  { place, gapless }: Arrival,
  rules: DetectSettings,
): { track: MarketTrack; changed: QuoteTrack[] } {
  const { marketId, topic, asOfMs, observedAtMs } = seen
  const exchanges = before?.exchanges ?? new Set<Bookmaker>()
  const said = { marketId, topic, asOfMs, observedAtMs, place }
  if (seen.kind === 'gone' || seen.market.status !== 'open') {
    const { name, priceFormat } = seen.kind === 'gone' ? (before ?? unnamed) : { ...seen.market, ...seen }
    return { track: { ...said, name, priceFormat, exchanges, selections: new Map() }, changed: [] }
  }
  const known = before?.priceFormat === seen.priceFormat ? before : undefined
  const after = { ...said, name: seen.market.name, priceFormat: seen.priceFormat, exchanges: withExchanges(exchanges, seen) }
  const confirmedMs = gapless ? (seen.unchangedUntilMs ?? 0) : 0
  const changed: QuoteTrack[] = []
  const selections = new Map(seen.complete ? [] : known?.selections)
  for (const { id, name, quotes } of seen.selections) {
    const old = known?.selections.get(id)?.quotes
    const tracked = new Map(seen.complete ? [] : old)
    for (const quote of quotes) {
      const now = readingOf(quote, seen, after.exchanges, rules)
      if (now === undefined) {
        tracked.delete(quote.bookmaker)
        continue
      }
      const was = old?.get(quote.bookmaker)
      const lookedAtMs = was === undefined ? 0 : lookedAtUntil(was, known, confirmedMs)
      const { bookmaker, point } = quote
      const track = followQuote(was, { selectionId: id, selectionName: name, bookmaker, point, now }, lookedAtMs, rules)
      tracked.set(bookmaker, track)
      if (track.lows.length > 0 && was?.now.chance !== now.chance) changed.push(track)
    }
    if (tracked.size > 0 || quotes.some(({ status }) => status !== 'removed')) selections.set(id, { id, name, quotes: tracked })
    else selections.delete(id)
  }
  return { track: { ...after, selections }, changed }
}

const unnamed = { name: '', priceFormat: 'probability' } as const

/** The same market, in which nothing can move from before now any more. */
export function withRestarted(track: MarketTrack, quotes: readonly QuoteTrack[]): MarketTrack {
  if (quotes.length === 0) return track
  const selections = new Map(track.selections)
  for (const quote of quotes) {
    const selection = selections.get(quote.selectionId)
    if (selection === undefined) continue
    const anew = { ...quote, lows: [], highs: [] }
    selections.set(selection.id, { ...selection, quotes: new Map(selection.quotes).set(quote.bookmaker, anew) })
  }
  return { ...track, selections }
}

/** Undefined unless the quote can be backed now: open, and not stale. */
function readingOf(
  { status, back, lay, bookmaker, publishedAtMs: own }: SnapshotQuote,
  { priceFormat, observedAtMs, publishedAtMs: market }: Snapshot,
  exchanges: ReadonlySet<Bookmaker>,
  rules: DetectSettings,
): Reading | undefined {
  if (status !== 'open' || back === null) return undefined
  const implied = exactProbability(back, priceFormat)
  const publishedAtMs = own ?? market
  if (implied === undefined || (publishedAtMs !== null && observedAtMs - publishedAtMs > rules.staleAfterMs)) return undefined
  const layImplied = lay === null ? undefined : exactProbability(lay, priceFormat)
  const chance = exchanges.has(bookmaker) ? midway(implied, layImplied, rules) : derived(implied)
  return { price: back, implied, chance, observedAtMs, publishedAtMs }
}

/**
 * A bookmaker's price is its own word, and what it implies is the measure. Where both sides are quoted neither is anyone's last word, and the
 * middle is. A spread of more than twice the threshold has no middle that means anything; so one side that is pulled, or taken, by
 * itself never looks like a move. `last` is no measure: it tells what was, and some venues set it anew at the end of the day.
 */
function midway(implied: number, layImplied: number | undefined, { moveChange }: DetectSettings): number | null {
  if (layImplied === undefined || Math.abs(derived(implied - layImplied)) > 2 * moveChange) return null
  return derived((implied + layImplied) / 2)
}

function withExchanges(known: ReadonlySet<Bookmaker>, { selections }: Snapshot): ReadonlySet<Bookmaker> {
  let all: Set<Bookmaker> | undefined
  for (const { quotes } of selections)
    for (const { bookmaker, lay } of quotes)
      if (lay !== null && !known.has(bookmaker)) all = (all ?? new Set(known)).add(bookmaker)
  return all ?? known
}

/** What is said of the message before says nothing of a quote that was not in it. */
function lookedAtUntil({ now }: QuoteTrack, market: MarketTrack | undefined, confirmedMs: number): number {
  return now.observedAtMs === market?.observedAtMs ? Math.max(now.observedAtMs, confirmedMs) : now.observedAtMs
}

function followQuote(
  before: QuoteTrack | undefined,
  after: Omit<QuoteTrack, 'lows' | 'highs'>,
  lookedAtMs: number,
  rules: DetectSettings,
): QuoteTrack {
  const { now } = after
  const untilMs = Math.min(lookedAtMs, now.observedAtMs)
  const from = before?.now.chance ?? null
  if (
    before === undefined ||
    from === null ||
    now.chance === null ||
    before.point !== after.point ||
    now.observedAtMs - untilMs > rules.moveWindowMs / 2
  )
    return { ...after, lows: [], highs: [] }
  if (from === now.chance) return { ...after, lows: before.lows, highs: before.highs }
  const past: Past = { price: before.now.price, chance: from, untilMs }
  const sinceMs = now.observedAtMs - Math.max(rules.moveWindowMs, rules.steamWindowMs)
  return {
    ...after,
    lows: withPast(before.lows, past, sinceMs, (a, b) => a < b),
    highs: withPast(before.highs, past, sinceMs, (a, b) => a > b),
  }
}

function withPast(pasts: readonly Past[], past: Past, sinceMs: number, isBeyond: (a: number, b: number) => boolean): Past[] {
  const kept = pasts.filter(({ chance, untilMs }) => untilMs >= sinceMs && isBeyond(chance, past.chance))
  kept.push(past)
  if (kept.length > maxPasts) kept.splice(1, 1)
  return kept
}
