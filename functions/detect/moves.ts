import type { SelectionId } from '../book/ids.ts'
import { derived } from '../book/price.ts'
import type { DetectSettings } from '../settings.ts'
import type { MarketTrack, Past, QuoteTrack } from './track.ts'

/** One quote went from `from` to what it is now; `change` is signed. */
export type Moved = { quote: QuoteTrack; from: Past; change: number }

/** `steams` are of one selection and one direction each, bookmakers in the order in which the market lists them. */
export type Moves = { moves: readonly Moved[]; steams: readonly (readonly Moved[])[] }

/** What the quotes that have just changed make of the market's recent past. A quote that is part of a steam is not a move besides. */
export function movesOf(track: MarketTrack, changed: readonly QuoteTrack[], rules: DetectSettings): Moves {
  const steams = steamsOf(track, changed, rules)
  const steamed = new Set(steams.flat().map(({ quote }) => quote))
  const moves = changed.flatMap((quote) => {
    if (steamed.has(quote)) return []
    const moved = furthest(quote, quote.now.observedAtMs - rules.moveWindowMs)
    return moved !== undefined && Math.abs(moved.change) >= rules.moveChange ? [moved] : []
  })
  return { moves, steams }
}

function steamsOf(track: MarketTrack, changed: readonly QuoteTrack[], rules: DetectSettings): Moved[][] {
  const sinceMs = track.observedAtMs - rules.steamWindowMs
  const goesOn = new Map<string, { selection: SelectionId; up: boolean }>()
  for (const quote of changed) {
    for (const up of [true, false]) {
      const change = moved(quote, sinceMs, up)?.change ?? 0
      if (Math.abs(change) >= rules.steamChange) goesOn.set(`${quote.selectionId} ${up}`, { selection: quote.selectionId, up })
    }
  }
  return [...goesOn.values()].flatMap(({ selection, up }) => {
    const quotes = track.selections.get(selection)?.quotes
    if (quotes === undefined || quotes.size < rules.steamBookmakers) return []
    const together = [...quotes.values()]
      .map((quote) => moved(quote, sinceMs, up))
      .filter((one) => one !== undefined)
      .filter(({ change }) => Math.abs(change) >= rules.steamChange)
    return together.length >= rules.steamBookmakers ? [together] : []
  })
}

/** The larger of its rise and its fall since then. */
function furthest(quote: QuoteTrack, sinceMs: number): Moved | undefined {
  const [rise, fall] = [moved(quote, sinceMs, true), moved(quote, sinceMs, false)]
  if (rise === undefined || fall === undefined) return rise ?? fall
  return rise.change >= -fall.change ? rise : fall
}

/** Rounded, since 0.35 − 0.3 is a little less than 0.05. */
function moved(quote: QuoteTrack, sinceMs: number, up: boolean): Moved | undefined {
  const { chance } = quote.now
  const from = (up ? quote.lows : quote.highs).find(({ untilMs }) => untilMs >= sinceMs)
  if (from === undefined || chance === null) return undefined
  const change = derived(chance - from.chance)
  return up === change > 0 ? { quote, from, change } : undefined
}
