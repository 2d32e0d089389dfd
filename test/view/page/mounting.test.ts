import { describe, expect, it } from 'vitest'

import { mountNext } from '../../../functions/view/page/mounting.ts'

const numbers = (length: number) => Array.from({ length }, (_, i) => i)

describe('cards', () => {
  it('come a few with each frame: those on the screen, then the others', () => {
    const [wanted, onScreen] = [numbers(20), new Set([4, 5, 6, 7, 8, 9, 10, 11])]
    let mounted: ReadonlySet<number> = new Set([0, 99])
    const come: number[][] = []
    for (let more = true; more;) {
      const next = mountNext(wanted, onScreen, 19, mounted)
      come.push(next.now.filter((card) => !mounted.has(card)))
      mounted = new Set(next.now)
      more = next.more
    }
    expect(come).toEqual([[4, 5, 6, 7, 8, 9, 19], [10, 11], [1, 2, 3], [12, 13, 14], [15, 16, 17], [18]])
    expect([...mounted]).toEqual(wanted)
  })

  it('that are there stay as long as they are wanted', () => {
    const { now, more } = mountNext(numbers(9), new Set(), undefined, new Set([...numbers(9), 12]))
    expect(now).toEqual(numbers(9))
    expect(more).toBe(false)
  })
})
