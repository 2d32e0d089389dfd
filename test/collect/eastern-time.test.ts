import { describe, expect, it } from 'vitest'

import { easternMs } from '../../functions/collect/predictit/eastern-time.ts'

const read = (wallClock: unknown, near = '2021-07-11T17:14:00Z') => {
  const atMs = easternMs(wallClock, Date.parse(near))
  return atMs === null ? null : new Date(atMs).toISOString()
}

describe('a wall clock of New York', () => {
  it('is four hours behind in summer and five in winter', () => {
    expect(read('2021-07-11T13:13:32.9860736')).toBe('2021-07-11T17:13:32.986Z')
    expect(read('2021-01-11T13:13:32.9860736')).toBe('2021-01-11T18:13:32.986Z')
  })

  it('is read with any number of fraction digits, and with none', () => {
    expect(read('2021-07-11T13:13:32.98')).toBe('2021-07-11T17:13:32.980Z')
    expect(read('2021-07-11T13:13:32.0001')).toBe('2021-07-11T17:13:32.000Z')
    expect(read('2021-07-11T13:13:32')).toBe('2021-07-11T17:13:32.000Z')
  })

  it('goes by the clock of the very hour on the days that clocks change', () => {
    expect(read('2021-03-14T01:59:59')).toBe('2021-03-14T06:59:59.000Z')
    expect(read('2021-03-14T03:00:00')).toBe('2021-03-14T07:00:00.000Z')
    expect(read('2021-11-07T00:59:59')).toBe('2021-11-07T04:59:59.000Z')
    expect(read('2021-11-07T02:00:00')).toBe('2021-11-07T07:00:00.000Z')
  })

  it('shows one hour of autumn twice, and the one nearer to our own clock is meant', () => {
    expect(read('2021-11-07T01:30:00', '2021-11-07T05:30:20Z')).toBe('2021-11-07T05:30:00.000Z')
    expect(read('2021-11-07T01:30:00', '2021-11-07T06:30:20Z')).toBe('2021-11-07T06:30:00.000Z')
  })

  it('never shows the hour that spring leaves out', () => {
    expect(read('2021-03-14T02:30:00')).toBeNull()
  })

  it.each([
    '',
    'NA',
    'N/A',
    '2021-07-11',
    '2021-13-45T99:99:99',
    '2021-07-11T13:13:32Z',
    '0001-01-01T00:00:00',
    null,
    7,
    {},
    undefined,
  ])('says nothing when it reads %j', (reading) => {
    expect(read(reading)).toBeNull()
  })
})
