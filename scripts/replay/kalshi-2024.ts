import path from 'node:path'

import { readList } from './bodies.ts'
import type { Recorded } from './position.ts'

export type Market = Record<string, unknown>
type State = {
  ts: number
  yes_bid: number
  yes_ask: number
  no_bid: number
  no_ask: number
  yes_price: number
  volume: number
  open_interest: number
}
/** The last recorded state of every market at one instant. */
export type Instant = Recorded & { markets: readonly Market[] }

/** Their keys are those of a client library, which puts `_` before each, and one of its own beside them. */
const plain = (object: object): Market =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (key.startsWith('_') ? [[key.slice(1), value] as const] : [])),
  )

/** Markets as they were listed once, in whole cents: `[{ <event>: [<market>…] }…]`. */
export async function listed2024(folder: string): Promise<Market[]> {
  const events = await readList(path.join(folder, 'market_data.json.gz'))
  return events.flatMap((event) => Object.values(event).flatMap((markets) => (markets as object[]).map(plain)))
}

/**
 * Other markets, each with its states in turn: `[{ <ticker>: [<state>…] }…]`. Played together, instant by instant; a market is not there
 * before its first state. Of what a listing has beside prices only the ticker was recorded.
 */
export async function history2024(folder: string): Promise<Instant[]> {
  const series = await readList(path.join(folder, 'market_history.json.gz'))
  const states = series
    .flatMap((one) => Object.entries(one))
    .flatMap(([ticker, own]) => (own as object[]).map((state) => ({ ticker, state: plain(state) as State })))
  const current = new Map<string, Market>()
  const instants = Map.groupBy(states, ({ state }) => state.ts)
  return [...instants]
    .sort(([a], [b]) => a - b)
    .map(([ts, moved]) => {
      for (const { ticker, state } of moved) current.set(ticker, listing(ticker, state))
      return { name: new Date(ts * 1000).toISOString(), recordedAtMs: ts * 1000, markets: [...current.values()] }
    })
}

function listing(ticker: string, { yes_price, ts: _ts, ...state }: State): Market {
  const event_ticker = ticker.split('-').slice(0, -1).join('-')
  return {
    ticker,
    event_ticker,
    market_type: 'binary',
    title: '',
    subtitle: '',
    status: 'active',
    result: '',
    ...state,
    last_price: yes_price,
  }
}
