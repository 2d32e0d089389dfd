import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Heard, heard, minute, type Prices, usual, watching } from '../support/watching.ts'

const decimal: Heard = { priceFormat: 'decimal' }
/** Selections by place; a bookmaker's prices in that order. */
function board(books: Record<string, readonly (number | object | null)[]>): Prices {
  const names = ['home', 'away', 'draw']
  const width = Math.max(...Object.values(books).map((prices) => prices.length))
  return Object.fromEntries(
    names.slice(0, width).map((name, place) => {
      const quotes = Object.entries(books).flatMap(([bookmaker, prices]) => {
        const price = prices[place] ?? null
        return price === null ? [] : [[bookmaker, price]]
      })
      return [name, Object.fromEntries(quotes) as Prices[string]]
    }),
  )
}
const at = (point: number, back: number) => ({ point, back })

describe('an arbitrage', () => {
  it('is backing every selection where it pays most, for less than 1, over bookmakers', () => {
    const prices = board({ alpha: [2.1, 1.8], beta: [1.8, 2.1], gamma: [1.9, 1.9] })
    const [alert, ...more] = watching().hears(heard(10 * minute, prices, decimal))
    expect(more).toEqual([])
    expect(alert).toMatchObject({
      kind: 'arbitrage',
      selectionId: null,
      tookMs: null,
      size: 0.05,
      headline: 'Selection home at alpha (2.1), Selection away at beta (2.1) together earn 5% whatever wins, before fees',
      evidence: [
        { selectionId: 'testfeed:home', bookmaker: 'alpha', price: 2.1, impliedProbability: 0.47619047619, before: null },
        { selectionId: 'testfeed:away', bookmaker: 'beta', price: 2.1, priceFormat: 'decimal' },
      ],
    })
  })

  it.each<[string, Record<string, readonly (number | object | null)[]>, string[]]>([
    ['more than a quarter, which is too good to be true', { alpha: [3, 1.4], beta: [1.4, 3] }, []],
    ['less than half a percent', { alpha: [2.005, 1.8], beta: [1.8, 2.005] }, []],
    ['half a percent and more', { alpha: [2.02, 1.8], beta: [1.8, 2.02] }, ['arbitrage 1']],
    ['three selections', { alpha: [3.2, 2.9, 2.8], beta: [2.8, 3.2, 3], gamma: [2.6, 3, 3.2] }, ['arbitrage 6.6667']],
    ['one bookmaker alone, which is a mistake of his', { alpha: [2.1, 2.1], beta: [1.9, 1.9] }, []],
    ['a selection that nobody prices', { alpha: [2.1, 1.8, { back: null }], beta: [1.8, 2.1, { back: null }] }, []],
    ['a selection that is suspended', { alpha: [3, 3, { back: 2.5, status: 'suspended' }], beta: [3.1, 2.9] }, []],
    ['an answer that is not listed: then no bookmaker asks for 1', { alpha: [2.6, 3.4], beta: [2.5, 3.6] }, []],
    ['a leg whose bookmaker has only that', { alpha: [2.1, null], beta: [1.9, 1.9] }, []],
    ['two lines, each without', { alpha: [at(8.5, 2.2), at(8.5, 1.7)], beta: [at(9, 1.7), at(9, 2.2)] }, []],
    [
      'two lines, and the one with fewer bookmakers has it',
      {
        alpha: [at(8.5, 1.9), at(8.5, 1.9)],
        beta: [at(8.5, 1.9), at(8.5, 1.9)],
        gamma: [at(8.5, 1.9), at(8.5, 1.9)],
        delta: [at(9, 2.1), at(9, 1.8)],
        eta: [at(9, 1.8), at(9, 2.1)],
      },
      ['arbitrage 5'],
    ],
    ['a stale leg', { alpha: [{ back: 2.1, publishedAtMs: 6 * minute }, 1.8], beta: [1.8, 2.1] }, []],
    ['a leg that is no price', { alpha: [{ back: 2.1, status: 'removed' }, 1.8], beta: [1.8, 2.1] }, []],
  ])('or none: %s', (_what, books, expected) => {
    expect(watching().sees(10 * minute, board(books), decimal)).toEqual(expected)
  })

  it('is none in a market that is not open', () => {
    expect(watching().sees(1, board({ alpha: [2.1, 1.8], beta: [1.8, 2.1] }), { ...decimal, status: 'suspended' })).toEqual([])
  })

  it.each([
    ['is told to be', { inPlay: true }],
    ['has started, as far as its schedule goes', { inPlay: null, fixture: { id: 'f', name: 'A at B', startsAtMs: 10 * minute } }],
  ])('is one in play, where a market %s, only of prices that are of this moment by their own clocks', (_what, described) => {
    const seenWith = (publishedAtMs: number | null) => {
      const home = { alpha: { back: 2.1, publishedAtMs }, beta: { back: 1.8, publishedAtMs: 10 * minute } }
      const message = heard(10 * minute, { home, away: { alpha: { back: 1.8, publishedAtMs }, beta: home.alpha } }, decimal)
      if (message.kind === 'gone') throw new Error('it is there')
      return watching().hears({ ...message, market: { ...message.market, ...described } }).length
    }
    expect([seenWith(10 * minute), seenWith(10 * minute - 4_000)]).toEqual([1, 1])
    expect([seenWith(10 * minute - 6_000), seenWith(null)]).toEqual([0, 0])
  })

  it('is found over partial messages, as long as both legs are of these minutes', () => {
    const partial: Heard = { ...decimal, complete: false }
    const market = watching()
    expect(market.sees(10 * minute, board({ alpha: [2.1, 1.8] }), partial)).toEqual([])
    expect(market.sees(12 * minute, board({ beta: [1.8, 2.1] }), partial)).toEqual(['arbitrage 5'])
    expect(market.sees(14 * minute, board({ beta: [1.8, 2.1] }), partial)).toEqual([])
  })

  it('is the same alert while its legs and their prices are, whatever else moves, and another when they do (I5)', () => {
    const market = watching()
    const idAt = (atMs: number, others: number, best = 2.1) => {
      const prices = board({ alpha: [best, 1.8], beta: [1.8, 2.1], gamma: [others, others] })
      return market.hears(heard(atMs, prices, decimal)).map(({ id }) => id)
    }
    const [first] = idAt(10 * minute, 1.9)
    expect(first).toMatch(/^arbitrage:[0-9a-f]{32}$/)
    expect(idAt(11 * minute, 1.95)).toEqual([first])
    const turned = Object.fromEntries(Object.entries(board({ alpha: [2.1, 1.8], beta: [1.8, 2.1] })).toReversed())
    expect(market.hears(heard(11.5 * minute, turned, decimal)).map(({ id }) => id)).toEqual([first])
    expect(idAt(12 * minute, 1.95, 2.12)).not.toEqual([first])
  })
})

describe('arbitrage, of any market', () => {
  const odds = fc.integer({ min: 105, max: 500 }).map((n) => n / 100)
  const books = fc.dictionary(fc.constantFrom('alpha', 'beta', 'gamma'), fc.array(odds, { minLength: 2, maxLength: 3 }))

  it('pays the same whatever wins, and more than it costs', () => {
    fc.assert(
      fc.property(books, (any) => {
        if (Object.keys(any).length === 0) return
        for (const { size, evidence } of watching().hears(heard(1_000, board(any), decimal))) {
          const sum = evidence.reduce((total, { price }) => total + 1 / price, 0)
          for (const { price } of evidence) {
            const stake = 1 / price / sum
            expect(stake * price).toBeCloseTo(1 + size, 9)
          }
          expect(size).toBeGreaterThan(usual.arbitrageMargin)
          expect(new Set(evidence.map(({ bookmaker }) => bookmaker)).size).toBeGreaterThan(1)
        }
      }),
    )
  })
})
