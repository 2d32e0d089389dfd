import { fieldOf, listOf, type OddsFormat } from './raw.ts'

/**
 * The format of a body's prices, told by their size, for the body does not say; undefined where it has no price. No American one
 * lies between −100 and 100. No decimal one is negative, and some are below 100, though in a field of golfers they may be few.
 */
export function formatOf(body: readonly unknown[]): OddsFormat | undefined {
  let below100 = 0
  let beyond100 = 0
  let negative = 0
  for (const event of body) {
    for (const bookmaker of listOf(event, 'bookmakers')) {
      for (const market of listOf(bookmaker, 'markets')) {
        for (const outcome of listOf(market, 'outcomes')) {
          const price = fieldOf(outcome, 'price')
          if (typeof price !== 'number') continue
          if (price >= 1 && price < 100) below100++
          if (Math.abs(price) >= 100) beyond100++
          if (price <= -100) negative++
        }
      }
    }
  }
  if (below100 + beyond100 === 0) return undefined
  // A single price that is spoilt decides nothing.
  return below100 > Math.max(negative, beyond100 / 30) ? 'decimal' : 'american'
}
