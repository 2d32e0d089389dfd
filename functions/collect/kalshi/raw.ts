import * as v from '@badrap/valita'

import { feedName, type MarketId, marketIdOf } from '../../book/ids.ts'
import { type Parsed, parse } from '../../book/wire.ts'
import type { KnownObjects } from '../drift.ts'
import { unitPrice, unitPriceOf, words } from '../raw-fields.ts'

/**
 * Kalshi's JSON in Kalshi's words: `GET /markets` answers `{cursor, markets}`, and `GET /events?with_nested_markets=true`
 * `{cursor, events}`, each event with its markets. Money comes in dollars as text (`yes_bid_dollars: "0.1200"`); until 2025 it came in
 * whole cents (`yes_bid: 12`). Where both are there the dollars count, for they may be finer. Not read: `updated_time`, which trading does
 * not move, and `occurrence_datetime`, which may be the end of a game as well as its start.
 */
const ticker = v.string().assert(isTicker, 'not a ticker')
const title = v
  .string()
  .nullable()
  .optional(() => null)
const dollars = unitPrice.optional()
const cents = v
  .number()
  .assert((n) => Number.isInteger(n) && n >= 0 && n <= 100, 'not whole cents from 0 to 100')
  .map((n) => n / 100)
  .nullable()
  .optional()

const rawMarket = v
  .object({
    ticker,
    event_ticker: ticker.nullable().optional(() => null),
    title,
    subtitle: title,
    yes_sub_title: title,
    no_sub_title: title,
    status: v.string(),
    result: v
      .string()
      .nullable()
      .optional(() => null),
    yes_bid_dollars: dollars,
    yes_ask_dollars: dollars,
    no_bid_dollars: dollars,
    no_ask_dollars: dollars,
    last_price_dollars: dollars,
    yes_bid: cents,
    yes_ask: cents,
    no_bid: cents,
    no_ask: cents,
    last_price: cents,
  })
  .chain((raw) => {
    const { ticker, event_ticker, title, subtitle, yes_sub_title, no_sub_title, status, result } = raw
    const { yes_bid_dollars: yesBid = raw.yes_bid, yes_ask_dollars: yesAsk = raw.yes_ask } = raw
    const { no_bid_dollars: noBid = raw.no_bid, no_ask_dollars: noAsk = raw.no_ask } = raw
    const { last_price_dollars: last = raw.last_price } = raw
    if (yesBid === undefined) return v.err('yes_bid_dollars is missing, and yes_bid too')
    if (yesAsk === undefined) return v.err('yes_ask_dollars is missing, and yes_ask too')
    if (last === undefined) return v.err('last_price_dollars is missing, and last_price too')
    const names = { ticker, event_ticker, title, subtitle, yes_sub_title, no_sub_title }
    return v.ok({ ...names, status, result, yesBid, yesAsk, noBid, noAsk, last })
  })

function isTicker(text: string): boolean {
  return /^[^\s,]{1,200}$/.test(text)
}

/** Not every event has its markets; none has them where nobody asked for them. */
const rawEvent = v.object({
  title,
  category: v
    .string()
    .nullable()
    .optional(() => null),
  markets: v
    .array(v.unknown())
    .nullable()
    .optional(() => null),
})

export type RawMarket = v.Infer<typeof rawMarket>
export type RawEvent = v.Infer<typeof rawEvent>

/** Null at the end. One that is no text leads nowhere either; what is on the page is good all the same. */
const cursor = v
  .unknown()
  .map((text) => (typeof text === 'string' && text !== '' ? text : null))
  .optional(() => null)
const envelope = v.union(v.object({ cursor, markets: v.array(v.unknown()) }), v.object({ cursor, events: v.array(v.unknown()) }))

export type RawPage = v.Infer<typeof envelope>
export const parsePage = (json: unknown): Parsed<RawPage> => parse(envelope, json)
export const parseEvent = (json: unknown): Parsed<RawEvent> => parse(rawEvent, json)
/** The schema decides; but it takes as long as `JSON.parse` does, so what is plainly well-formed is read without it. */
export function parseMarket(json: unknown): Parsed<RawMarket> {
  const plain = plainMarket(json)
  return plain === undefined ? parseBySchema(json) : { ok: true, value: plain }
}
export const parseBySchema = (json: unknown): Parsed<RawMarket> => parse(rawMarket, json, 'passthrough')

function plainMarket(json: unknown): RawMarket | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const raw = json as Record<string, unknown>
  const { ticker, event_ticker, status, result, title = null, subtitle = null, yes_sub_title = null, no_sub_title = null } = raw
  const yesBid = plainPrice(raw['yes_bid_dollars'], raw['yes_bid'])
  const yesAsk = plainPrice(raw['yes_ask_dollars'], raw['yes_ask'])
  const noBid = plainPrice(raw['no_bid_dollars'], raw['no_bid'])
  const noAsk = plainPrice(raw['no_ask_dollars'], raw['no_ask'])
  const last = plainPrice(raw['last_price_dollars'], raw['last_price'])
  if (yesBid === undefined || yesAsk === undefined || last === undefined) return undefined
  if (noBid === undefined || noAsk === undefined) return undefined
  const isPlain =
    typeof ticker === 'string' &&
    typeof event_ticker === 'string' &&
    isTicker(ticker) &&
    isTicker(event_ticker) &&
    typeof status === 'string' &&
    typeof result === 'string' &&
    isTitle(title) &&
    isTitle(subtitle) &&
    isTitle(yes_sub_title) &&
    isTitle(no_sub_title)
  if (!isPlain) return undefined
  const names = { ticker, event_ticker, title, subtitle, yes_sub_title, no_sub_title }
  return { ...names, status, result, yesBid, yesAsk, noBid, noAsk, last }
}

/** Of one shape or the other, not of both. */
function plainPrice(dollars: unknown, cents: unknown): number | null | undefined {
  if (cents === undefined) return unitPriceOf(dollars)
  const isWhole = typeof cents === 'number' && Number.isInteger(cents) && cents >= 0 && cents <= 100
  return dollars === undefined && isWhole ? cents / 100 : undefined
}

const isTitle = (text: unknown) => text === null || typeof text === 'string'

export const kalshi = feedName('kalshi')

/** The id of a market that cannot be read otherwise; null where not even that can be. */
export function readableMarketId(json: unknown): MarketId | null {
  if (typeof json !== 'object' || json === null || !('ticker' in json)) return null
  const parsed = ticker.try(json.ticker)
  return parsed.ok ? marketIdOf(kalshi, parsed.value) : null
}

/** What is known of its objects: read here, or seen, or documented. */
const knownMarket = {
  name: 'market',
  always: words(`
    ticker event_ticker status result yes_bid_dollars yes_ask_dollars no_bid_dollars no_ask_dollars last_price_dollars
    open_time close_time`),
  sometimes: words(`
    can_close_early cap_strike category created_time custom_strike early_close_condition exchange_index
    expected_expiration_time expiration_time expiration_value fee_waiver_expiration_time floor_strike
    fractional_trading_enabled functional_strike is_provisional last_price latest_expiration_time liquidity
    liquidity_dollars market_type mve_collection_ticker mve_selected_legs no_ask no_ask_size_fp no_bid no_bid_size_fp
    no_sub_title notional_value notional_value_dollars occurrence_datetime open_interest open_interest_fp previous_price
    previous_price_dollars previous_yes_ask previous_yes_ask_dollars previous_yes_bid previous_yes_bid_dollars
    price_level_structure price_ranges primary_participant_key response_price_units risk_limit_cents rules_primary
    rules_secondary series_ticker settlement_timer_seconds settlement_ts settlement_value settlement_value_dollars
    strike_type subtitle tick_size title updated_time volume volume_24h volume_24h_fp volume_fp yes_ask yes_ask_size
    yes_ask_size_fp yes_bid yes_bid_size yes_bid_size_fp yes_sub_title`),
}
const knownEvent = {
  name: 'event',
  always: words(`event_ticker series_ticker title sub_title mutually_exclusive markets`),
  sometimes: words(`
    available_on_brokers category collateral_return_type exchange_index fee_multiplier_override fee_type_override
    last_updated_ts product_metadata settlement_sources strike_date strike_period`),
}

export const knownObjects = (markets: readonly unknown[], events: readonly unknown[]): KnownObjects[] => [
  { ...knownMarket, objects: markets },
  { ...knownEvent, objects: events },
]
