import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { seek } from '../../../functions/view/history/seek.ts'

describe('looking for a time among ticks', () => {
  it('finds the first tick that is kept and not before it, in few questions', async () => {
    const ages = fc.array(fc.nat({ max: 3 }), { maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(ages, fc.nat({ max: 200 }), fc.integer({ min: 1, max: 400 }), async (laterMs, expired, atMs) => {
        let now = 10
        const times = laterMs.map((later) => (now += later))
        let questions = 0
        const observedAt = async (seqs: readonly number[]) => {
          questions++
          expect(seqs.length).toBeLessThanOrEqual(16)
          return new Map(seqs.filter((seq) => seq > expired && seq <= times.length).map((seq) => [seq, times[seq - 1] ?? 0]))
        }
        const place = times.findIndex((time, i) => i + 1 > expired && time >= atMs)
        expect(await seek(atMs, times.length, observedAt)).toBe(place === -1 ? times.length + 1 : place + 1)
        expect(questions).toBeLessThanOrEqual(3)
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes five questions for a hundred thousand ticks', async () => {
    let questions = 0
    const observedAt = async (seqs: readonly number[]) => {
      questions++
      return new Map(seqs.map((seq) => [seq, seq * 1_000]))
    }
    expect(await seek(77_777_000, 100_000, observedAt)).toBe(77_777)
    expect(questions).toBeLessThanOrEqual(5)
  })
})
