import type { Event } from './odds-api.ts'

/**
 * Independent counts over recorded bodies of The Odds API: plain loops over the raw JSON, by code that shares nothing with the pipeline.
 */
export type RawQuote = {
  event: string
  startsAtMs: number
  market: string
  bookmaker: string
  name: string
  price: number
  point: number | undefined
  ageMs: number
}
export type RawBody = { atMs: number; quotes: RawQuote[] }

export function rawBody({ fetchedAtMs, text }: { fetchedAtMs: number; text: string }): RawBody {
  const quotes: RawQuote[] = []
  for (const event of JSON.parse(text) as Event[])
    for (const bookmaker of event.bookmakers)
      for (const market of bookmaker.markets)
        for (const { name, price, point } of market.outcomes) {
          const ageMs = fetchedAtMs - Date.parse(market.last_update)
          const startsAtMs = Date.parse(event.commence_time)
          quotes.push({ event: event.id, startsAtMs, market: market.key, bookmaker: bookmaker.key, name, price, point, ageMs })
        }
  return { atMs: fetchedAtMs, quotes }
}

export const american = (price: number) => (price < 0 ? -price / (100 - price) : 100 / (100 + price))

/** Each as its market, and the bookmaker and price of every outcome by name. */
export function countArbitrages(bodies: readonly RawBody[], margin: number): Set<string> {
  const found = new Set<string>()
  for (const { atMs, quotes } of bodies) {
    for (const [market, all] of Map.groupBy(quotes, (quote) => `${quote.event}:${quote.market}`)) {
      const names = [...new Set(all.map(({ name }) => name))].sort()
      const fresh = all.filter(({ ageMs, startsAtMs }) => ageMs <= (startsAtMs <= atMs ? 5_000 : 180_000))
      const books = [...Map.groupBy(fresh, ({ bookmaker }) => bookmaker).values()]
        .map((book) => book.sort((a, b) => (a.name < b.name ? -1 : 1)))
        .filter((book) => book.length === names.length && sum(book.map(({ price }) => american(price))) > 1 - 1e-12)
        .sort((a, b) => ((a[0]?.bookmaker ?? '') < (b[0]?.bookmaker ?? '') ? -1 : 1))
      for (const line of Map.groupBy(books, (book) => book.map(({ point }) => point).join('|')).values()) {
        const best = names.map((_, i) => {
          const offers = line.flatMap((book) => book[i] ?? [])
          return offers.find(({ price }) => american(price) === Math.min(...offers.map((offer) => american(offer.price))))
        })
        const cost = sum(best.map((leg) => american(leg?.price ?? -Infinity)))
        if (names.length > 1 && cost < 1 - margin && 1 / cost - 1 <= 0.25)
          found.add([market, ...best.map((leg) => `${leg?.bookmaker} ${leg?.price}@${leg?.point}`)].join(' '))
      }
    }
  }
  return found
}

/** Every quote's way through the bodies, restarted where it cannot be compared; `far` is told when it has gone as far as `points`, and restarts it. */
export function countMoves(
  bodies: readonly RawBody[],
  rules: { points: number; windowMs: number; gapMs: number; together: number },
): string[] {
  type Way = { point: number | undefined; now: number; atMs: number; past: { p: number; untilMs: number }[] }
  let ways = new Map<string, Way>()
  const found: string[] = []
  for (const { atMs, quotes } of bodies) {
    const after = new Map<string, Way>()
    const names = Map.groupBy(quotes, ({ event, market }) => `${event}:${market}`)
    const gone = new Map<string, { key: string; change: number }[]>()
    for (const quote of quotes) {
      if (quote.ageMs > 180_000) continue
      const key = [quote.event, quote.market, quote.name, quote.bookmaker].join(':')
      const way = ways.get(key)
      const p = american(quote.price)
      const isSame = way !== undefined && way.point === quote.point && atMs - way.atMs <= rules.gapMs
      const past = isSame ? [...way.past, { p: way.now, untilMs: way.atMs }] : []
      after.set(key, { point: quote.point, now: p, atMs, past })
      if (way === undefined || Math.abs(way.now - p) < 1e-12) continue
      for (const direction of [1, -1]) {
        const changes = past.filter(({ untilMs }) => untilMs >= atMs - rules.windowMs).map((was) => (p - was.p) * direction)
        const most = Math.max(0, ...changes)
        if (most < rules.points - 1e-12) continue
        const where = `${quote.event}:${quote.market}:${quote.name} ${direction > 0 ? 'up' : 'down'}`
        gone.set(where, [...(gone.get(where) ?? []), { key, change: most * direction }])
      }
    }
    const candidates = [...gone].flatMap(([where, all]): Candidate[] => {
      // Who moved in the window and rests now is part of it, too.
      const mates = rules.together > 1 ? alsoMoved(where, after, atMs, rules) : new Set<string>()
      if (rules.together > 1)
        return mates.size < rules.together ? [] : [{ where, who: `${mates.size}`, keys: [...mates], size: mates.size }]
      return all.map(({ key, change }) => ({
        where,
        who: key.slice(key.lastIndexOf(':') + 1),
        keys: [key],
        size: Math.abs(change),
      }))
    })
    // All markets here have two sides, and what one gains the other loses: of the two the larger is told, of two as large the rise.
    const sides = Map.groupBy(candidates, ({ where, who }) => `${towards(where, names)} ${rules.together > 1 ? '' : who}`)
    for (const both of sides.values()) {
      const most = Math.max(...both.map(({ size }) => size))
      const [told] = both
        .filter(({ size }) => size > most - 1e-9)
        .sort((a, b) => Number(b.where.endsWith(' up')) - Number(a.where.endsWith(' up')))
      found.push(`${atMs} ${told?.where} ${told?.who}`)
    }
    for (const key of candidates.flatMap(({ keys }) => keys.flatMap((key) => [key, mirrorOf(key, names)]))) {
      const way = after.get(key)
      if (way !== undefined) after.set(key, { ...way, past: [] })
    }
    ways = after
  }
  return found

  function alsoMoved(where: string, after: Map<string, Way>, atMs: number, { points, windowMs }: typeof rules): Set<string> {
    const selection = where.slice(0, where.lastIndexOf(' '))
    const sign = where.endsWith(' up') ? 1 : -1
    const mates = new Set<string>()
    for (const [key, { now, past }] of after) {
      if (key.slice(0, key.lastIndexOf(':')) !== selection) continue
      const changes = past.filter(({ untilMs }) => untilMs >= atMs - windowMs).map(({ p }) => (now - p) * sign)
      if (Math.max(0, ...changes) >= points - 1e-12) mates.add(key)
    }
    return mates
  }
}

type Candidate = { where: string; who: string; keys: string[]; size: number }
type ByMarket = Map<string, RawQuote[]>

/** `<event>:<market>:<name> up` as the market, and whether it favours the first of its two names. */
function towards(where: string, byMarket: ByMarket): string {
  const [event, market, ...rest] = where.split(':')
  const [, name, direction] = /^(.*) (up|down)$/.exec(rest.join(':')) ?? []
  const first = byMarket.get(`${event}:${market}`)?.[0]?.name
  return `${event}:${market} ${(name === first) === (direction === 'up')}`
}

function mirrorOf(key: string, byMarket: ByMarket): string {
  const [event, market, name, bookmaker] = key.split(':')
  const other = byMarket.get(`${event}:${market}`)?.find((quote) => quote.name !== name)?.name
  return [event, market, other, bookmaker].join(':')
}

type Contract = { id: number; lastTradePrice: number; bestBuyYesCost: number | null; bestSellYesCost: number | null }
const contractsIn = (text: string) =>
  (JSON.parse(text) as { markets: { contracts: Contract[] }[] }).markets.flatMap((market) => market.contracts)

/** Over PredictIt bodies: how often the last trade went as far as `points` while both sides of the quote rested. */
export function countLastAlone(bodies: readonly string[], points: number): number {
  const before = new Map<number, Contract>()
  let count = 0
  for (const contract of bodies.flatMap(contractsIn)) {
    const was = before.get(contract.id)
    before.set(contract.id, contract)
    if (was?.bestBuyYesCost !== contract.bestBuyYesCost || was.bestSellYesCost !== contract.bestSellYesCost) continue
    if (Math.abs(was.lastTradePrice - contract.lastTradePrice) >= points - 1e-9) count++
  }
  return count
}

/** Over PredictIt bodies: moves of the middle between back and lay, where they are no further apart than twice `points`. */
export function countMidMoves(
  bodies: readonly { fetchedAtMs: number; text: string }[],
  { points, windowMs }: { points: number; windowMs: number },
): string[] {
  const found: string[] = []
  let ways = new Map<number, { p: number; atMs: number }[]>()
  for (const { fetchedAtMs: atMs, text } of bodies) {
    const after = new Map<number, { p: number; atMs: number }[]>()
    for (const { id, bestBuyYesCost: back, bestSellYesCost: lay } of contractsIn(text)) {
      if (back === null || lay === null || back <= 0 || lay <= 0 || back - lay > 2 * points + 1e-9) continue
      const p = (back + lay) / 2
      const way = (ways.get(id) ?? []).filter((was) => was.atMs >= atMs - windowMs)
      const isLookedAt = (way.at(-1)?.atMs ?? 0) >= atMs - windowMs / 2
      const isFar = isLookedAt && way.some((was) => Math.abs(p - was.p) >= points - 1e-9)
      if (isFar) found.push(`${atMs} ${id}`)
      after.set(id, isLookedAt && !isFar ? [...way, { p, atMs }] : [{ p, atMs }])
    }
    ways = after
  }
  return found
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
