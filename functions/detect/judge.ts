import type { Alert } from '../book/alert.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import type { DetectSettings } from '../settings.ts'
import { arbitrageAlert, moveAlert, steamAlert } from './alerts.ts'
import { arbitragesIn } from './arbitrage.ts'
import { movesOf } from './moves.ts'
import { type Arrival, follow, type MarketTrack, withRestarted } from './track.ts'

export type Judgement = { kind: 'old' } | { kind: 'followed'; track: MarketTrack; alerts: readonly Alert[] }

/**
 * What one message means beside what is remembered of its market. Pure: the only rule book of this stage, but for what spans markets.
 *
 * A message that is not newer than the last one is old: the hub brings some again, and some late. After an alert its quotes start anew, and
 * their other sides, so that one move is one alert, and a move that goes on is the next only when it has gone as far again.
 */
export function judge(
  before: MarketTrack | undefined,
  seen: SnapshotMessage,
  arrival: Arrival,
  rules: DetectSettings,
): Judgement {
  if (before !== undefined && isOld(before, seen, arrival)) return { kind: 'old' }
  const { track, changed } = follow(before, seen, arrival, rules)
  const { moves, steams, told } = movesOf(track, changed, rules)
  const alerts = [
    ...arbitragesIn(track, rules).map((arbitrage) => arbitrageAlert(arbitrage, track)),
    ...steams.flatMap((together) => steamAlert(together, track) ?? []),
    ...moves.map((moved) => moveAlert(moved, track)),
  ]
  return { kind: 'followed', track: withRestarted(track, told), alerts }
}

function isOld(before: MarketTrack, { asOfMs }: SnapshotMessage, { place }: Arrival): boolean {
  const known = before.place
  const applied = place !== undefined && known?.partition === place.partition && place.sequence <= known.sequence
  return asOfMs < before.asOfMs || (applied && asOfMs === before.asOfMs)
}
