import type { Evidence } from '../book/alert.ts'
import { linesOf } from '../book/lines.ts'
import { derived } from '../book/price.ts'
import type { DetectSettings } from '../settings.ts'
import type { MarketTrack, QuoteTrack } from './track.ts'

/** A price at which a selection can be backed. */
export type Offer = Omit<Evidence, 'before'>
/** One leg a selection, each where it pays most. `size`: what a stake of 1, spread so that all pay the same, earns whatever wins. */
export type Arbitrage = { legs: readonly Offer[]; size: number }

/**
 * The arbitrages in one market: on one line, over at least two bookmakers.
 *
 * Only a bookmaker that prices every selection of the line, for 1 or more together, takes part. For nobody sells certainty below cost: who
 * seems to has mistyped a price, or the market has an answer that nobody quotes just now, and backing all the others is a bet like any other.
 */
export function arbitragesIn(market: MarketTrack, rules: DetectSettings): Arbitrage[] {
  if (market.selections.size < 2 || cheapestOnAnyLine(market) >= 1 - rules.arbitrageMargin) return []
  // Quotes of a partial message are younger than others.
  const sinceMs = market.observedAtMs - rules.staleAfterMs
  const quotes = [...market.selections.values()].map((selection) =>
    [...selection.quotes.values()].filter(({ now }) => now.observedAtMs >= sinceMs),
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
    if (whole.length < 2 || sum >= 1 - rules.arbitrageMargin) return []
    return [{ legs: best.map((quote) => offerOf(quote, market)), size: derived(1 / sum - 1) }]
  })
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
