import { readFileSync } from 'node:fs'
import path from 'node:path'

import type { JsonValue } from './fuzz.ts'

export type JsonObject = { [name: string]: JsonValue }
export type PolymarketJson = JsonObject & { id: string; closed: boolean; clobTokenIds: string }
export type KalshiJson = JsonObject & { ticker: string; status: string }

/** An invented body of `test/fixtures`, new each time. */
const fixture = (file: string): unknown =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../fixtures', file), 'utf8'))

/** A page of four markets of Polymarket: a question (7100001), a game (7100002), three outcomes (7100003), one without an order book (7100004). */
export const polymarketPage = () => fixture('polymarket/markets.json') as { markets: PolymarketJson[]; next_cursor: string }

/** Kalshi's today's shape: two of one event, and a game. */
export const kalshiPage = () => fixture('kalshi/markets.json') as { markets: KalshiJson[]; cursor: string }
/** Kalshi's shape of 2024: whole cents, and hardly a title. */
export const kalshiCents = () => fixture('kalshi/cents.json') as { markets: KalshiJson[]; cursor: string }
/** Three events: two of the markets above, one that has ended, and one without markets. */
export const kalshiEvents = () => fixture('kalshi/events.json') as { events: JsonObject[]; cursor: string }
