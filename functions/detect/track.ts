import type { Bookmaker, MarketId, SelectionId, Topic } from '../book/ids.ts'
import type { Snapshot, SnapshotSelection } from '../book/market.ts'
import type { PriceFormat } from '../book/price.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import type { DetectSettings } from '../settings.ts'
import { type Reading, readingOf, withExchanges } from './reading.ts'

/** What is remembered of one market: its prices now, and what they were a short while ago. */
export type MarketTrack = {
  marketId: MarketId
  topic: Topic
  name: string
  priceFormat: PriceFormat
  inPlay: boolean
  asOfMs: number
  observedAtMs: number
  /** Undefined where the host cannot say. */
  place: HubPlace | undefined
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
  if (seen.kind === 'gone' || seen.market.status !== 'open') return { track: emptied(before, seen, place), changed: [] }
  const { marketId, topic, asOfMs, observedAtMs, priceFormat, market } = seen
  const known = before?.priceFormat === priceFormat ? before : undefined
  const exchanges = withExchanges(before?.exchanges ?? new Set<Bookmaker>(), seen)
  const confirmedMs = gapless ? (seen.unchangedUntilMs ?? 0) : 0
  const selections = new Map(seen.complete ? [] : known?.selections)
  const changed: QuoteTrack[] = []
  for (const selection of seen.selections) {
    const quotes = followSelection(selection, known, confirmedMs, seen, exchanges, rules)
    const { id, name } = selection
    const isThere = quotes.size > 0 || selection.quotes.some(({ status }) => status !== 'removed')
    if (isThere) selections.set(id, { id, name, quotes })
    else selections.delete(id)
    const old = known?.selections.get(id)?.quotes
    for (const quote of quotes.values()) {
      const was = old?.get(quote.bookmaker)
      if (quote.lows.length > 0 && was !== undefined && was.now.chance !== quote.now.chance) changed.push(quote)
    }
  }
  const said = { marketId, topic, asOfMs, observedAtMs, place, priceFormat, name: market.name, inPlay: isInPlay(seen) }
  return { track: { ...said, exchanges, selections }, changed }
}

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

/** Remembered all the same, so that what is older is known to be so. */
function emptied(before: MarketTrack | undefined, seen: SnapshotMessage, place: HubPlace | undefined): MarketTrack {
  const { marketId, topic, asOfMs, observedAtMs } = seen
  const { name, priceFormat, exchanges } = before ?? { name: '', priceFormat: 'probability', exchanges: new Set() }
  const said = { marketId, topic, asOfMs, observedAtMs, place, name, priceFormat, exchanges }
  return { ...said, inPlay: false, selections: new Map() }
}

/** What the feed tells; else a fixture is taken to start on time. */
function isInPlay({ market: { inPlay, fixture }, observedAtMs }: Snapshot): boolean {
  const startsAtMs = fixture?.startsAtMs ?? null
  return inPlay ?? (startsAtMs !== null && startsAtMs <= observedAtMs)
}

function followSelection(
  { id, name, quotes }: SnapshotSelection,
  known: MarketTrack | undefined,
  confirmedMs: number,
  seen: Snapshot,
  exchanges: ReadonlySet<Bookmaker>,
  rules: DetectSettings,
): Map<Bookmaker, QuoteTrack> {
  const old = known?.selections.get(id)?.quotes
  const tracked = new Map(seen.complete ? [] : old)
  for (const quote of quotes) {
    const now = readingOf(quote, seen, exchanges, rules)
    const { bookmaker, point } = quote
    if (now === undefined) {
      tracked.delete(bookmaker)
      continue
    }
    const was = old?.get(bookmaker)
    // What is said of the message before says nothing of a quote that was not in it.
    const isConfirmed = was !== undefined && was.now.observedAtMs === known?.observedAtMs
    const lookedAtMs = Math.max(was?.now.observedAtMs ?? 0, isConfirmed ? confirmedMs : 0)
    tracked.set(bookmaker, followQuote(was, { selectionId: id, selectionName: name, bookmaker, point, now }, lookedAtMs, rules))
  }
  return tracked
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
  const isComparable = before !== undefined && before.point === after.point && from !== null && now.chance !== null
  if (!isComparable || now.observedAtMs - untilMs > rules.moveWindowMs / 2) return { ...after, lows: [], highs: [] }
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
