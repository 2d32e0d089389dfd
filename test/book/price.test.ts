import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decimalOdds, impliedProbability, isPrice, overround, priceOf, type Probability } from '../../functions/book/price.ts'

const american = fc.integer({ min: 100, max: 1_000_000 }).chain((n) => fc.constantFrom(n, -n))

describe('price', () => {
  it.each([
    [150, 2.5, 0.4],
    [-200, 1.5, 2 / 3],
    [-1_000_000, 1.0001, 1 / 1.0001],
    [100_000, 1_001, 1 / 1_001],
  ])('american %d is decimal %d and probability %d', (price, odds, probability) => {
    expect(decimalOdds(price, 'american')).toBeCloseTo(odds, 9)
    expect(impliedProbability(price, 'american')).toBeCloseTo(probability, 9)
  })

  it('comes back exactly from decimal odds, in american', () => {
    fc.assert(
      fc.property(american, (price) => {
        const odds = decimalOdds(price, 'american')
        expect(odds === undefined ? undefined : priceOf(odds, 'american')).toBe(price === -100 ? 100 : price)
      }),
    )
  })

  it('comes back exactly from decimal odds, as a probability of up to six decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (millionths) => {
        const odds = decimalOdds(millionths / 1e6, 'probability')
        expect(odds === undefined ? undefined : priceOf(odds, 'probability')).toBe(millionths / 1e6)
      }),
    )
  })

  it('keeps a stated probability as it was stated', () => {
    expect(impliedProbability(0.07, 'probability')).toBe(0.07)
  })

  it.each([
    [0, 'probability'],
    [1, 'probability'],
    [1, 'decimal'],
  ] as const)('gives no odds for a bet that is over: %d as %s', (price, format) => {
    expect(isPrice(price, format)).toBe(true)
    expect(decimalOdds(price, format)).toBeUndefined()
    expect(impliedProbability(price, format)).toBeUndefined()
  })

  it.each([
    [1.2, 'probability'],
    [-0.1, 'probability'],
    [0.9, 'decimal'],
    [99, 'american'],
    [-99.5, 'american'],
    [Number.POSITIVE_INFINITY, 'decimal'],
    [Number.NaN, 'american'],
  ] as const)('refuses %d as a %s price', (price, format) => {
    expect(isPrice(price, format)).toBe(false)
  })

  it('states the overround as what the bookmaker keeps', () => {
    expect(overround([0.55, 0.47] as Probability[])).toBe(0.02)
  })
})
