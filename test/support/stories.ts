import fc from 'fast-check'

import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { gone } from './arbitrary.ts'
import { heard, minute, second } from './watching.ts'

const mostly = <T>(usually: T, ...others: T[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usually) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
const quote = fc.record({
  back: fc.constantFrom(0.3, 0.32, 0.36, 0.5),
  point: mostly<number | null>(null, 1.5),
  status: mostly<'open' | 'suspended' | 'removed'>('open', 'suspended', 'removed'),
})
const quotes = fc.record({ alpha: quote, beta: quote }, { requiredKeys: ['alpha'] })
const step = fc.record({
  prices: fc.record({ yes: quotes, no: quotes }, { requiredKeys: ['yes'] }),
  seconds: fc.constantFrom(1, 20, 60, 140, 400),
  /** When between the two messages the feed was last read; beyond 100 that is unknown. */
  readPercent: fc.integer({ min: 1, max: 120 }),
  complete: mostly(true, false),
  status: mostly<'open' | 'suspended'>('open', 'suspended'),
  isGone: mostly(false, true),
})
/** Any story of a market with two bookmakers: quotes come and go, lines move, the feed is read or not. */
export const story = fc.array(step, { maxLength: 20 }).map((steps) => {
  let atMs = 10 * minute
  return steps.map(({ prices, seconds, readPercent, complete, status, isGone }): SnapshotMessage => {
    atMs += seconds * second
    if (isGone) return gone('m', atMs)
    const message = heard(atMs, prices, { complete, status })
    return { ...message, unchangedUntilMs: readPercent > 100 ? null : atMs - readPercent * seconds * 10 } as SnapshotMessage
  })
})
