import { describe, expect, it } from 'vitest'

import { bookDocument, parseBookDocument, type StoredBook } from '../../functions/book/documents.ts'
import { bookmakerOf } from '../../functions/book/ids.ts'
import { parseBook, parseMarketsAnswer } from '../../functions/book/wire.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { getMarket, getMarkets } from '../../functions/view/api/markets.ts'
import type { OddsStore } from '../../functions/view/api/ports.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'

const alpha = bookmakerOf('alpha')
const beta = bookmakerOf('beta')
function storedBook(): StoredBook {
  const home = quoted('home', { bookmaker: alpha, back: 0.5, lay: 0.48 })
  const away = quoted('away', { bookmaker: alpha, back: 0.55 })
  const better = quoted('away', { bookmaker: beta, back: 0.52 }).quotes
  const selections = [home, { ...away, quotes: [...away.quotes, ...better] }]
  const verdict = judge(snapshotOf('m', 1_000, { selections }), undefined, undefined, 2_000)
  if (verdict.kind !== 'fresh') throw new Error('the first message must be fresh')
  return verdict.book
}
const fair = [0.47619047619, 0.52380952381]

describe('what a book is worth', () => {
  const board = { readAtMs: 3_000, books: [storedBook()] }
  const store = { books: async () => board, book: async () => storedBook() } as unknown as OddsStore
  const ask = asking(portsOf({ odds: async () => store }))
  const worth = {
    overround: 0.02,
    selections: [
      { best: { back: { bookmaker: 'alpha', price: 0.5 }, lay: { bookmaker: 'alpha', price: 0.48 } }, fairProbability: fair[0] },
      { best: { back: { bookmaker: 'beta', price: 0.52 }, lay: null }, fairProbability: fair[1] },
    ],
  }

  it('is in GET /api/markets/{id}, and a reader of books reads it as before', async () => {
    const answer: unknown = jsonIn(await ask(getMarket, '', { params: { id: 'testfeed:m' } }))
    expect(answer).toMatchObject(worth)
    const parsed = parseBook(answer)
    expect(parsed.ok && Object.keys(parsed.value)).not.toContain('overround')
  })

  it('is in GET /api/markets', async () => {
    const answer: unknown = jsonIn(await ask(getMarkets))
    expect(answer).toMatchObject({ markets: [worth] })
    expect(parseMarketsAnswer(answer).ok).toBe(true)
  })

  it('is in the stored book, flat, and does not come back from there', () => {
    const document = bookDocument(storedBook(), 86_400)
    expect(document).toMatchObject({
      overround: 0.02,
      selections: [
        { bestBack: 0.5, bestBackBookmaker: 'alpha', bestLay: 0.48, bestLayBookmaker: 'alpha', fairProbability: fair[0] },
        { bestBack: 0.52, bestBackBookmaker: 'beta', bestLay: null, bestLayBookmaker: null, fairProbability: fair[1] },
      ],
    })
    expect(parseBookDocument(JSON.parse(JSON.stringify(document)))).toEqual({ ok: true, value: storedBook() })
  })
})
