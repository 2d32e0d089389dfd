import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { MarketId } from '../../../functions/book/ids.ts'
import { pathOf, routeOf } from '../../../functions/view/page/route.ts'

describe('the address of what is shown', () => {
  it('leads back to it, whatever a market is called', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const route = { at: 'market', market: `feed:${name}` as MarketId } as const
        const path = pathOf(route)
        expect(routeOf(path)).toEqual(route)
        expect(URL.parse(path, 'http://board.local')?.pathname).toBe(path)
      }),
    )
  })

  it('is readable', () => {
    expect(pathOf({ at: 'market', market: 'predictit:7053' as MarketId })).toBe('/markets/predictit:7053')
  })

  it('is the board’s where it makes no sense', () => {
    for (const path of ['/', '/markets/', '/markets/%', '/elsewhere']) expect(routeOf(path)).toEqual({ at: 'board' })
  })
})
