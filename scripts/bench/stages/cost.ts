/** One stage as it runs, and the bare SDK doing the same sends, writes or reads with everything ready made: a round of each at a time. */
export type Stage = {
  name: string
  bareIs: string
  stage: (round: number) => Promise<void>
  bare: (round: number) => Promise<void>
}
/** CPU of this process, in microseconds a tick. */
export type StageCost = { name: string; bareIs: string; stageUs: number; bareUs: number }

export const movingPerMarket = 5
export const warmUpRounds = 10
export const rounds = 60
/** Rounds come in blocks, stage and bare in turn, so that what else the machine does falls on both alike. */
const blockRounds = 10

export async function costOf({ name, bareIs, stage, bare }: Stage, ticksPerRound: number): Promise<StageCost> {
  const used = { stage: 0, bare: 0 }
  for (let from = 0; from < rounds; from += blockRounds) {
    const spent = { stage: await cpuUs(() => block(stage, from)), bare: await cpuUs(() => block(bare, from)) }
    if (from < warmUpRounds) continue
    used.stage += spent.stage
    used.bare += spent.bare
  }
  const ticks = (rounds - warmUpRounds) * ticksPerRound
  return { name, bareIs, stageUs: used.stage / ticks, bareUs: used.bare / ticks }
}

async function block(run: (round: number) => Promise<void>, from: number): Promise<void> {
  for (let round = from; round < from + blockRounds; round++) await run(round)
}

export async function cpuUs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/** As many at a time as the stage has under way. */
export async function inLanes<T>(width: number, things: readonly T[], act: (thing: T) => Promise<unknown>): Promise<void> {
  const left = things.values()
  const lane = async () => {
    for (const thing of left) await act(thing)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

export const noLetters = { add: () => Promise.reject(new Error('the bench made something unreadable')) }
