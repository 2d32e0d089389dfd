import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import { recordingsFolder } from './recordings.ts'
import type { JsonObject, KalshiJson, PolymarketJson } from './venues.ts'

function recorded(file: string): unknown {
  const bytes = readFileSync(path.join(recordingsFolder() ?? '', file))
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
}

/** Their keys are those of a client library, which puts `_` before each. */
const plain = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).flatMap(([key, value]) => (key.startsWith('_') ? [[key.slice(1), value]] : [])))

const of2024 = (file: string) =>
  (recorded(`kalshi/lognorman20-2024/${file}`) as Record<string, JsonObject[]>[]).flatMap((one) => Object.entries(one))

/** Five markets of Gamma, and five of Kalshi in today's shape, of one instant each. */
export const polymarketRecorded = () => recorded('polymarket/dr-manhattan/polymarket_markets.json') as PolymarketJson[]
export const kalshiRecorded = () => recorded('kalshi/dr-manhattan/kalshi_markets.json') as KalshiJson[]

/** 291 markets of Kalshi in cents, of one instant. */
export const kalshi2024 = () =>
  of2024('market_data.json.gz').flatMap(([, markets]) => markets.map((market) => plain(market) as KalshiJson))

/** The states of other markets in turn, each as it was recorded: `ts` in seconds. */
export type State = {
  ticker: string
  ts: number
  yes_bid: number
  yes_ask: number
  no_bid: number
  no_ask: number
  yes_price: number
}
export const kalshiHistory = () =>
  of2024('market_history.json.gz').flatMap(([ticker, states]) => states.map((state) => ({ ticker, ...plain(state) }) as State))
