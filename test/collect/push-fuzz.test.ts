import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { spoilt } from '../support/fuzz.ts'
import { ownMarket, sampleOdds } from '../support/pushed-bodies.ts'
import { pushing } from '../support/pushing.ts'

const own = { markets: [ownMarket('m1', 1.9), ownMarket('m2', 1.8), ownMarket('m3', 1.7)] }
const sample = { odds: ['g1', 'g2', 'g3'].map((gameId) => ({ ...sampleOdds, gameId })) }

describe('a body with one spot spoilt', () => {
  for (const [shape, body] of Object.entries({ own, sample })) {
    it(`of shape ${shape}: costs at most the market it is in, and never a 5xx (I7)`, async () => {
      await fc.assert(
        fc.asyncProperty(spoilt(body), async ({ body: broken, at }) => {
          const desk = pushing()
          const answer = await desk.put('my-odds', broken)
          if (answer.status !== 202) {
            // The envelope itself: there is nothing in it that could be taken.
            expect(answer).toMatchObject({ status: 400 })
            expect(at.length).toBe(1)
            return
          }
          const index = at[1]
          const results = answer.results ?? []
          const spared = results.filter((result) => result.status === 'accepted' || result.index !== index)
          expect(spared.every(({ status }) => status === 'accepted')).toBe(true)
          expect(results.length - spared.length).toBeLessThanOrEqual(1)
          expect(desk.letters).toHaveLength(results.length - spared.length)
        }),
        { numRuns: 400 },
      )
    })
  }

  it('is answered, whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const { status } = await pushing().putText('my-odds', text)
        expect([202, 400]).toContain(status)
      }),
    )
  })

  it('is answered, however deep it is nested', async () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`
    for (const item of [deep, `{"marketId":"m","topic":${deep}}`, `{"marketId":"m","topic":"sports","market":${deep}}`]) {
      const desk = pushing()
      const answer = await desk.putText('my-odds', `[${item},${JSON.stringify(own.markets[0])}]`)
      expect(answer).toMatchObject({ status: 202, accepted: 1, rejected: 1 })
      expect(desk.letters).toHaveLength(1)
    }
  })

  it('is answered, whatever bytes it has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { status } = await pushing().putText('my-odds', bytes)
        expect([202, 400]).toContain(status)
      }),
    )
  })
})
