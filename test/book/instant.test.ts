import { describe, expect, it } from 'vitest'

import { readInstant } from '../../functions/book/instant.ts'

const evening = Date.UTC(2026, 4, 1, 18)

describe('an instant that somebody names', () => {
  it('is a date in UTC unless it states a zone', () => {
    const texts = [
      '2026-05-01T18:00:00Z',
      '2026-05-01 18:00:00.000',
      '2026-05-01T18:00',
      '2026-05-01T14:00:00-04:00',
      '2026-05-01 20:00:00+0200',
    ]
    expect(texts.map(readInstant)).toEqual(texts.map(() => evening))
    expect(readInstant('2026-05-01')).toBe(Date.UTC(2026, 4, 1))
  })

  it('is a number of seconds or of milliseconds, in digits too', () => {
    const numbers = [evening, evening / 1_000, String(evening), String(evening / 1_000)]
    expect(numbers.map(readInstant)).toEqual(numbers.map(() => evening))
  })

  it('is nothing else', () => {
    const others = [
      '',
      'soon',
      'NaN',
      '2026-13-01',
      '2026-05-01T25:00Z',
      '12026-05-01',
      0,
      -1,
      Number.NaN,
      Infinity,
      1e300,
      null,
      undefined,
      {},
    ]
    expect(others.map(readInstant)).toEqual(others.map(() => undefined))
  })
})
