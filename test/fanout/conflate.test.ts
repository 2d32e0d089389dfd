import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { ReadTick, StoredBook } from '../../functions/book/documents.ts'
import { applyTicks } from '../../functions/book/market.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { conflate } from '../../functions/fanout/conflate.ts'
import { messages, politics } from '../support/arbitrary.ts'
import { valuesOf } from '../support/replay.ts'

/** The ticks that a market's messages give, and the book after them. */
const history = messages('m', { maxLength: 20 }).map((all) => {
  let book: StoredBook | undefined
  const ticks: ReadTick[] = []
  all.forEach((message, i) => {
    const verdict = judge(message, { partition: '0', sequence: i }, book, 9_000)
    if (verdict.kind !== 'fresh') return
    book = verdict.book
    for (const tick of verdict.ticks) ticks.push({ marketId: message.marketId, topic: politics, tick })
  })
  return { ticks, book }
})

const emptyBook = (book: StoredBook): StoredBook => ({ ...book, seq: 0, selections: [] })

describe('conflate', () => {
  it('leaves a browser with the same book as every single tick would have (I3), whatever the order of the page', () => {
    fc.assert(
      fc.property(
        history.chain(({ ticks, book }) =>
          fc.record({ page: fc.shuffledSubarray(ticks, { minLength: ticks.length }), book: fc.constant(book) }),
        ),
        ({ page, book }) => {
          const deltas = conflate(page).get(politics) ?? []
          fc.pre(book !== undefined)
          expect(deltas).toHaveLength(1)
          const shown = deltas.reduce((held, delta) => applyTicks(held, delta.ticks), emptyBook(book))
          expect(valuesOf(shown)).toEqual(valuesOf(book))
          expect(deltas[0]).toMatchObject({ from: 1, to: book.seq, status: book.status })
        },
      ),
    )
  })

  it('never claims a range that it did not see (I4)', () => {
    fc.assert(
      fc.property(
        history.chain(({ ticks }) => fc.tuple(fc.subarray(ticks), fc.constant(ticks))),
        ([page]) => {
          const seen = page.map(({ tick }) => tick.seq)
          const claimed = [...conflate(page).values()]
            .flat()
            .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
          expect(claimed).toEqual(seen)
        },
      ),
    )
  })

  it('takes a tick that the feed brings twice as one', () => {
    fc.assert(
      fc.property(history, ({ ticks }) => {
        expect(conflate([...ticks, ...ticks])).toEqual(conflate(ticks))
      }),
    )
  })
})
