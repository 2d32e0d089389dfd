import { describe, expect, it } from 'vitest'

import { sampleOdds } from '../support/pushed-bodies.ts'
import { pushing } from '../support/pushing.ts'

const push = (desk: ReturnType<typeof pushing>, ...odds: object[]) => desk.put('my-odds', { odds })

describe('odds pushed in the shape of the AWS sample', () => {
  it('are a market of the game and the type, with the sides that the summary names, each at its line', async () => {
    const desk = pushing()
    expect(await push(desk, sampleOdds)).toMatchObject({
      status: 202,
      results: [{ index: 0, marketId: 'my-odds:game-2957FB14:spread', status: 'accepted' }],
    })
    const [book] = desk.books.values()
    expect(book).toMatchObject({
      topic: 'sports',
      name: 'Tamber Comets @ Harwick Herons: spread',
      status: 'open',
      priceFormat: 'american',
      asOfMs: Date.UTC(2026, 0, 1) - 2_000,
      fixture: { id: 'game-2957FB14', name: 'Tamber Comets @ Harwick Herons', startsAtMs: Date.UTC(2026, 0, 3, 13) },
      selections: [
        { name: 'Tamber Comets', quotes: [{ bookmaker: 'my-odds', back: -110, point: -4, decimalOdds: 1.90909090909 }] },
        { name: 'Harwick Herons', quotes: [{ bookmaker: 'my-odds', back: 105, point: 4, decimalOdds: 2.05 }] },
      ],
    })
    expect(desk.ticks[0]).toMatchObject({ publishedAtMs: Date.UTC(2026, 0, 1) - 2_000, observedAtMs: desk.clock.nowMs() })
  })

  it('tell line, price and whether bets are taken, tick by tick', async () => {
    const desk = pushing()
    const { date } = sampleOdds
    await push(desk, sampleOdds)
    await push(desk, { ...sampleOdds, awayOdds: -115, date: date + 1 })
    await push(desk, { ...sampleOdds, awayOdds: -115, away: -4.5, home: 4.5, date: date + 2 })
    await push(desk, { ...sampleOdds, awayOdds: -115, away: -4.5, home: 4.5, isOpen: false, date: date + 3 })
    await push(desk, { ...sampleOdds, awayOdds: -115, away: -4.5, home: 4.5, date: date + 4 })
    await push(desk, { ...sampleOdds, gameDate: '2026-01-04T13:00:00Z', awayOdds: -115, away: -4.5, home: 4.5, date: date + 5 })
    expect(desk.ticks.map(({ kind }) => kind)).toEqual([
      'opened',
      'opened',
      'moved',
      'line-moved',
      'line-moved',
      'suspended',
      'suspended',
      'resumed',
      'resumed',
      'rescheduled',
    ])
  })

  it('are in the order of their own date, whatever order they come in; the same second again is newer', async () => {
    const desk = pushing()
    await push(desk, sampleOdds)
    await push(desk, { ...sampleOdds, awayOdds: -130, date: sampleOdds.date - 1 })
    expect(desk.count('moved')).toBe(0)
    await push(desk, { ...sampleOdds, awayOdds: -120 })
    expect(desk.count('moved')).toBe(1)
    await push(desk, { ...sampleOdds, awayOdds: -120, date: sampleOdds.date + 1 })
    expect(desk.count('moved')).toBe(1)
  })

  it('may name the sides in away and home, and then have no line; a line may come as text', async () => {
    const desk = pushing()
    const named = { ...sampleOdds, type: 'moneyline', summary: 'Comets against Herons', away: 'Comets', home: 'Herons' }
    const unnamed = { ...sampleOdds, type: 'total', summary: 'A game', away: '-4.5', home: '+4.5' }
    const bare = { ...sampleOdds, type: 'h2h', away: undefined, home: null, homeOdds: null }
    await push(desk, named, unnamed, bare)
    const sides = [...desk.books.values()].map(({ selections }) =>
      selections.map(({ name, quotes }) => [name, quotes[0]?.point, quotes[0]?.back]),
    )
    expect(sides).toEqual([
      [
        ['Comets', null, -110],
        ['Herons', null, 105],
      ],
      [
        ['Away', -4.5, -110],
        ['Home', 4.5, 105],
      ],
      [
        ['Tamber Comets', null, -110],
        ['Harwick Herons', null, null],
      ],
    ])
  })

  it('may say another topic, and dates in seconds, in milliseconds, or with a zone', async () => {
    const desk = pushing()
    const { date } = sampleOdds
    const gameDates = [
      '2026-01-03T08:00:00-05:00',
      '2026-01-03 13:00',
      Date.UTC(2026, 0, 3, 13),
      Date.UTC(2026, 0, 3, 13) / 1_000,
    ]
    const odds = gameDates.map((gameDate, i) => ({ ...sampleOdds, type: `t${i}`, gameDate, date: i % 2 ? date : date * 1_000 }))
    await push(desk, ...odds, { ...sampleOdds, topic: 'politics' })
    expect(desk.messages.map(({ topic }) => topic)).toEqual(['sports', 'sports', 'sports', 'sports', 'politics'])
    expect(new Set([...desk.books.values()].map(({ fixture }) => fixture?.startsAtMs))).toEqual(
      new Set([Date.UTC(2026, 0, 3, 13)]),
    )
    expect(new Set(desk.messages.map(({ asOfMs }) => asOfMs))).toEqual(new Set([date * 1_000]))
  })

  it('cost only themselves where they cannot be read', async () => {
    const desk = pushing()
    const bad = {
      'awayOdds: missing': { ...sampleOdds, awayOdds: undefined },
      'awayOdds: expected number': { ...sampleOdds, awayOdds: '-110' },
      'awayOdds: not American odds, which are whole numbers': { ...sampleOdds, awayOdds: 1.91 },
      'message: selections: 50 is no american price': { ...sampleOdds, homeOdds: 50 },
      'gameDate: no date, and no number of seconds since 1970': { ...sampleOdds, gameDate: 'tomorrow' },
      'date: no date, and no number of seconds since 1970': { ...sampleOdds, date: -1 },
      'message: away, home: one is a line and the other a name': { ...sampleOdds, away: 'NaN' },
      'topic: "weather" is none; there are politics, sports': { ...sampleOdds, topic: 'weather' },
      'isOpen: expected boolean': { ...sampleOdds, isOpen: 'yes' },
      'type: not a type of 1 to 50 characters': { ...sampleOdds, type: 'a:b' },
    }
    const answer = await push(desk, ...Object.values(bad), sampleOdds)
    expect(answer.results?.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))).toEqual(Object.keys(bad))
    expect(answer).toMatchObject({ accepted: 1, rejected: 10 })
    expect(desk.letters).toHaveLength(10)
  })
})
