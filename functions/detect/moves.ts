import type { SelectionId } from '../book/ids.ts'
import { derived } from '../book/price.ts'
import type { DetectSettings } from '../settings.ts'
import type { MarketTrack, Past, QuoteTrack } from './track.ts'

/** One quote went from `from` to what it is now; `change` is signed. */
export type Moved = { quote: QuoteTrack; from: Past; change: number }

/**
 * `steams` are of one selection and one direction each, bookmakers in the order in which the market lists them. `told`: the quotes of which
 * these tell, on both sides.
 */
export type Moves = { moves: readonly Moved[]; steams: readonly (readonly Moved[])[]; told: readonly QuoteTrack[] }

/**
 * What the quotes that have just changed make of the market's recent past. A quote that is part of a steam is not a move besides. Where there
 * are two selections, one falls as the other rises: that is one move, and the side that tells more of it is told.
 */
export function movesOf(track: MarketTrack, changed: readonly QuoteTrack[], rules: DetectSettings): Moves {
  const steams = steamsOf(track, changed, rules)
  const steamed = withMirrors(track, steams.flat())
  const moves = changed.flatMap((quote) => {
    if (steamed.has(quote)) return []
    const moved = furthest(quote, quote.now.observedAtMs - rules.moveWindowMs)
    return moved !== undefined && Math.abs(moved.change) >= rules.moveChange ? [[moved]] : []
  })
  const told = [...steamed, ...withMirrors(track, moves.flat())]
  const ofBookmaker = ([moved]: readonly Moved[]) => moved?.quote.bookmaker ?? ''
  return { moves: oneSided(track, moves, ofBookmaker).flat(), steams: oneSided(track, steams, () => ''), told }
}

/** These quotes, and where there are two selections those of the same bookmakers on the other. */
function withMirrors({ selections }: MarketTrack, moved: readonly Moved[]): Set<QuoteTrack> {
  const quotes = moved.map(({ quote }) => quote)
  const mirrors = quotes.flatMap(({ bookmaker }) => [...selections.values()].flatMap((side) => side.quotes.get(bookmaker) ?? []))
  return new Set([...quotes, ...(selections.size === 2 ? mirrors : [])])
}

/** Of two that are one, the one with more bookmakers, else that which went further, else the rise. */
function oneSided(
  { selections }: MarketTrack,
  all: readonly (readonly Moved[])[],
  whose: (one: readonly Moved[]) => string,
): (readonly Moved[])[] {
  if (selections.size !== 2 || all.length < 2) return [...all]
  const [first] = selections.keys()
  const best = new Map<string, readonly Moved[]>()
  for (const one of all) {
    const [moved] = one
    const towardsFirst = (moved?.quote.selectionId === first) === (moved?.change ?? 0) > 0
    const key = `${whose(one)} ${towardsFirst}`
    const other = best.get(key)
    if (other === undefined || tellsMore(one, other)) best.set(key, one)
  }
  return [...best.values()]
}

function tellsMore(one: readonly Moved[], other: readonly Moved[]): boolean {
  if (one.length !== other.length) return one.length > other.length
  const [change, otherChange] = [one[0]?.change ?? 0, other[0]?.change ?? 0]
  const further = one.length > 1 ? 0 : Math.abs(change) - Math.abs(otherChange)
  // Twelve digits of each chance are exact, and fewer of their differences.
  return Math.abs(further) < 1e-9 ? change > otherChange : further > 0
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
