import { hash } from 'node:crypto'

import type { MarketId } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { FeedRecord, Validators } from './feed.ts'
import type { OpenMarket } from './open-markets.ts'

/**
 * What one worker remembers of one feed between polls. Losing it costs one poll in full and nothing else.
 * It holds no ticks (I9): a hash a market for at most 20,000 markets, and the ids of at most 1,000 dead letters.
 */
export type Memory = {
  /** The feed's record as the store last confirmed it to this worker. */
  record: FeedRecord | undefined
  /** The store knew of no poll by another worker since this one's last. */
  isLatest: boolean
  /** Open markets that went out while the store was out of reach: it may have forgotten them meanwhile. */
  unconfirmed: readonly OpenMarket[]
  /** Of the value that the event hub last took from this worker. */
  hashes: Map<MarketId, string>
  /** Of a body from which everything was published and saved; of any other, "not modified" would be no answer. */
  validators: Validators | null
  sentAllAtMs: number | null
  /** In the record too, but the store may be out of reach just when the feed asks for quiet. */
  quietUntilMs: number
  deadLetters: Set<string>
}

const maxMarkets = 20_000
const maxDeadLetters = 1_000

export const newMemory = (): Memory => ({
  record: undefined,
  isLatest: false,
  unconfirmed: [],
  hashes: new Map(),
  validators: null,
  sentAllAtMs: null,
  quietUntilMs: 0,
  deadLetters: new Set(),
})

/** Another worker has polled meanwhile: what the hub took last is unknown here, so everything goes out again. */
export function forgetSent(memory: Memory): void {
  memory.isLatest = false
  memory.hashes.clear()
  memory.validators = null
  memory.sentAllAtMs = null
}

/** `all`: nothing else is listed any more. */
export function rememberSent(
  memory: Memory,
  sent: readonly Snapshot[],
  hashes: ReadonlyMap<MarketId, string>,
  all: boolean,
): void {
  if (all) memory.hashes.clear()
  for (const { marketId } of sent) {
    const valueHash = hashes.get(marketId)
    if (valueHash !== undefined) memory.hashes.set(marketId, valueHash)
  }
  dropOldest(memory.hashes, maxMarkets)
}

export function rememberDeadLetters(memory: Memory, letters: readonly DeadLetter[]): void {
  for (const { id } of letters) memory.deadLetters.add(id)
  dropOldest(memory.deadLetters, maxDeadLetters)
}

/**
 * Exactly what dedupe compares. Not the clocks, which move on every poll; and not names and pictures, which dedupe takes along with
 * the next tick and never for one, so that sending them alone would be sending a duplicate.
 */
export function valueHash({ priceFormat, market, selections }: Snapshot): string {
  const values = selections.flatMap(({ id, quotes }) =>
    quotes.flatMap(({ bookmaker, last, back, lay, point, status, outcome }) => [
      id,
      bookmaker,
      last,
      back,
      lay,
      point,
      status,
      outcome,
    ]),
  )
  const course = [market.status, market.fixture?.startsAtMs ?? null, market.inPlay ?? false]
  return hash('sha256', JSON.stringify([priceFormat, ...course, values]), 'base64')
}

/** The same for two polls that showed the same, whatever the order of their markets. */
export function digestOf(hashes: ReadonlyMap<MarketId, string>): string {
  const lines = [...hashes].map(([marketId, valueHash]) => `${marketId} ${valueHash}`)
  return hash('sha256', lines.sort().join('\n'), 'base64')
}

export function dropOldest<Key extends string>(entries: Map<Key, unknown> | Set<Key>, max: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= max) return
    entries.delete(key)
  }
}
