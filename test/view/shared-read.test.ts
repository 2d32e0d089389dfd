import { describe, expect, it } from 'vitest'

import { sharedRead } from '../../functions/view/shared-read.ts'

/** Reads that end when the test says so; each gives its number. */
function slowRead() {
  const ends: ((error?: Error) => void)[] = []
  const read = () => {
    const number = ends.length + 1
    return new Promise<number>((resolve, reject) => ends.push((error) => (error === undefined ? resolve(number) : reject(error))))
  }
  return { read: sharedRead(read), ends }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('sharedRead', () => {
  it('gives all who come during a read the one that starts after they came', async () => {
    const { read, ends } = slowRead()
    const first = read()
    const during = [read(), read(), read()]
    expect(ends).toHaveLength(1)
    ends[0]?.()
    expect(await first).toBe(1)
    await turn()
    expect(ends).toHaveLength(2)
    const later = read()
    ends[1]?.()
    expect(await Promise.all(during)).toEqual([2, 2, 2])
    await turn()
    ends[2]?.()
    expect(await later).toBe(3)
  })

  it('fails only those whose read failed', async () => {
    const { read, ends } = slowRead()
    const first = read()
    const second = read()
    ends[0]?.(new Error('away'))
    await expect(first).rejects.toThrow('away')
    await turn()
    ends[1]?.()
    expect(await second).toBe(2)
    const third = read()
    ends[2]?.()
    expect(await third).toBe(3)
  })
})
