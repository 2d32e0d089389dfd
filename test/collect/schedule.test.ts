import { describe, expect, it } from 'vitest'

import { intervalMsOf } from '../../functions/collect/schedule.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('the usual interval of a schedule', () => {
  it.each([
    ['* * * * * *', second],
    ['*/30 * * * * *', 30 * second],
    ['0 * * * * *', minute],
    ['0,20,40 * * * * *', 20 * second],
    ['*/5 * * * *', 5 * minute],
    ['0 */5 * * * *', 5 * minute],
    ['0 2/10 * * * *', 10 * minute],
    ['0 0 * * * *', hour],
    ['0 0 */6 * * *', 6 * hour],
    ['0 30 9 * * *', day],
    ['0 0 0 * * Mon', 7 * day],
    ['0 0 0 * * 1-5', day],
    ['0 0 0 1 * *', 31 * day],
    ['0 0 0 1 January *', 365 * day],
    ['  */15   * * * * * ', 15 * second],
  ])('%s', (schedule, intervalMs) => {
    expect(intervalMsOf(schedule)).toBe(intervalMs)
  })

  it('does not count the night in which nothing is polled', () => {
    expect(intervalMsOf('0 */5 9-17 * * 1-5')).toBe(5 * minute)
    expect(intervalMsOf('*/20 * 18-22 * * SAT,SUN')).toBe(20 * second)
  })

  it.each([
    ['', 'expected six fields'],
    ['* * *', 'expected six fields'],
    ['* * * * * * *', 'expected six fields'],
    ['00:00:30', 'expected six fields'],
    ['*/0 * * * * *', '"*/0" is not something of seconds (0-59)'],
    ['60 * * * * *', '"60" is not something of seconds (0-59)'],
    ['0 0 24 * * *', '"24" is not something of hours (0-23)'],
    ['0 0 0 * * 7', '"7" is not something of weekdays (0-6)'],
    ['0 0 0 * Mai *', '"Mai" is not something of months (1-12)'],
    ['0 20-10 * * * *', '"20-10" is not something of minutes'],
    ['0 1,,2 * * * *', '"" is not something of minutes'],
    ['0 0 0 30 2 *', 'no such date ever comes'],
  ])('"%s" is no schedule, and the error says why and what would be', (schedule, why) => {
    expect(() => intervalMsOf(schedule)).toThrow(why)
    expect(() => intervalMsOf(schedule)).toThrow('Every 30 seconds is "*/30 * * * * *"')
  })
})
