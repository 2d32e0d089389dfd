import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Alert, Evidence } from '../../functions/book/alert.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { parseAlert } from '../../functions/book/wire.ts'
import { gone } from '../support/arbitrary.ts'
import { heard, minute, second, usual, watching } from '../support/watching.ts'

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
const story = fc.array(step, { maxLength: 20 }).map((steps) => {
  let atMs = 10 * minute
  return steps.map(({ prices, seconds, readPercent, complete, status, isGone }): SnapshotMessage => {
    atMs += seconds * second
    if (isGone) return gone('m', atMs)
    const message = heard(atMs, prices, { complete, status })
    return { ...message, unchangedUntilMs: readPercent > 100 ? null : atMs - readPercent * seconds * 10 } as SnapshotMessage
  })
})

/** What the quote was in this message: its price and point if it was open, `left-out` where a partial message does not tell. */
function quoteIn(message: SnapshotMessage, { selectionId, bookmaker }: Evidence): string {
  if (message.kind === 'gone' || message.market.status !== 'open') return 'closed'
  const quote = message.selections.find(({ id }) => id === selectionId)?.quotes.find((q) => q.bookmaker === bookmaker)
  if (quote === undefined) return message.complete ? 'closed' : 'left-out'
  return quote.status === 'open' && quote.back !== null ? `${quote.back}@${quote.point}` : 'closed'
}

describe('any move', () => {
  it('went from a price that was still shown when it says, through nothing but open quotes on the same line, within the window', () => {
    let moves = 0
    fc.assert(
      fc.property(story, (all) => {
        const market = watching({ steamBookmakers: 100 })
        const told: Alert[] = []
        for (const [place, message] of all.entries()) {
          for (const alert of market.hears(message)) {
            expect(parseAlert(JSON.parse(JSON.stringify(alert)))).toEqual({ ok: true, value: alert })
            const [evidence] = alert.evidence
            if (alert.kind !== 'move' || evidence === undefined || evidence.before === null) continue
            moves++
            const { before, price, point } = evidence
            expect(quoteIn(message, evidence)).toBe(`${price}@${point}`)
            expect(Math.abs(alert.size)).toBeGreaterThanOrEqual(usual.moveChange)
            expect(alert.tookMs).toBe(message.observedAtMs - before.observedAtMs)
            expect(alert.tookMs).toBeLessThanOrEqual(usual.moveWindowMs)
            const known = all.slice(0, place).map((earlier) => ({ earlier, was: quoteIn(earlier, evidence) }))
            const shown = known.findLastIndex(
              ({ earlier, was }) => earlier.observedAtMs <= before.observedAtMs && was !== 'left-out',
            )
            expect(known[shown]?.was).toBe(`${before.price}@${point}`)
            const between = known.slice(shown).map(({ was }) => was)
            expect(between.filter((was) => was !== 'left-out' && !was.endsWith(`@${point}`))).toEqual([])
            // Nor is it part of what was told before.
            const last = told.findLast(
              (one) => one.evidence[0]?.bookmaker === evidence.bookmaker && one.selectionId === alert.selectionId,
            )
            expect(before.observedAtMs).toBeGreaterThanOrEqual(last?.observedAtMs ?? 0)
            told.push(alert)
          }
        }
      }),
      { numRuns: 400 },
    )
    expect(moves).toBeGreaterThan(100)
  })
})
