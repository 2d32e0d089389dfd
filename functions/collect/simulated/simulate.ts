import { feedName } from '../../book/ids.ts'
import type { Snapshot } from '../../book/market.ts'
import { politicsMarkets } from './politics.ts'
import { sportsMarkets } from './sports.ts'

export const simulated = feedName('simulated')

/** All markets of an invented world at one instant. It keeps nothing: the same seed and time give the same, in any process. */
export function simulate(seed: string, atMs: number): Snapshot[] {
  return [...politicsMarkets(simulated, seed, atMs), ...sportsMarkets(simulated, seed, atMs)]
}
