import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Alert, Evidence } from '../../functions/book/alert.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'
import { parseAlert } from '../../functions/book/wire.ts'
import { story } from '../support/stories.ts'
import { usual, watching } from '../support/watching.ts'

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
