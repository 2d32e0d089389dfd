import * as v from '@badrap/valita'

import { feedName, type MarketId, marketIdOf } from '../../book/ids.ts'
import { type Parsed, parse } from '../../book/wire.ts'
import type { KnownObjects } from '../drift.ts'
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
/** The schema decides; but it takes longer than `JSON.parse` did, so what is plainly well-formed is not shown to it. */
export const parseMarket = (json: unknown): Parsed<RawMarket> =>
  isPlainMarket(json) ? { ok: true, value: json } : parse(rawMarket, json)

function isPlainMarket(json: unknown): json is RawMarket {
  if (typeof json !== 'object' || json === null) return false
  const { id, name, image, url, status, contracts } = json as Partial<RawMarket>
  return (
    isPlainId(id) &&
    isPlainName(name) &&
    isPlainAddress(image) &&
    isPlainAddress(url) &&
    typeof status === 'string' &&
    Array.isArray(contracts) &&
    contracts.length > 0 &&
    contracts.length <= mostPlain &&
    contracts.every(isPlainContract) &&
    !contracts.some(({ id }, i) => isAmong(contracts, id, i))
  )
}

/** Of so few, each is compared with all before it sooner than a set of them is made. */
const mostPlain = 50
function isAmong(contracts: readonly RawContract[], id: number, before: number): boolean {
  for (let i = 0; i < before; i++) if (contracts[i]?.id === id) return true
  return false
}

function isPlainContract(json: unknown): json is RawContract {
  if (typeof json !== 'object' || json === null) return false
  const { id, name, image, status, lastTradePrice, bestBuyYesCost, bestSellYesCost, displayOrder } = json as Partial<RawContract>
  return (
    isPlainId(id) &&
    isPlainName(name) &&
    isPlainAddress(image) &&
    typeof status === 'string' &&
    isPlainCost(lastTradePrice) &&
    isPlainCost(bestBuyYesCost) &&
    isPlainCost(bestSellYesCost) &&
    typeof displayOrder === 'number'
  )
}

const isPlainId = (id: unknown) => typeof id === 'number' && Number.isSafeInteger(id) && id > 0
const isPlainCost = (cost: unknown) => cost === null || (typeof cost === 'number' && cost >= 0 && cost <= 1)
const isPlainAddress = (url: unknown) => typeof url === 'string' && isWebAddress(url)
/** Words with single spaces between, as `oneLine` would leave them. */
const isPlainName = (name: unknown) => typeof name === 'string' && name.length <= 500 && name !== '' && oneLine(name) === name

export const predictIt = feedName('predictit')

/** The id of a market that cannot be read otherwise; null where not even that can be. */
export function readableMarketId(json: unknown): MarketId | null {
  if (typeof json !== 'object' || json === null || !('id' in json)) return null
  const parsed = id.try(typeof json.id === 'string' && /^\d+$/.test(json.id) ? Number(json.id) : json.id)
  return parsed.ok ? marketIdOf(predictIt, parsed.value) : null
}

/** What is known of each kind of object: read here, or seen. Of its contracts each market shows the first. */
export function knownObjects(markets: readonly unknown[]): KnownObjects[] {
  return [
    { name: 'market', always: marketFields, sometimes: [], objects: markets },
    { name: 'contract', always: contractFields, sometimes: [], objects: markets.map(firstContract) },
  ]
}

const marketFields = 'id name shortName image url contracts timeStamp status'.split(' ')
const contractFields = [
  ...'id dateEnd image name shortName status displayOrder'.split(' '),
  ...'lastTradePrice bestBuyYesCost bestBuyNoCost bestSellYesCost bestSellNoCost lastClosePrice'.split(' '),
]

function firstContract(market: unknown): unknown {
  const contracts = typeof market === 'object' && market !== null && 'contracts' in market ? market.contracts : undefined
  return Array.isArray(contracts) ? (contracts[0] as unknown) : undefined
}
