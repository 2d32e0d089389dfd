import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  cardHeight,
  columnsIn,
  emptyLayout,
  gap,
  type Layout,
  layOut,
  neighbour,
  placesWithin,
} from '../../../functions/view/page/layout.ts'
import { market } from '../client/odds-world.ts'

const heights = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 60 })
const laid = (lines: readonly number[], columns: number, before: Layout = emptyLayout) => {
  const order = lines.map((_, i) => market(String(i)))
  const heightOf = (id: string) => cardHeight(lines[Number(id.split(':')[1])] ?? 0)
  return layOut(order, heightOf, columns, before)
}
const bottomOf = ({ top }: Layout, lines: readonly number[], place: number) => (top[place] ?? 0) + cardHeight(lines[place] ?? 0)

describe('where the cards of the board are', () => {
  it('leaves a gap between any two of a column, and no more', () => {
    fc.assert(
      fc.property(heights, fc.integer({ min: 1, max: 9 }), (lines, columns) => {
        const layout = laid(lines, columns)
        for (const column of layout.inColumn) {
          expect(layout.top[column[0] ?? -1] ?? 0).toBe(0)
          for (const [i, place] of column.slice(1).entries())
            expect((layout.top[place] ?? 0) - bottomOf(layout, lines, column[i] ?? 0)).toBeCloseTo(gap)
        }
        expect(layout.inColumn.flat().sort((a, b) => a - b)).toEqual(lines.map((_, i) => i))
      }),
    )
  })

  it('gives each card of the screen, and none that is off it', () => {
    fc.assert(
      fc.property(heights, fc.integer({ min: 1, max: 5 }), fc.nat(400), fc.nat(120), (lines, columns, from, height) => {
        const layout = laid(lines, columns)
        const onScreen = lines.flatMap((_, place) => {
          const [top, bottom] = [layout.top[place] ?? 0, bottomOf(layout, lines, place)]
          return top < from + height && bottom > from ? [place] : []
        })
        const places = placesWithin(layout, from, from + height)
        for (const place of onScreen) expect(places).toContain(place)
        // The gap above a card counts as its own: at most one a column is given in vain.
        expect(places.length - onScreen.length).toBeLessThanOrEqual(columns)
      }),
    )
  })

  it('moves no card to another column when one grows, or others come after them', () => {
    const before = laid([3, 9, 2, 4, 4, 1], 3)
    const grown = laid([3, 9, 12, 4, 4, 1, 5, 5], 3, before)
    expect(grown.column.slice(0, 6)).toEqual(before.column)
    expect(grown.top[0]).toBe(before.top[0])
    expect(laid([3, 9, 12, 4, 4, 1], 2, before).columns).toBe(2)
  })

  it('knows what is above and below a card', () => {
    const layout = laid([1, 1, 1, 1, 1, 1], 3)
    expect(neighbour(layout, 1, 1)).toBe(4)
    expect(neighbour(layout, 4, -1)).toBe(1)
    expect(neighbour(layout, 4, 1)).toBeUndefined()
  })

  it('has as many columns as fit', () => {
    expect([20, 24.5, 49.7, 49.75, 90].map(columnsIn)).toEqual([1, 1, 1, 2, 3])
  })
})
