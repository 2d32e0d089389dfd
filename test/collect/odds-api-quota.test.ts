import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { GetAnswer } from '../../functions/collect/http-get.ts'
import { creditsOf, nextPollAtMs, quotaOf } from '../../functions/collect/odds-api/quota.ts'
import { answered } from '../support/odds-api.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const observedAtMs = Date.UTC(2031, 6, 11, 17, 14, 3)
const resetsAtMs = Date.UTC(2031, 7, 1)
const asking = { observedAtMs, everyMs: 60_000, creditsPerSport: 3, mostCost: 12 }
const credits = { remaining: null, used: null, last: null, refused: false }

const refusal = (status: number, text: string, headers: Record<string, string> = {}): GetAnswer => ({
  kind: 'failed',
  reason: `answered ${status}`,
  retryAfterMs: null,
  refusal: { status, text, headers: new Headers(headers) },
})
const noAnswer: GetAnswer = { kind: 'failed', reason: 'no answer', retryAfterMs: null, refusal: null }

describe('what an answer says of the credits', () => {
  it('is in its headers', () => {
    const headers = { 'x-requests-remaining': '488', 'x-requests-used': '12.0', 'x-requests-last': '3' }
    expect(creditsOf(answered([], headers))).toEqual({ remaining: 488, used: 12, last: 3, refused: false })
    expect(creditsOf(refusal(500, 'oops', headers))).toEqual({ remaining: 488, used: 12, last: 3, refused: false })
  })

  it.each(['', 'many', 'NaN', '-1', 'Infinity', '1e3'])('is nothing where a header is "%s"', (remaining) => {
    expect(creditsOf(answered([], { 'x-requests-remaining': remaining }))).toEqual(credits)
  })

  it('may be that they are used up, whatever the status', () => {
    const body = '{"message":"Usage quota has been reached.","error_code":"OUT_OF_USAGE_CREDITS"}'
    for (const status of [401, 429]) expect(creditsOf(refusal(status, body))).toMatchObject({ refused: true, last: 0 })
    expect(creditsOf(refusal(429, '{"error_code":"EXCEEDED_FREQ_LIMIT"}'))).toMatchObject({ refused: false, last: 0 })
  })

  it('is unknown where there was no answer', () => {
    expect(creditsOf(noAnswer)).toEqual(credits)
  })
})

describe('the quota after a poll', () => {
  it('is the lowest count of its answers, until the first of the next month', () => {
    const answers = [
      { ...credits, remaining: 494, used: 6, last: 3 },
      { ...credits, remaining: 491, used: 9, last: 3 },
      { ...credits, last: 0 },
    ]
    expect(quotaOf(answers, asking)).toMatchObject({ remaining: 491, used: 9, resetsAtMs })
    const december = quotaOf(answers, { ...asking, observedAtMs: Date.UTC(2031, 11, 31, 23, 59) })
    expect(december?.resetsAtMs).toBe(Date.UTC(2032, 0, 1))
  })

  it('is unknown where no answer tells', () => {
    expect(quotaOf([credits, credits], asking)).toBeUndefined()
  })

  it('spreads what is left over the time that is left, a dearest poll kept back', () => {
    const left = resetsAtMs - observedAtMs
    const quota = quotaOf([{ ...credits, remaining: 500 - 12, last: 6 }], asking)
    expect(quota?.nextPollAtMs).toBe(Math.ceil(observedAtMs + (left * 6) / (500 - 12 - 12)))
  })

  it('counts what an answer does not tell as the dearest', () => {
    const told = quotaOf(
      [
        { ...credits, remaining: 488, last: 3 },
        { ...credits, last: 3 },
      ],
      asking,
    )
    expect(quotaOf([{ ...credits, remaining: 488, last: 3 }, credits], asking)).toEqual(told)
  })

  it('lets the schedule alone where that is slow enough, or a poll costs nothing', () => {
    expect(quotaOf([{ ...credits, remaining: 5_000_000, last: 12 }], asking)?.nextPollAtMs).toBeNull()
    expect(quotaOf([{ ...credits, remaining: 13, last: 0 }], asking)?.nextPollAtMs).toBeNull()
  })

  it('is looked at again once a day when it is used up, and as soon as it is renewed', () => {
    const refused = { ...credits, remaining: 2, last: 0, refused: true }
    expect(quotaOf([refused], asking)).toEqual({ remaining: 2, used: null, resetsAtMs, nextPollAtMs: observedAtMs + dayMs })
    expect(quotaOf([{ ...refused, remaining: null }], asking)).toMatchObject({ remaining: 0, nextPollAtMs: observedAtMs + dayMs })
    const lastDay = { ...asking, observedAtMs: resetsAtMs - hourMs }
    expect(quotaOf([refused], lastDay)?.nextPollAtMs).toBe(resetsAtMs)
    expect(quotaOf([{ ...credits, remaining: 12, last: 12 }], asking)?.nextPollAtMs).toBe(observedAtMs + dayMs)
  })
})

describe('polls as far apart as the quota says', () => {
  const month = fc.record({
    credits: fc.integer({ min: 0, max: 20_000 }),
    mostCost: fc.integer({ min: 1, max: 60 }),
    everyMs: fc.constantFrom(10_000, 60_000, hourMs, dayMs),
    startsAtMs: fc.integer({ min: Date.UTC(2031, 6, 1), max: resetsAtMs - 1 }),
    /** Of its dearest, what each poll costs: a league pauses, another comes back. */
    costs: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
  })

  /** What each poll until the renewal found, and how long after the one before. */
  function polls({ credits, mostCost, everyMs, startsAtMs, costs }: typeof month extends fc.Arbitrary<infer T> ? T : never) {
    const made: { remaining: number; cost: number; afterMs: number | null; asked: boolean }[] = []
    let remaining = credits
    let usedUp = false
    let beforeMs: number | null = null
    for (let atMs = startsAtMs; atMs < resetsAtMs && made.length < 3_000;) {
      const cost = Math.round((costs[made.length % costs.length] ?? 0) * mostCost)
      made.push({ remaining, cost, afterMs: beforeMs === null ? null : atMs - beforeMs, asked: usedUp })
      if (cost <= remaining) remaining -= cost
      const next = nextPollAtMs({ remaining, lastCost: cost, mostCost, observedAtMs: atMs, resetsAtMs, everyMs })
      usedUp = remaining - mostCost <= 0 || remaining - mostCost < cost
      beforeMs = atMs
      atMs = Math.max(atMs + everyMs, next ?? 0)
    }
    return made
  }

  it('can all be paid for until the credits are renewed, and after they are used up there is one look a day', () => {
    fc.assert(
      fc.property(month, (circumstances) => {
        for (const { remaining, cost, afterMs, asked } of polls(circumstances).slice(1)) {
          if (asked) expect(afterMs).toBeGreaterThanOrEqual(dayMs)
          else expect(remaining).toBeGreaterThanOrEqual(cost)
        }
      }),
    )
  })

  it('are evenly spread, and use nearly all, when each costs the same', () => {
    const made = polls({ credits: 500, mostCost: 9, everyMs: 60_000, startsAtMs: Date.UTC(2031, 6, 1), costs: [1] })
    const gaps = made.flatMap(({ afterMs, asked }) => (afterMs === null || asked ? [] : [afterMs]))
    expect(Math.max(...gaps) / Math.min(...gaps)).toBeLessThan(1.01)
    const last = made.at(-1)
    expect(last === undefined ? 0 : last.remaining - last.cost).toBeLessThan(3 * 9)
  })
})
