import * as v from '@badrap/valita'

import { feedName, type MarketId, marketIdOf } from '../../book/ids.ts'
import { type Parsed, parse } from '../../book/wire.ts'
import { oneLine } from '../one-line.ts'

/**
 * PredictIt's JSON in PredictIt's words, as `GET /api/marketdata/all/` has it. Required is what prices and identity rest on, so that a
 * renamed or retyped price is seen as trouble and not as an empty side. Not read at all: the No side (bestBuyNoCost is 1 − bestSellYesCost
 * and bestSellNoCost is 1 − bestBuyYesCost), `lastClosePrice` (rolls once a day without a trade) and `dateEnd` ("NA", "N/A" or a date).
 */
const cost = v.number().assert((n) => n >= 0 && n <= 1, 'not a price from 0 to 1')
const id = v.number().assert((n) => Number.isSafeInteger(n) && n > 0, 'not a positive whole number')
const name = v
  .string()
  .map((text) => oneLine(text))
  .assert((text) => text !== '', 'empty')
/** Ends up in a browser as a link or picture: nothing but the web's own schemes. */
const address = v.unknown().map((url) => (typeof url === 'string' && isWebAddress(url) ? url : null))

function isWebAddress(text: string): boolean {
  return (
    (text.startsWith('https://') || text.startsWith('http://')) && text.length > 8 && text.length <= 1_900 && !/\s/.test(text)
  )
}

const rawContract = v.object({
  id,
  name,
  image: address,
  status: v.string(),
  /** 0 stands for "never traded". */
  lastTradePrice: cost.nullable(),
  /** null: nobody on that side. */
  bestBuyYesCost: cost.nullable(),
  bestSellYesCost: cost.nullable(),
  displayOrder: v.unknown().map((order) => (typeof order === 'number' ? order : 0)),
})

const rawMarket = v.object({
  id,
  name,
  image: address,
  url: address,
  status: v.string(),
  contracts: v
    .array(rawContract)
    .assert((contracts) => contracts.length > 0, 'none listed')
    .assert((contracts) => new Set(contracts.map((contract) => contract.id)).size === contracts.length, 'one listed twice'),
  /** US Eastern wall clock without offset, the same on every market and new on every poll: no order can be had from it. */
  timeStamp: v.unknown(),
})

export type RawContract = v.Infer<typeof rawContract>
export type RawMarket = v.Infer<typeof rawMarket>

const envelope = v.object({ markets: v.array(v.unknown()) })

export const parseEnvelope = (json: unknown): Parsed<{ markets: unknown[] }> => parse(envelope, json)
export const parseMarket = (json: unknown): Parsed<RawMarket> => parse(rawMarket, json)

export const predictIt = feedName('predictit')

/** The id of a market that cannot be read otherwise; null where not even that can be. */
export function readableMarketId(json: unknown): MarketId | null {
  if (typeof json !== 'object' || json === null || !('id' in json)) return null
  const parsed = id.try(typeof json.id === 'string' && /^\d+$/.test(json.id) ? Number(json.id) : json.id)
  return parsed.ok ? marketIdOf(predictIt, parsed.value) : null
}
