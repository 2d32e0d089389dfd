import { expect, it } from 'vitest'

import { type PutAside, tellingOf } from '../../functions/connect/put-aside.ts'

const letters = (...reasons: string[]) => reasons.map((reason) => ({ reason }))

it('tells how many were put aside, and the reasons that most of them have', async () => {
  const [kept, told]: [unknown[], PutAside[]] = [[], []]
  const keeper = tellingOf({ add: async (all) => void kept.push(...all) }, (putAside) => told.push(putAside))
  await keeper.add(letters('b', 'a', 'a', 'c', 'd', 'e', 'f', 'f', 'x'.repeat(1_000)))
  expect(kept).toHaveLength(9)
  expect(told).toEqual([{ count: 9, reasons: { a: 2, f: 2, b: 1, c: 1, d: 1 } }])
  await keeper.add([])
  expect(told).toHaveLength(1)
})

it('tells nothing of what could not be put aside', async () => {
  const told: PutAside[] = []
  const keeper = tellingOf({ add: async () => Promise.reject(new Error('away')) }, (putAside) => told.push(putAside))
  await expect(keeper.add(letters('a'))).rejects.toThrow('away')
  expect(told).toEqual([])
})
