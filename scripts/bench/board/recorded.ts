import type { MarketId } from '../../../functions/book/ids.ts'
import type { Snapshot } from '../../../functions/book/market.ts'
import { readMarkets } from '../../../functions/collect/predictit/read.ts'
import { recordedBodies } from '../feeds/recorded.ts'
import { predictItBody } from '../predictit-body.ts'
import { type Tape, ticksBetween } from './tape.ts'

const bodies = 171
const aDayMs = Date.UTC(2026, 0, 1)

/** Every move of a recorded day of PredictIt, in its order, over and over; bodies of its shape and size where none was recorded. */
export async function recordedTape(): Promise<Tape> {
  const recorded = await recordedBodies('predictit', '/api/marketdata/all/', bodies)
  const texts =
    recorded.length > 0
      ? recorded
      : Array.from({ length: 20 }, (_, round) => predictItBody(round, { markets: 171, selectionsPerMarket: 5 }))
  const polls = texts.map((text) => snapshotsIn(text))
  const opening = [
    ...new Map(
      polls
        .flat()
        .toReversed()
        .map((snapshot) => [snapshot.marketId, snapshot]),
    ).values(),
  ].toReversed()
  const moves = movesOf(opening, polls)
  const shown = new Map<MarketId, Snapshot>(opening.map((snapshot) => [snapshot.marketId, snapshot]))
  let place = 0
  return {
    name: recorded.length > 0 ? 'PredictIt, recorded' : 'PredictIt, invented',
    opening,
    next() {
      for (;;) {
        const snapshot = moves[place++ % moves.length]
        if (snapshot === undefined) throw new Error('nothing ever moves in what was recorded')
        const ticks = ticksBetween(shown.get(snapshot.marketId) ?? snapshot, snapshot)
        shown.set(snapshot.marketId, snapshot)
        if (ticks > 0) return { snapshot, ticks }
      }
    },
  }
}

/** A market that got or lost selections stays as it was before: what is measured does not change in size. */
function movesOf(opening: readonly Snapshot[], polls: readonly (readonly Snapshot[])[]): Snapshot[] {
  const shown = new Map(opening.map((snapshot) => [snapshot.marketId, snapshot]))
  const moves: Snapshot[] = []
  for (const snapshot of polls.flat()) {
    const before = shown.get(snapshot.marketId)
    if (before === undefined || idsOf(before) !== idsOf(snapshot) || ticksBetween(before, snapshot) === 0) continue
    moves.push(snapshot)
    shown.set(snapshot.marketId, snapshot)
  }
  return moves
}

const idsOf = ({ selections }: Snapshot) => selections.map(({ id }) => id).join(' ')

function snapshotsIn(text: string): readonly Snapshot[] {
  const poll = readMarkets(JSON.parse(text), aDayMs, null)
  if (poll.kind !== 'complete') throw new Error(`a body could not be read: ${poll.kind}`)
  return poll.snapshots
}
