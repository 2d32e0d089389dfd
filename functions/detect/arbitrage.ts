import type { Evidence } from '../book/alert.ts'
import { linesOf } from '../book/lines.ts'
import { derived } from '../book/price.ts'
import type { DetectSettings } from '../settings.ts'
import type { MarketTrack, QuoteTrack } from './track.ts'

/** A price at which a selection can be backed. */
export type Offer = Omit<Evidence, 'before'>
/** One leg a selection, each where it pays most. `size`: what a stake of 1, spread so that all pay the same, earns whatever wins. */
export type Arbitrage = { legs: readonly Offer[]; size: number }

/** More than this is no gift but a mistake: a mistyped price, or a wrong link between two questions that only sound alike. */
const mostBelievable = 0.25

/**
 * In play prices are good for seconds, and those that were read at different moments of a game make arbitrages that nobody could ever have
 * had: of 169 found in a recorded day of baseball, at quotes of up to three minutes, 158 were in play, the best at 71%.
 */
const inPlayStaleAfterMs = 5_000

/** What earns enough to be told of, and not too much to be true. */
export function isWorthwhile(sum: number, { arbitrageMargin }: DetectSettings): boolean {
  return sum < 1 - arbitrageMargin && 1 / sum - 1 <= mostBelievable
}

/** How far behind the clock of whoever reads it a price may be. */
export const currentForMs = (inPlay: boolean, { staleAfterMs }: DetectSettings) =>
  inPlay ? Math.min(inPlayStaleAfterMs, staleAfterMs) : staleAfterMs

/**
 * The arbitrages in one market: on one line, over at least two bookmakers.
 *
 * Only a bookmaker that prices every selection of the line, for 1 or more together, takes part. For nobody sells certainty below cost: who
 * seems to has mistyped a price, or the market has an answer that nobody quotes just now, and backing all the others is a bet like any other.
 */
export function arbitragesIn(market: MarketTrack, rules: DetectSettings): Arbitrage[] {
  if (market.selections.size < 2 || cheapestOnAnyLine(market) >= 1 - rules.arbitrageMargin) return []
  const quotes = [...market.selections.values()].map((selection) =>
    [...selection.quotes.values()].filter((quote) => isCurrent(quote, market, rules)),
  )
  return linesOf(quotes).flatMap(({ books }) => {
    const whole = books.flatMap(({ quotes: own }) => {
      const priced = own.filter((quote) => quote !== undefined)
      // Rounded, since ten times 0.1 is a little less than 1.
      return priced.length === own.length && derived(impliedSum(priced)) >= 1 ? [priced] : []
    })
    const [first = []] = whole
    const best = first.map((_, place) => cheapest(whole.flatMap((own) => own[place] ?? [])))
    const sum = impliedSum(best)
    if (whole.length < 2 || !isWorthwhile(sum, rules)) return []
    return [{ legs: best.map((quote) => offerOf(quote, market)), size: derived(1 / sum - 1) }]
  })
}

/** By our clock, since a partial message leaves others as they were; and by its own, which in play it must have. */
function isCurrent({ now }: QuoteTrack, { observedAtMs, inPlay }: MarketTrack, rules: DetectSettings): boolean {
  const sinceMs = observedAtMs - currentForMs(inPlay, rules)
  return now.observedAtMs >= sinceMs && (now.publishedAtMs ?? (inPlay ? 0 : sinceMs)) >= sinceMs
}

/** An upper bound of what there is to earn, and cheap: of most messages nothing more need be looked at. */
function cheapestOnAnyLine({ selections }: MarketTrack): number {
  let sum = 0
  for (const { quotes } of selections.values()) {
    let least = 1
    for (const { now } of quotes.values()) if (now.implied < least) least = now.implied
    sum += least
  }
  return sum
}

const impliedSum = (quotes: readonly QuoteTrack[]) => quotes.reduce((sum, { now }) => sum + now.implied, 0)

/** Of equals the first, so that the same prices are always the same alert. */
const cheapest = (quotes: readonly QuoteTrack[]) =>
  quotes.reduce((best, quote) => (quote.now.implied < best.now.implied ? quote : best))

export function offerOf({ selectionId, selectionName, bookmaker, point, now }: QuoteTrack, market: MarketTrack): Offer {
  return {
    marketId: market.marketId,
    selectionId,
    selectionName,
    bookmaker,
    priceFormat: market.priceFormat,
    price: now.price,
    point,
    impliedProbability: derived(now.implied),
    observedAtMs: now.observedAtMs,
    publishedAtMs: now.publishedAtMs,
  }
}
