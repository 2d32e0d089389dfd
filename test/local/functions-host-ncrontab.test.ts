import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseCron } from '../../infra/local/functions-host/ncrontab.ts'
import { firesWithinAMinute, parseSchedule, parseTimeSpanMs } from '../../infra/local/functions-host/schedule.ts'

const at = (iso: string) => Date.parse(iso)
const next = (expression: string, iso: string) => {
  const ms = parseCron(expression).nextAfter(at(iso))
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

describe('NCRONTAB', () => {
  it('has six fields beginning with seconds, or five without them', () => {
    expect(next('30 15 10 * * *', '2026-03-01T10:15:30Z')).toBe('2026-03-02T10:15:30.000Z')
    expect(next('15 10 * * *', '2026-03-01T10:15:30Z')).toBe('2026-03-02T10:15:00.000Z')
    expect(next('*/15 * * * * *', '2026-03-01T10:15:30.500Z')).toBe('2026-03-01T10:15:45.000Z')
  })

  it('asks for both day fields at once, where cron libraries take either', () => {
    expect(next('0 0 0 13 * Fri', '2026-01-01T00:00:00Z')).toBe('2026-02-13T00:00:00.000Z')
  })

  it('knows names by any prefix, the first that fits', () => {
    expect(next('0 0 0 1 ju *', '2026-01-01T00:00:00Z')).toBe('2026-06-01T00:00:00.000Z')
    expect(next('0 0 0 1 JUL *', '2026-01-01T00:00:00Z')).toBe('2026-07-01T00:00:00.000Z')
    expect(next('0 0 0 * * thurs', '2026-01-02T00:00:00Z')).toBe('2026-01-08T00:00:00.000Z')
  })

  it('swaps a reversed range instead of wrapping it round', () => {
    expect(next('0 0 22-2 * * *', '2026-01-01T02:00:00Z')).toBe('2026-01-01T03:00:00.000Z')
    expect(next('0 0 22-2 * * *', '2026-01-01T22:00:00Z')).toBe('2026-01-02T02:00:00.000Z')
  })

  it('steps from a single value to the end of its field', () => {
    expect(next('0 50/5 * * * *', '2026-01-01T00:00:00Z')).toBe('2026-01-01T00:50:00.000Z')
    expect(next('0 50/5 * * * *', '2026-01-01T00:55:00Z')).toBe('2026-01-01T01:50:00.000Z')
  })

  it('has no occurrence on the 31st of February, and one on a leap day years away', () => {
    expect(next('0 0 0 31 2 *', '2026-01-01T00:00:00Z')).toBeUndefined()
    expect(next('0 0 0 29 2 Sun', '2026-01-01T00:00:00Z')).toBe('2032-02-29T00:00:00.000Z')
    expect(next('0 0 0 29 2 Mon', '2072-03-01T00:00:00Z')).toBe('2112-02-29T00:00:00.000Z')
  })

  it.each([
    '* * * * * 7',
    '0 0 0 L * *',
    '0 0 0 ? * *',
    '@daily',
    '60 * * * * *',
    '* * * *',
    '0 0 0 0 * *',
    '0 0,, * * * *',
    '0 -5 * * * *',
    '0 */x * * * *',
  ])('refuses %s, as Azure does', (expression) => {
    expect(() => parseCron(expression)).toThrow(expression)
  })

  it('agrees with looking at every second of a day', () => {
    const list = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min, max }).map(String),
        fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${a}-${b}`),
        fc.tuple(fc.integer({ min, max }), fc.integer({ min: 1, max: 9 })).map(([a, step]) => `${a}/${step}`),
        fc.integer({ min: 1, max: 30 }).map((step) => `*/${step}`),
        fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
      )
    const expression = fc.tuple(list(0, 59), list(0, 59), list(0, 23), list(1, 31), list(1, 12), list(0, 6))
    const start = fc.integer({ min: at('2026-01-01T00:00:00Z') / 1000, max: at('2028-12-31T00:00:00Z') / 1000 })
    fc.assert(
      fc.property(expression, start, (fields, startS) => {
        expect(parseCron(fields.join(' ')).nextAfter(startS * 1000)).toBe(bruteForce(fields, startS * 1000))
      }),
      { numRuns: 300 },
    )
  })
})

describe('a timer schedule', () => {
  it('may be a TimeSpan, which counts from the last run', () => {
    expect(parseSchedule('00:00:05').nextAfter(1_000)).toBe(6_000)
    expect(parseTimeSpanMs('1.02:03:04.5')).toBe((((24 + 2) * 60 + 3) * 60 + 4) * 1000 + 500)
    expect(() => parseSchedule('24:00:00')).toThrow('24:00:00')
  })

  it('counts as frequent when it ever fires twice within a minute', () => {
    const nowMs = at('2026-01-01T00:00:00Z')
    expect(firesWithinAMinute(parseSchedule('*/30 * * * * *'), nowMs)).toBe(true)
    expect(firesWithinAMinute(parseSchedule('0,10 0 * * * *'), nowMs)).toBe(true)
    expect(firesWithinAMinute(parseSchedule('0 * * * * *'), nowMs)).toBe(false)
  })
})

/** The plain reading: try the days one by one, then each second of the first day that fits. */
function bruteForce(fields: readonly string[], afterMs: number): number | undefined {
  const [seconds, minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    numbersOf(field, ranges[index] ?? [0, 0]),
  )
  const firstDay = afterMs - (afterMs % 86_400_000)
  for (let day = firstDay; day < firstDay + 41 * 366 * 86_400_000; day += 86_400_000) {
    const date = new Date(day)
    if (!months?.has(date.getUTCMonth() + 1) || !days?.has(date.getUTCDate()) || !weekdays?.has(date.getUTCDay())) continue
    for (let second = 0; second < 86_400; second++) {
      const ms = day + second * 1000
      if (ms <= afterMs || !hours?.has(Math.floor(second / 3600))) continue
      if (minutes?.has(Math.floor(second / 60) % 60) && seconds?.has(second % 60)) return ms
    }
  }
  return undefined
}

const ranges: readonly [number, number][] = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
]

function numbersOf(field: string, [min, max]: [number, number]): Set<number> {
  const found = new Set<number>()
  for (const term of field.split(',')) {
    const [range = '', step = '1'] = term.split('/')
    const ends = range === '*' ? [min, max] : range.split('-').map(Number)
    const [low = 0, high = term.includes('/') ? max : low] = ends.toSorted((a, b) => a - b)
    for (let value = low; value <= high; value += Number(step)) found.add(value)
  }
  return found
}
