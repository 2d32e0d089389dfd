import type { Bookmaker } from '../book/ids.ts'
import type { Snapshot, SnapshotQuote } from '../book/market.ts'
import { derived, exactProbability } from '../book/price.ts'
import type { DetectSettings } from '../settings.ts'

/** A quote that can be backed now. `price` is that of `back`. `chance`: what a move is measured by (see `midway`); null where there is no telling. */
export type Reading = {
  price: number
  implied: number
  chance: number | null
  observedAtMs: number
  publishedAtMs: number | null
}

/** Undefined unless the quote can be backed now: open, and not stale. `exchanges` are those who quote both sides. */
export function readingOf(
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

/** Who quotes both sides in this market, or has done so. */
export function withExchanges(known: ReadonlySet<Bookmaker>, { selections }: Snapshot): ReadonlySet<Bookmaker> {
  let all: Set<Bookmaker> | undefined
  for (const { quotes } of selections)
    for (const { bookmaker, lay } of quotes)
      if (lay !== null && !known.has(bookmaker)) all = (all ?? new Set(known)).add(bookmaker)
  return all ?? known
}
