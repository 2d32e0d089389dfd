import type { MarketId } from '../../book/ids.ts'
import type { Snapshot } from '../../book/market.ts'
import type { Rejected } from '../dead-letter.ts'
import { driftOf } from '../drift.ts'
import { everything, type Poll, type Validators } from '../feed.ts'
import { easternClock } from './eastern-time.ts'
import { toSnapshot } from './map.ts'
import { knownObjects, parseEnvelope, parseMarket, readableMarketId } from './raw.ts'

/** One body, its JSON already parsed. Each market is read alone, so that a malformed one costs nobody but itself (I7). */
export function readMarkets(json: unknown, observedAtMs: number, validators: Validators | null): Poll {
  const envelope = parseEnvelope(json)
  if (!envelope.ok) return unusable(`answered JSON that is not its list of markets: ${envelope.reason}`)
  const { markets } = envelope.value
  if (markets.length === 0)
    return unusable('listed no market at all, which is taken for a fault and not for the end of every market')

  const publishedAtMs = easternClock(observedAtMs)
  const snapshots: Snapshot[] = []
  const rejected: Rejected[] = []
  const seen = new Set<MarketId | null>()
  for (const market of markets) {
    const marketId = readableMarketId(market)
    const parsed = parseMarket(market)
    if (parsed.ok && !seen.has(marketId)) {
      seen.add(marketId)
      snapshots.push(toSnapshot(parsed.value, observedAtMs, publishedAtMs(parsed.value.timeStamp)))
    } else {
      rejected.push({ marketId, reason: parsed.ok ? 'listed twice' : parsed.reason, body: JSON.stringify(market) })
    }
  }

  const drift = driftOf(knownObjects(markets))
  if (snapshots.length === 0) {
    const reason = `none of ${markets.length} markets could be read: ${rejected[0]?.reason}`
    return { kind: 'partial', snapshots, rejected, reason, unsure: everything, drift }
  }
  return { kind: 'complete', snapshots, rejected, validators, drift }
}

const unusable = (reason: string): Poll => ({ kind: 'failed', reason, retryAfterMs: null })
