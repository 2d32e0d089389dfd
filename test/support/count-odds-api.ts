import type { Event } from './odds-api.ts'

/**
 * An independent count over bodies of The Odds API in order, by code that shares nothing with the pipeline. A quote is an outcome
 * as a bookmaker has it in a market of an event; it changes where two bodies in a row have it and its price or point differs.
 */
export function countOdds(bodies: Iterable<string>) {
  const count = { opening: 0, changed: 0, appeared: 0, vanished: 0, rescheduled: 0 }
  const starts = new Map<string, string>()
  let before: Map<string, string> | undefined
  for (const body of bodies) {
    const events = JSON.parse(body) as Event[]
    const now = quotesOf(events)
    for (const [key, value] of now) {
      if (before === undefined) count.opening++
      else if (!before.has(key)) count.appeared++
      else if (before.get(key) !== value) count.changed++
    }
    for (const key of before?.keys() ?? []) if (!now.has(key)) count.vanished++
    for (const { id, commence_time, bookmakers } of events) {
      const markets = new Set(bookmakers.flatMap(({ markets }) => markets.map(({ key }) => `${id} ${key}`)))
      for (const market of markets) {
        if ((starts.get(market) ?? commence_time) !== commence_time) count.rescheduled++
        starts.set(market, commence_time)
      }
    }
    before = now
  }
  return count
}

/** Every quote of one body: `<event> <market> <bookmaker> <name>`, and its price and point. */
export function quotesOf(events: readonly Event[]): Map<string, string> {
  const quotes = new Map<string, string>()
  for (const { id, bookmakers } of events) {
    for (const bookmaker of bookmakers) {
      for (const market of bookmaker.markets) {
        for (const { name, price, point } of market.outcomes)
          quotes.set(`${id} ${market.key} ${bookmaker.key} ${name}`, `${price} ${point ?? null}`)
      }
    }
  }
  return quotes
}
