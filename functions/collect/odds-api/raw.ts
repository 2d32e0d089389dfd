import * as v from '@badrap/valita'

import { feedName } from '../../book/ids.ts'
import { isPrice, type PriceFormat } from '../../book/price.ts'
import { type Parsed, parse } from '../../book/wire.ts'
import { instantMs } from './instants.ts'

/**
 * The Odds API's JSON in its own words, as `GET /v4/sports/{sport}/odds` has it: a list of events, each with its bookmakers, each
 * with its markets, each with its outcomes. A level is read without the ones below it, so that what is malformed costs no more
 * than is in it.
 *
 * An event has an id; an outcome has none, its name tells it from the others, and its `point` moves as its price does.
 * `commence_time` moves too. What is suspended is not marked but missing. `last_update` says how old a quote is, and nothing
 * rests on it.
 */
export const oddsApi = feedName('odds-api')

const isKey = (text: string) => /^\w[\w.-]{0,99}$/.test(text)
const key = v.string().assert(isKey, 'not a key')
/** null where a whole league is bet on, and not a game. */
const team = v.string().nullable().optional()

const rawEvent = v.object({
  id: key,
  sport_key: v.string(),
  sport_title: v.unknown().optional(),
  commence_time: v.string().assert((text) => instantMs(text) > 0, 'not a time'),
  home_team: team,
  away_team: team,
  bookmakers: v.array(v.unknown()),
})

const rawBookmaker = v.object({
  key,
  title: v.unknown().optional(),
  last_update: v.unknown().optional(),
  markets: v.array(v.unknown()),
})

const rawMarket = (format: PriceFormat) =>
  v.object({
    key: v.string(),
    last_update: v.unknown().optional(),
    outcomes: v.array(
      v.object({
        name: v.string().assert((text) => text.trim() !== '', 'empty'),
        price: v.number().assert((price) => isPrice(price, format), `not ${format} odds`),
        point: v.number().assert(Number.isFinite, 'not a finite number').nullable().optional(),
        description: v.string().nullable().optional(),
      }),
    ),
  })

const rawMarkets = { american: rawMarket('american'), decimal: rawMarket('decimal') }

/** The formats that the feed has a word for. */
export type OddsFormat = keyof typeof rawMarkets
export const oddsFormats = Object.keys(rawMarkets) as OddsFormat[]

export type RawEvent = v.Infer<typeof rawEvent>
export type RawBookmaker = v.Infer<typeof rawBookmaker>
export type RawMarket = { key: string; last_update?: unknown; outcomes: RawOutcome[] }
/** `description`: the player whom the bet is about, where it is about one. */
export type RawOutcome = {
  name: string
  price: number
  point?: number | null | undefined
  description?: string | null | undefined
}

export const parseEvent = (json: unknown): Parsed<RawEvent> => parse(rawEvent, json)

/**
 * The schemas decide. But of a whole body they take half as long as `JSON.parse`, so what is plainly well-formed is not shown to
 * them.
 */
export function parseBookmaker(json: unknown): Parsed<RawBookmaker> {
  return isPlainBookmaker(json) ? { ok: true, value: json } : parse(rawBookmaker, json)
}
export function parseMarket(json: unknown, format: OddsFormat): Parsed<RawMarket> {
  return isPlainMarket(json, format) ? { ok: true, value: json } : parse(rawMarkets[format], json)
}

function isPlainBookmaker(json: unknown): json is RawBookmaker {
  if (typeof json !== 'object' || json === null) return false
  const { key, markets } = json as Partial<RawBookmaker>
  return typeof key === 'string' && isKey(key) && Array.isArray(markets)
}

function isPlainMarket(json: unknown, format: OddsFormat): json is RawMarket {
  if (typeof json !== 'object' || json === null) return false
  const { key, outcomes } = json as Partial<RawMarket>
  if (typeof key !== 'string' || !Array.isArray(outcomes)) return false
  for (const outcome of outcomes as unknown[]) if (!isPlainOutcome(outcome, format)) return false
  return true
}

function isPlainOutcome(json: unknown, format: OddsFormat): json is RawOutcome {
  if (typeof json !== 'object' || json === null) return false
  const { name, price, point, description } = json as Partial<RawOutcome>
  if (typeof name !== 'string' || !(name.charCodeAt(0) > space)) return false
  if (typeof price !== 'number' || !isPrice(price, format)) return false
  return (point === undefined || Number.isFinite(point)) && (description === undefined || typeof description === 'string')
}

const space = 0x20

/** The key of what cannot be read otherwise. */
export function readableKey(json: unknown, field: 'id' | 'key'): string | undefined {
  const parsed = key.try(fieldOf(json, field))
  return parsed.ok ? parsed.value : undefined
}

export function listOf(json: unknown, field: string): readonly unknown[] {
  const list = fieldOf(json, field)
  return Array.isArray(list) ? (list as unknown[]) : []
}

export const fieldOf = (json: unknown, field: string): unknown =>
  typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[field] : undefined
