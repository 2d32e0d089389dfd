import type { Parsed } from '../../book/wire.ts'
import { parseMarket, type RawMarket } from '../polymarket/raw.ts'
import { unitPriceOf, words } from '../raw-fields.ts'

/**
 * The market channel of Polymarket's order book (CLOB) in its words: a frame is one event or a list of them. Many come a second, and a
 * schema takes as long to read them as `JSON.parse` does, so they are looked at by hand. Of the order book itself only the best price on
 * each side is read, and every event that changes one says it.
 */
export type RawEvent =
  | { event_type: 'best'; market: string; timestamp: number | null; changes: readonly RawBest[] }
  | { event_type: 'last_trade_price'; market: string; timestamp: number | null; asset_id: string; price: number | null }
  | { event_type: 'market_resolved'; market: string; timestamp: number | null; winning_asset_id: string }
  | { event_type: 'other' }
/** `last` only where it was told along with the book. */
export type RawBest = { asset_id: string; bid: number | null; ask: number | null; last?: number | null }

/** The answer to our `PING`, and no event. */
export const pong = 'PONG'

export function parseFrame(text: string): Parsed<readonly unknown[]> {
  try {
    const json = JSON.parse(text) as unknown
    return { ok: true, value: Array.isArray(json) ? (json as unknown[]) : [json] }
  } catch {
    return failed('not JSON')
  }
}

/** Of markets and tokens that are followed the ids need no second look, which would take longer than all else. */
export type Known = { has(id: string): boolean }

export function parseEvent(raw: unknown, known: Known = nobody): Parsed<RawEvent> {
  if (!isObject(raw)) return failed('not an event')
  const { event_type } = raw
  if (typeof event_type !== 'string') return failed('event_type: expected string')
  switch (event_type) {
    case 'book':
    case 'price_change':
    case 'best_bid_ask':
    case 'last_trade_price':
    case 'market_resolved': {
      const market = conditionIdOf(raw, known)
      if (market === null) return failed('market: not a market id')
      return readers[event_type](raw, { market, timestamp: instantOf(raw['timestamp']), known })
    }
    default:
      return other
  }
}

type Fields = Record<string, unknown>
type About = { market: string; timestamp: number | null; known: Known }
type Reader = (raw: Fields, about: About) => Parsed<RawEvent>

const readers = {
  book({ asset_id, bids, asks, last_trade_price = null }, { market, timestamp, known }) {
    const bid = bestOf(bids, 1)
    const ask = bestOf(asks, -1)
    const last = priceOf(last_trade_price)
    if (!isTokenOf(asset_id, known)) return failed('asset_id: not a token')
    if (bid === undefined) return failed('bids: not a list of prices and sizes')
    if (ask === undefined) return failed('asks: not a list of prices and sizes')
    if (last === undefined) return failed('last_trade_price: not a price')
    const change = { asset_id, bid, ask, ...(last_trade_price === null ? {} : { last }) }
    return ok({ event_type: 'best', market, timestamp, changes: [change] })
  },
  price_change({ price_changes }, { market, timestamp, known }) {
    if (!Array.isArray(price_changes)) return failed('price_changes: expected array')
    const changes: RawBest[] = []
    for (let i = 0; i < price_changes.length; i++) {
      const best = bestIn(price_changes[i], known)
      if (typeof best === 'string') return failed(`price_changes.${i}.${best}`)
      changes.push(best)
    }
    return ok({ event_type: 'best', market, timestamp, changes })
  },
  best_bid_ask(raw, { market, timestamp, known }) {
    const best = bestIn(raw, known)
    return typeof best === 'string' ? failed(best) : ok({ event_type: 'best', market, timestamp, changes: [best] })
  },
  last_trade_price({ asset_id, price }, { market, timestamp, known }) {
    const last = priceOf(price)
    if (!isTokenOf(asset_id, known)) return failed('asset_id: not a token')
    if (last === undefined) return failed('price: not a price')
    return ok({ event_type: 'last_trade_price', market, timestamp, asset_id, price: last })
  },
  market_resolved({ winning_asset_id }, { market, timestamp, known }) {
    if (!isTokenOf(winning_asset_id, known)) return failed('winning_asset_id: not a token')
    return ok({ event_type: 'market_resolved', market, timestamp, winning_asset_id })
  },
} satisfies Record<string, Reader>

/** Or what is wrong with it. */
function bestIn(raw: unknown, known: Known): RawBest | string {
  if (!isObject(raw)) return 'expected object'
  const { asset_id, best_bid, best_ask } = raw
  const bid = priceOf(best_bid)
  const ask = priceOf(best_ask)
  if (!isTokenOf(asset_id, known)) return 'asset_id: not a token'
  if (bid === undefined) return 'best_bid: not a price'
  return ask === undefined ? 'best_ask: not a price' : { asset_id, bid, ask }
}

/** Levels come sorted, but which way has changed before. */
function bestOf(levels: unknown, sign: 1 | -1): number | null | undefined {
  if (!Array.isArray(levels)) return undefined
  let best: number | null = null
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] as unknown
    const price = isObject(level) ? priceOf(level['price']) : undefined
    if (price === undefined) return undefined
    if (price !== null && (best === null || (price - best) * sign > 0)) best = price
  }
  return best
}

/** Null where nobody is on that side: no text, or the end of the scale. `undefined` where it is no price. */
function priceOf(value: unknown): number | null | undefined {
  if (value === '') return null
  const price = unitPriceOf(typeof value === 'string' && value.startsWith('.') ? `0${value}` : value)
  return price === 0 || price === 1 ? null : price
}

function instantOf(value: unknown): number | null {
  const atMs = typeof value === 'string' && /^\d{10,15}$/.test(value) ? Number(value) : value
  return typeof atMs === 'number' && Number.isSafeInteger(atMs) && atMs > 0 ? atMs : null
}

/** The market that an event is about; null where that cannot be read. */
export function conditionIdOf(raw: unknown, known: Known = nobody): string | null {
  const market = isObject(raw) ? raw['market'] : null
  return (typeof market === 'string' && known.has(market)) || isConditionId(market) ? market : null
}

/** A market as the Gamma API has it, which alone knows its words; here it goes by another id. */
export type ListedMarket = { conditionId: string; market: RawMarket & { clobTokenIds: readonly string[] } }

/** Null of one without tokens, which has no order book. */
export function parseListed(raw: unknown): Parsed<ListedMarket | null> {
  const conditionId = listedId(raw)
  if (conditionId === null) return failed('conditionId: not a market id')
  const market = parseMarket(raw)
  if (!market.ok) return market
  const { clobTokenIds } = market.value
  return ok(clobTokenIds === undefined ? null : { conditionId, market: { ...market.value, clobTokenIds } })
}

export function listedId(raw: unknown): string | null {
  const id = isObject(raw) ? raw['conditionId'] : null
  return isConditionId(id) ? id : null
}

export const isToken = (token: unknown): token is string => typeof token === 'string' && /^\d{1,100}$/.test(token)
const isTokenOf = (token: unknown, known: Known): token is string =>
  (typeof token === 'string' && known.has(token)) || isToken(token)
const nobody: Known = { has: () => false }
const isConditionId = (id: unknown): id is string => typeof id === 'string' && /^0x[0-9a-f]{1,64}$/i.test(id)
const isObject = (raw: unknown): raw is Fields => typeof raw === 'object' && raw !== null && !Array.isArray(raw)
const ok = <T>(value: T): Parsed<T> => ({ ok: true, value })
const failed = (reason: string) => ({ ok: false, reason }) as const
const other: Parsed<RawEvent> = { ok: true, value: { event_type: 'other' } }

/** What is known of the events: read here, or seen, or documented. The first is of the kinds of event themselves. */
export const knownObjects = {
  event: {
    always: [],
    sometimes: words('book price_change best_bid_ask last_trade_price tick_size_change new_market market_resolved'),
  },
  book: {
    always: words('event_type market asset_id timestamp bids asks'),
    sometimes: words('hash tick_size last_trade_price min_order_size neg_risk'),
  },
  price_change: { always: words('event_type market timestamp price_changes'), sometimes: [] },
  best_bid_ask: { always: words('event_type market asset_id timestamp best_bid best_ask'), sometimes: words('spread') },
  last_trade_price: {
    always: words('event_type market asset_id timestamp price'),
    sometimes: words('size side fee_rate_bps transaction_hash'),
  },
  market_resolved: {
    always: words('event_type market timestamp winning_asset_id'),
    sometimes: words('id question slug description assets_ids outcomes winning_outcome event_message tags'),
  },
}
