import type { MarketId } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Parsed } from '../book/wire.ts'
import type { Rejected } from './dead-letter.ts'

/** Each market is read alone, so that a malformed one costs nobody but itself (I7); and each once. */
export function readEach<Raw>(
  listed: readonly Raw[],
  read: (raw: Raw) => Parsed<Snapshot>,
  told: (raw: Raw) => { marketId: MarketId | null; json: unknown },
): { snapshots: Snapshot[]; rejected: Rejected[] } {
  const snapshots: Snapshot[] = []
  const rejected: Rejected[] = []
  const seen = new Set<MarketId>()
  for (const raw of listed) {
    const parsed = read(raw)
    if (parsed.ok && !seen.has(parsed.value.marketId)) {
      seen.add(parsed.value.marketId)
      snapshots.push(parsed.value)
    } else {
      const { marketId, json } = told(raw)
      rejected.push({ marketId, reason: parsed.ok ? 'listed twice' : parsed.reason, body: JSON.stringify(json) })
    }
  }
  return { snapshots, rejected }
}
