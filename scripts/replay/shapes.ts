import { betfair } from './betfair.ts'
import { kalshi } from './kalshi.ts'
import { oddsApi } from './odds-api.ts'
import { polymarketClob } from './polymarket-clob.ts'
import { polymarket } from './polymarket.ts'
import { predictIt } from './predictit.ts'
import type { Shape } from './shape.ts'

/** Every feed whose recordings can be played. */
export const shapes: readonly Shape[] = [predictIt, oddsApi, polymarket, kalshi, betfair, polymarketClob]
