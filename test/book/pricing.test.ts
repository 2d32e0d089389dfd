import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { bookmakerOf, feedName, selectionIdOf } from '../../functions/book/ids.ts'
import { derived, exactProbability, overround, type PriceFormat } from '../../functions/book/price.ts'
import { type Priceable, type PriceableQuote, pricing } from '../../functions/book/pricing.ts'

type Said = Partial<Omit<PriceableQuote, 'bookmaker'>>
/** A market by selection and bookmaker: `{ home: { alpha: { back: 2 } } }`. */
function marketOf(said: Record<string, Record<string, Said>>, priceFormat: PriceFormat = 'decimal'): Priceable {
  const selections = Object.entries(said).map(([id, quotes]) => ({
    id: idOf(id),
    quotes: Object.entries(quotes).map(([name, values]) => ({
      bookmaker: bookmakerOf(name),
      back: null,
      lay: null,
      point: null,
      status: 'open' as const,
      ...values,
    })),
  }))
  return { priceFormat, status: 'open', selections }
}
const idOf = (id: string) => selectionIdOf(feedName('testfeed'), id)
const priced = (said: Record<string, Record<string, Said>>, format?: PriceFormat) => {
  const { selections, overround, points, bookmakers } = pricing(marketOf(said, format))
  const by = (side: 'back' | 'lay') =>
    Object.fromEntries(Object.keys(said).map((id) => [id, selections.get(idOf(id))?.[side] ?? null]))
  const fair = Object.keys(said).map((id) => selections.get(idOf(id))?.fairProbability ?? null)
  return { back: by('back'), lay: by('lay'), fair, overround, points, bookmakers }
}

describe('best prices', () => {
  it.each([
    ['decimal', 2.1, 2.2],
    ['probability', 0.48, 0.45],
    ['american', -105, 120],
    ['american', -110, -105],
  ] as const)('names who pays more to who backs: %s %d or %d', (format, less, more) => {
    const { back } = priced({ home: { alpha: { back: less }, beta: { back: more } }, away: {} }, format)
    expect(back['home']).toEqual({ bookmaker: 'beta', price: more })
  })

  it('names who costs least to who lays, and the first by name of equals', () => {
    const { back, lay } = priced({ home: { beta: { back: 2, lay: 2.02 }, alpha: { back: 2, lay: 2.1 } }, away: {} })
    expect([back['home']?.bookmaker, lay['home']]).toEqual(['alpha', { bookmaker: 'beta', price: 2.02 }])
  })

  it('takes only what is open, in a market that is', () => {
    const said = {
      home: { alpha: { back: 9, status: 'suspended' }, beta: { back: 2 }, gamma: { back: 8, status: 'removed' } },
    } as const
    expect(priced(said).back['home']).toEqual({ bookmaker: 'beta', price: 2 })
    expect(pricing({ ...marketOf(said), status: 'suspended' }).selections.get(idOf('home'))?.back).toBeNull()
  })

  it('takes no price at the ends of the scale, which is a bet that is settled', () => {
    const { back, lay } = priced({ yes: { alpha: { back: 0, lay: 1 } }, no: { alpha: { back: 1, lay: 0 } } }, 'probability')
    expect([back['yes'], lay['yes'], back['no'], lay['no']]).toEqual([null, null, null, null])
  })
})

describe('the main line', () => {
  const at = (point: number, over: number, under: number) =>
    [
      { point, back: over },
      { point, back: under },
    ] as const
  const totals = (books: Record<string, readonly [Said, Said]>) => ({
    over: Object.fromEntries(Object.entries(books).map(([name, [over]]) => [name, over])),
    under: Object.fromEntries(Object.entries(books).map(([name, [, under]]) => [name, under])),
  })

  it('is the one with most bookmakers, and a better price on another line is no better price', () => {
    const books = { alpha: at(8.5, 1.9, 1.9), beta: at(8.5, 1.95, 1.85), gamma: at(9, 2.2, 1.7) }
    const { back, overround, points, bookmakers } = priced(totals(books))
    expect(points).toEqual([8.5, 8.5])
    expect(back).toEqual({ over: { bookmaker: 'beta', price: 1.95 }, under: { bookmaker: 'alpha', price: 1.9 } })
    expect(overround).toBeCloseTo(1 / 1.95 + 1 / 1.9 - 1, 9)
    expect([...bookmakers.keys()]).toEqual(['alpha', 'beta'])
  })

  it('is that of the first bookmaker by name, of lines that have as many', () => {
    expect(priced(totals({ zeta: at(8.5, 1.9, 1.9), beta: at(9, 1.9, 1.9) })).points).toEqual([9, 9])
    expect(priced(totals({ beta: at(9, 1.9, 1.9), alpha: at(8.5, 1.9, 1.9) })).points).toEqual([8.5, 8.5])
  })

  it('tells -1.5 from +1.5', () => {
    const spread = (point: number): [Said, Said] => [
      { point, back: 1.9 },
      { point: -point, back: 1.9 },
    ]
    const { points, bookmakers } = priced(totals({ alpha: spread(-1.5), beta: spread(1.5), gamma: spread(1.5) }))
    expect([points, bookmakers.size]).toEqual([[1.5, -1.5], 2])
  })

  it('has on it who quotes only some of its selections', () => {
    const partly: [Said, Said] = [{ point: 8.5, back: 2 }, { status: 'suspended' }]
    const { back, fair } = priced(totals({ alpha: at(8.5, 1.9, 1.9), beta: partly, gamma: partly }))
    expect(back['over']).toEqual({ bookmaker: 'beta', price: 2 })
    expect(fair).toEqual([0.5, 0.5])
  })
})

describe('overround and fair probability', () => {
  it('takes the margin out of a whole book', () => {
    const { fair, overround, bookmakers } = priced({ home: { alpha: { back: 1.8 } }, away: { alpha: { back: 2.1 } } })
    const sum = 1 / 1.8 + 1 / 2.1
    expect(fair).toEqual([derived(1 / 1.8 / sum), derived(1 / 2.1 / sum)])
    expect(overround).toBe(0.0317460317)
    expect(bookmakers.get(bookmakerOf('alpha'))).toEqual({ overround: 0.0317460317, fair })
  })

  it('is the median of what the bookmakers hold fair, so that one alone moves nothing', () => {
    const market = {
      home: { alpha: { back: 2 }, beta: { back: 1.9 }, gamma: { back: 5 } },
      away: { alpha: { back: 2 }, beta: { back: 1.9 }, gamma: { back: 1.2 } },
    }
    expect(priced(market).fair).toEqual([0.5, 0.5])
  })

  it.each<[string, Record<string, Record<string, Said>>]>([
    ['it has one selection', { yes: { alpha: { back: 0.4 } } }],
    ['a selection cannot be backed', { home: { alpha: { back: 0.5 } }, away: { alpha: { lay: 0.4 } } }],
    ['a selection is suspended', { home: { alpha: { back: 0.5 } }, away: { alpha: { back: 0.5, status: 'suspended' } } }],
    ['two win', { a: { alpha: { back: 0.7 } }, b: { alpha: { back: 0.7 } }, c: { alpha: { back: 0.65 } } }],
    ['an answer is missing', { a: { alpha: { back: 0.3 } }, b: { alpha: { back: 0.4 } } }],
  ])('is none where %s', (_what, market) => {
    const { fair, overround, bookmakers } = priced(market, 'probability')
    expect([fair.filter((p) => p !== null), overround, bookmakers.size]).toEqual([[], null, 0])
  })

  it('does without a selection that is gone', () => {
    const { fair } = priced({
      a: { alpha: { back: 2 } },
      b: { alpha: { back: 2 } },
      c: { alpha: { status: 'removed' } },
    })
    expect(fair).toEqual([0.5, 0.5, null])
  })
})

describe('pricing, of any market', () => {
  const price = fc.oneof(
    fc.constant(null),
    fc.integer({ min: 101, max: 400 }).map((n) => n / 100),
  )
  const quote = fc.record({
    back: price,
    lay: price,
    point: fc.constantFrom(null, 1.5, 2),
    status: fc.constantFrom('open' as const, 'open' as const, 'open' as const, 'suspended' as const, 'removed' as const),
  })
  const selection = fc.dictionary(fc.constantFrom('alpha', 'beta', 'gamma', 'delta'), quote)
  const market = fc.array(selection, { maxLength: 4 }).map((all) => marketOf(Object.fromEntries(all.entries())))

  it('never names a best price that a quote on the line betters', () => {
    fc.assert(
      fc.property(market, (any) => {
        const { points, selections } = pricing(any)
        for (const [place, { id, quotes }] of any.selections.entries()) {
          const { back, lay } = selections.get(id) ?? {}
          const open = quotes.filter(({ status }) => status === 'open')
          const named = open.find(({ bookmaker }) => bookmaker === back?.bookmaker)
          expect(named?.back ?? null).toBe(back?.price ?? null)
          // With one point only, every open quote is on the line.
          if (any.selections.some(({ quotes }) => quotes.some(({ point }) => point !== quotes[0]?.point))) continue
          if (any.selections.some(({ quotes }) => quotes.some(({ point }) => point !== points[place]))) continue
          expect(back?.price ?? null).toBe(
            open.reduce<number | null>((most, q) => ((q.back ?? 0) > (most ?? 0) ? q.back : most), null),
          )
          expect(lay?.price ?? null).toBe(
            open.reduce<number | null>((least, q) => ((q.lay ?? 1e9) < (least ?? 1e9) ? q.lay : least), null),
          )
        }
      }),
    )
  })

  it('has fair probabilities that sum to 1, are none or all there, and are rounded', () => {
    fc.assert(
      fc.property(market, (any) => {
        const { selections, bookmakers } = pricing(any)
        for (const fair of [
          [...selections.values()].map((s) => s.fairProbability),
          ...[...bookmakers.values()].map((b) => b.fair),
        ]) {
          const given = fair.filter((p) => p !== null)
          const there = any.selections.filter(({ quotes }) => quotes.some(({ status }) => status !== 'removed'))
          expect([0, there.length]).toContain(given.length)
          for (const p of given) expect(derived(p)).toBe(p)
          if (given.length > 0) expect(Math.abs(given.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12 * given.length)
        }
      }),
    )
  })

  it('is no dearer over all bookmakers than at any one of them', () => {
    fc.assert(
      fc.property(market, (any) => {
        const all = pricing(any)
        if (all.overround === null) return
        for (const own of all.bookmakers.values()) expect(all.overround).toBeLessThanOrEqual(own.overround)
        const best = [...all.selections.values()].flatMap(({ back }) =>
          back === null ? [] : [exactProbability(back.price, 'decimal') ?? 0],
        )
        expect(all.overround).toBe(overround(best))
      }),
    )
  })

  it('does not depend on the order of quotes', () => {
    fc.assert(
      fc.property(market, (any) => {
        const turned = { ...any, selections: any.selections.map((s) => ({ ...s, quotes: s.quotes.toReversed() })) }
        expect(pricing(turned)).toEqual(pricing(any))
      }),
    )
  })
})
