import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { feedName, type MarketId, topicOf } from '../../../functions/book/ids.ts'
import { marketStatuses } from '../../../functions/book/quote.ts'
import { filterOf, pathOf, queryOf, routeOf } from '../../../functions/view/page/route.ts'

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

  it('has what the board is narrowed to, whatever that is', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' })
    const filter = fc.record({
      words: fc.string({ unit: 'grapheme' }),
      topic: fc.option(name.map(topicOf)),
      feed: fc.option(name.map(feedName)),
      status: fc.constantFrom(...marketStatuses, null),
    })
    fc.assert(
      fc.property(filter, (filter) => {
        expect(filterOf(queryOf(filter))).toEqual(filter)
        expect(filterOf(new URL(`/${queryOf(filter)}`, 'http://board.local').search)).toEqual(filter)
      }),
    )
    expect(queryOf(filterOf(''))).toBe('')
    expect(queryOf(filterOf('?q=two+words&topic=sports&status=open'))).toBe('?q=two+words&topic=sports&status=open')
  })

  it('is of the whole board where it narrows it to nothing that there is', () => {
    const all = { words: '', topic: null, feed: null, status: null }
    for (const query of ['', '?', '?topic=&feed=', '?status=nonsense', '?else=1', '?q']) expect(filterOf(query)).toEqual(all)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (query) => void filterOf(query)))
  })

  it('is readable', () => {
    expect(pathOf({ at: 'market', market: 'predictit:7053' as MarketId })).toBe('/markets/predictit:7053')
  })

  it('is the board’s where it makes no sense', () => {
    for (const path of ['/', '/markets/', '/markets/%', '/elsewhere']) expect(routeOf(path)).toEqual({ at: 'board' })
  })
})
