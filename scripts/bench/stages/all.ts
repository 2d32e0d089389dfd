import type { BenchStack } from '../bench-stack.ts'
import { shape } from '../market-stream.ts'
import { boardStage } from './board.ts'
import { collectStage } from './collect.ts'
import { costOf, movingPerMarket, type StageCost } from './cost.ts'
import { dedupeStage } from './dedupe.ts'
import { fanoutStage } from './fanout.ts'
import { receiveCost } from './receive.ts'

/** Every stage, in the order the data moves. */
export async function stageCosts({ stack, services }: BenchStack): Promise<StageCost[]> {
  const ticksPerRound = shape.markets * movingPerMarket
  return [
    await costOf(await collectStage(services), ticksPerRound),
    await receiveCost(stack.settings['EVENT_HUBS'] ?? ''),
    await costOf(dedupeStage(await services.odds()), ticksPerRound),
    await costOf(await fanoutStage(services), ticksPerRound),
    await costOf(await boardStage(), ticksPerRound),
  ]
}
