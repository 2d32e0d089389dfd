import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { maxSteps, stepIn, windowOf } from '../../../functions/view/history/window.ts'

const day = 86_400_000
const now = Date.UTC(2026, 4, 1, 12, 0, 7)
const asked = (lengthMs: number, step: Parameters<typeof windowOf>[0]['step']) => ({ fromMs: now - lengthMs, toMs: now, step })

describe('the window of a history', () => {
  it.each([
    [3_600_000, 5_000],
    [day, 120_000],
    [7 * day, 900_000],
    [30 * day, 3_600_000],
    [400 * day, 43_200_000 * 2],
  ])('of %d ms has, of its own accord, steps that suit a chart', (lengthMs, stepMs) => {
    expect(windowOf(asked(lengthMs, 'auto'), 50_000)).toMatchObject({ ok: true, window: { stepMs } })
  })

  it('shows few ticks as they are', () => {
    expect(windowOf(asked(day, 'auto'), 1_000)).toEqual({ ok: true, window: { fromMs: now - day, toMs: now, stepMs: 0 } })
  })

  it('begins where its first step does, on a multiple of the step', () => {
    const found = windowOf(asked(day, 300_000), 5_000)
    expect(found).toEqual({ ok: true, window: { fromMs: Date.UTC(2026, 3, 30, 12), toMs: now, stepMs: 300_000 } })
  })

  it.each([
    ['1s', day, 5_000, { parameter: 'step', why: 'would make 86,400 steps, and 5,000 is the most; 2m fits' }],
    ['raw', day, 12_345, { parameter: 'step', why: 'cannot be raw for 12,345 ticks of the market, 10,000 is the most; 2m fits' }],
    ['auto', day, 300_000, { parameter: 'from', why: expect.stringContaining('300,000 ticks') }],
    ['auto', 0, 0, { parameter: 'from', why: expect.stringContaining('before to') }],
  ])('is refused with what would fit: %s for %d ms of %d ticks', (step, lengthMs, ticks, fault) => {
    expect(windowOf(asked(lengthMs, stepIn(step) ?? 'auto'), ticks)).toEqual({ ok: false, fault })
  })

  it('never has more steps than may be, and what is said to fit does', () => {
    const span = fc.integer({ min: 1, max: 3_650 * day })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: now }), span, span, (fromMs, lengthMs, step) => {
        const window = { fromMs, toMs: fromMs + lengthMs }
        const found = windowOf({ ...window, step }, 1)
        if (found.ok) {
          expect(found.window.fromMs).toBeLessThanOrEqual(fromMs)
          expect(fromMs - found.window.fromMs).toBeLessThan(step)
          expect((found.window.toMs - found.window.fromMs) / step).toBeLessThanOrEqual(maxSteps)
          return
        }
        const [, fits = ''] = /; (\w+) fits$/.exec(found.fault.why) ?? []
        expect(windowOf({ ...window, step: stepIn(fits) ?? 'raw' }, 1).ok).toBe(true)
      }),
    )
  })
})

describe('a step', () => {
  it.each([
    ['90', 90_000],
    ['30s', 30_000],
    ['5m', 300_000],
    ['6h', 21_600_000],
    ['1d', day],
    ['auto', 'auto'],
    ['raw', 'raw'],
    ['0', undefined],
    ['-5m', undefined],
    ['1.5h', undefined],
    ['5 m', undefined],
    ['4000d', undefined],
    ['', undefined],
  ])('is read: %s', (text, expected) => {
    expect(stepIn(text)).toBe(expected)
  })
})
