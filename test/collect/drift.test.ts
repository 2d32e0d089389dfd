import { describe, expect, it } from 'vitest'

import { driftOf } from '../../functions/collect/drift.ts'

const market = (more: object, i = 0) => ({ id: i, price: 0.5, ...more })
const known = { name: 'market', always: ['id', 'price'], sometimes: ['image'] }

describe('schema drift', () => {
  it('is none where every field is known, also where an optional one is missing', () => {
    expect(driftOf([{ ...known, objects: [market({}), market({ image: 'x' })] }])).toEqual({ unknown: [], vanished: [] })
  })

  it('counts the objects that have a new field, and names the ones that nobody has any more', () => {
    const renamed = [0, 1, 2].map((id) => ({ id, price_v2: 0.5 }))
    expect(driftOf([{ ...known, objects: renamed }])).toEqual({
      unknown: [{ field: 'market.price_v2', count: 3 }],
      vanished: ['market.price'],
    })
  })

  it('tells nothing of what was not there, and looks at a bounded number of a large list', () => {
    expect(driftOf([{ ...known, objects: [] }])).toEqual({ unknown: [], vanished: [] })
    const many = Array.from({ length: 10_000 }, (_, i) => market({ extra: 1 }, i))
    expect(driftOf([{ ...known, objects: many }]).unknown[0]?.count).toBeLessThanOrEqual(32)
  })

  it('names a few fields of a redesign, not hundreds', () => {
    const redesigned = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]))
    expect(driftOf([{ ...known, objects: [redesigned] }]).unknown).toHaveLength(20)
  })
})
