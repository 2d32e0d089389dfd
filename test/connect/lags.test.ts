import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lagBounds, Lags } from '../../functions/connect/lags.ts'

describe('lags', () => {
  it('are counted in steps of a quarter, in order', () => {
    const lags = new Lags()
    for (const ms of [0, 1, 7, 99, 100, 101, 5_200, 1e9, -3]) lags.add(ms)
    lags.add(99, 4)
    expect(JSON.parse(JSON.stringify(lags))).toEqual([
      [1, 3],
      [8, 1],
      [100, 6],
      [125, 1],
      [6_300, 1],
      [1e7, 1],
    ])
  })

  it('are each told up to a bound that is at most a third above', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1e7 }), (ms) => {
        const lags = new Lags()
        lags.add(ms)
        const [[bound = 0] = []] = lags
        expect(bound).toBeGreaterThanOrEqual(ms)
        expect(bound).toBeLessThan(ms * 1.34)
      }),
    )
    expect(lagBounds).toEqual([...lagBounds].sort((a, b) => a - b))
    expect(lagBounds.length).toBeLessThan(70)
  })
})
