import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { orNobody, otherSide } from '../../functions/collect/other-side.ts'
import { instantOf, unitPriceOf, webAddressOf } from '../../functions/collect/raw-fields.ts'

const decimals = fc
  .tuple(fc.nat(10 ** 6), fc.integer({ min: 0, max: 6 }))
  .map(([digits, places]) => (digits % 10 ** places) / 10 ** places)

describe('a price from 0 to 1', () => {
  it.each([
    ['0.1200', 0.12],
    ['0', 0],
    ['1.0000', 1],
    ['0.000000000000000000001', 1e-21],
    [0.35, 0.35],
    [null, null],
  ])('is read from %j', (value, price) => {
    expect(unitPriceOf(value)).toBe(price)
  })

  it.each([
    ['1.01'],
    ['-0.1'],
    ['.5'],
    ['5.'],
    ['0..5'],
    ['0x1'],
    ['1e-3'],
    [' 0.5'],
    ['NaN'],
    ['Infinity'],
    [''],
    [1.5],
    [Number.NaN],
    [true],
    [{}],
    [undefined],
  ])('is not %j', (value) => {
    expect(unitPriceOf(value)).toBeUndefined()
  })

  it('in text is the very number that the text stands for', () => {
    fc.assert(
      fc.property(decimals, (price) => {
        expect(unitPriceOf(price.toFixed(6))).toBe(price)
      }),
    )
  })

  it('has another side: what both cost together is 1, to the last decimal', () => {
    fc.assert(
      fc.property(decimals, (price) => {
        const millionths = Math.round(price * 1e6)
        expect(otherSide(price)).toBe((1e6 - millionths) / 1e6)
        expect(otherSide(otherSide(price))).toBe(price)
      }),
    )
    expect(otherSide(0.7)).toBe(0.3)
    expect(otherSide(null)).toBeNull()
  })

  it.each([
    [0, null],
    [1, null],
    [null, null],
    [0.001, 0.001],
  ])('of %j is shown by a venue where the best is %j', (shown, price) => {
    expect(orNobody(shown)).toBe(price)
  })
})

describe('an instant', () => {
  it.each([
    ['2026-06-21T18:26:26.563193Z', Date.UTC(2026, 5, 21, 18, 26, 26, 563)],
    ['2026-04-05 15:10:00+00', Date.UTC(2026, 3, 5, 15, 10)],
    ['2026-04-05 15:10:00-05', Date.UTC(2026, 3, 5, 20, 10)],
    ['2026-04-05 15:10:00.5+05:30', Date.UTC(2026, 3, 5, 9, 40, 0, 500)],
    ['soon', null],
    [5, null],
  ])('is read from %j', (text, atMs) => {
    expect(instantOf(text)).toBe(atMs)
  })
})

describe('an address', () => {
  it.each([['https://pictures.example/a.png'], ['http://pictures.example/']])('of the web is kept: %s', (url) => {
    expect(webAddressOf(url)).toBe(url)
  })

  it.each([
    ['javascript:alert(1)'],
    ['https://'],
    ['https://two words.example/'],
    [`https://${'x'.repeat(2_000)}`],
    [7],
    [undefined],
  ])('of anything else is none: %j', (url) => {
    expect(webAddressOf(url)).toBeNull()
  })
})
