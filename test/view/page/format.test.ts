import { describe, expect, it } from 'vitest'

import { formatAge } from '../../../functions/view/client/age.ts'
import { startDistance, startFormat } from '../../../functions/view/page/start.ts'
import {
  formatAgo,
  formatOverround,
  formatPoint,
  formatPrice,
  formatWait,
  noPrice,
  shownDirection,
} from '../../../functions/view/page/format.ts'

describe('a price', () => {
  it('is shown as its feed states it', () => {
    expect(formatPrice(0.45, 'probability', 'feed')).toBe('45¢')
    expect(formatPrice(0.455, 'probability', 'feed')).toBe('45.5¢')
    expect(formatPrice(2.2, 'decimal', 'feed')).toBe('2.20')
    expect(formatPrice(-110, 'american', 'feed')).toBe('−110')
    expect(formatPrice(120, 'american', 'feed')).toBe('+120')
  })

  it('is shown in the unit that the reader prefers', () => {
    expect(formatPrice(0.45, 'probability', 'decimal')).toBe('2.22')
    expect(formatPrice(0.45, 'probability', 'american')).toBe('+122')
    expect(formatPrice(0.45, 'probability', 'probability')).toBe('45%')
    expect(formatPrice(-150, 'american', 'decimal')).toBe('1.67')
    expect(formatPrice(-150, 'american', 'probability')).toBe('60%')
    expect(formatPrice(100, 'american', 'decimal')).toBe('2.00')
    expect(formatPrice(2.5, 'decimal', 'american')).toBe('+150')
  })

  it('keeps the feed’s own American number where American is wanted', () => {
    expect(formatPrice(-1_000_000, 'american', 'american')).toBe('−1000000')
  })

  it('tells the return from the stake even for the safest bets', () => {
    expect(formatPrice(-1_000_000, 'american', 'decimal')).toBe('1.0001')
    expect(formatPrice(1.0526, 'decimal', 'feed')).toBe('1.053')
    expect(formatPrice(0.001, 'probability', 'decimal')).toBe('1000')
  })

  it('is a dash where nobody quotes, and where no odds can be stated', () => {
    expect(formatPrice(null, 'decimal', 'feed')).toBe(noPrice)
    expect(formatPrice(1, 'probability', 'decimal')).toBe(noPrice)
    expect(formatPrice(0, 'probability', 'american')).toBe(noPrice)
    expect(formatPrice(1, 'probability', 'feed')).toBe('100¢')
  })

  it('points where the shown number went: odds fall as a probability rises', () => {
    expect(shownDirection('up', 'probability', 'feed')).toBe('up')
    expect(shownDirection('up', 'probability', 'probability')).toBe('up')
    expect(shownDirection('up', 'probability', 'decimal')).toBe('down')
    expect(shownDirection('up', 'american', 'decimal')).toBe('up')
    expect(shownDirection('down', 'american', 'probability')).toBe('up')
  })
})

describe('other words', () => {
  it('say an age in its largest unit', () => {
    expect([0, 59_999, 60_000, 3_599_999, 7_200_000, 172_800_000].map(formatAge)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '59 min',
      '2 h',
      '2 d',
    ])
    expect([-500, 999, 1_000].map(formatAgo)).toEqual(['just now', 'just now', '1 s ago'])
  })

  it('say a wait of less than half a day to the minute', () => {
    expect([30_000, 90_000, 3_600_000, 7_140_000, 12 * 3_600_000, 50 * 3_600_000].map(formatWait)).toEqual([
      '30 s',
      '1 min',
      '1 h',
      '1 h 59 min',
      '12 h',
      '2 d',
    ])
  })

  it('say a line with a plus where it is a handicap, and never with a hyphen', () => {
    expect([formatPoint(1.5, true), formatPoint(-1.5, true), formatPoint(8.5, false)]).toEqual(['+1.5', '−1.5', '8.5'])
  })

  it('say an overround with its sign', () => {
    expect([0.045, 0, -0.012].map(formatOverround)).toEqual(['+4.5%', '0%', '−1.2%'])
  })
})

describe('the start of a fixture', () => {
  const nowMs = Date.UTC(2026, 4, 13, 20, 0)
  const words = startFormat('en-GB', 'Europe/Berlin')

  it('is told on the reader’s own clock: the hour today, the day within a week, the date beyond', () => {
    expect(words(Date.UTC(2026, 4, 13, 21, 30), nowMs)).toBe('23:30')
    expect(words(Date.UTC(2026, 4, 13, 22, 30), nowMs)).toBe('Thu 00:30')
    expect(words(Date.UTC(2026, 4, 13, 12, 0), nowMs)).toBe('14:00')
    expect(words(Date.UTC(2026, 5, 2, 18, 0), nowMs)).toBe('2 Jun, 20:00')
    expect(words(Date.UTC(2028, 10, 7), nowMs)).toBe('7 Nov 2028')
  })

  it('is told as the time until it, and after it as the time since, unless the feed says that play has not begun', () => {
    expect(startDistance(nowMs + 125 * 60_000, nowMs, null)).toBe('in 2 h 5 min')
    expect(startDistance(nowMs + 60_000, nowMs, true)).toBe('begun early')
    expect(startDistance(nowMs - 60_000, nowMs, null)).toBe('1 min ago')
    expect(startDistance(nowMs - 60_000, nowMs, true)).toBe('1 min ago')
    expect(startDistance(nowMs - 60_000, nowMs, false)).toBe('due 1 min ago')
  })
})
