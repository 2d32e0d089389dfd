import { type Bill, billOf, type Readers } from './bill.ts'
import type { Prices } from './prices.ts'
import type { Rehearsed } from './rehearse.ts'
import type { Choices, Usage } from './usage.ts'

/** The pipeline at one rate: as it is, and with a fanout that rests a second. */
export type AtRate = { usual: Rehearsed; slower: Rehearsed; session: Usage['session'] }

type Way = { rehearsed: Rehearsed; follows: 'topic' | 'some markets'; choices: Choices }
type Lever = { name: string; turn: (way: Way, at: AtRate) => Way }

export const marketsFollowed = 10

const choosing =
  (choices: Partial<Choices>): Lever['turn'] =>
  (way) => ({ ...way, choices: { ...way.choices, ...choices } })

export const levers: readonly Lever[] = [
  { name: `browsers follow ${marketsFollowed} markets, not the topic`, turn: (way) => ({ ...way, follows: 'some markets' }) },
  { name: 'fanout sends once a second', turn: (way, { slower }) => ({ ...way, rehearsed: slower }) },
  { name: 'instances of 512 MB', turn: choosing({ memoryGb: 0.5 }) },
  {
    name: 'warm instances for all that is busy',
    turn: (way, at) => choosing({ warm: busyIn(way.rehearsed.executions) })(way, at),
  },
  { name: 'ticks kept for 7 days', turn: choosing({ tickTtlDays: 7 }) },
  { name: 'a checkpoint every ten batches', turn: choosing({ checkpointEvery: 10 }) },
  { name: 'a tenth of the logs', turn: choosing({ logShare: 0.1 }) },
]

/** Busier than two fifths of the time, a warm instance costs less than one that comes when it is needed. */
function busyIn(executions: Usage['executions']): string[] {
  return Object.entries(executions)
    .filter(([, perSecond]) => perSecond > 0.4)
    .map(([name]) => name)
}

function usageOf({ rehearsed, follows }: Way, session: Usage['session']): Usage {
  if (follows === 'topic') return { ...rehearsed, session }
  return { ...rehearsed, session, browserBytes: someMarketsBytes(rehearsed) }
}

export const someMarketsBytes = ({ marketBytes, heartbeatBytes }: Rehearsed) => marketsFollowed * marketBytes + heartbeatBytes

/** `best`: the lever of which the bill would be the least. `all`: the bill with all of them. */
export type Cell = {
  ticksPerSecond: number
  browsers: number
  bill: Bill
  best: { name: string; usd: number }
  all: { usd: number }
}

export function cellOf(at: AtRate, browsers: number, choices: Choices, prices: Prices, readers: Readers): Cell {
  const way: Way = { rehearsed: at.usual, follows: 'topic', choices }
  const billed = (turned: Way) => billOf(usageOf(turned, at.session), browsers, turned.choices, prices, readers)
  const bill = billed(way)
  const each = levers.map(({ name, turn }) => ({ name, usd: billed(turn(way, at)).usd }))
  const best = each.reduce((least, one) => (one.usd < least.usd ? one : least), { name: 'none of these', usd: bill.usd })
  const all = billed(levers.reduce((turned, { turn }) => turn(turned, at), way))
  return { ticksPerSecond: at.usual.ticksPerSecond, browsers, bill, best, all }
}
