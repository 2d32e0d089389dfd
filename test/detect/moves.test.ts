import { describe, expect, it } from 'vitest'

import { type Heard, heard, minute, type Prices, second, watching } from '../support/watching.ts'

const yes = (back: number, more: object = {}): Prices => ({ yes: { alpha: { back, ...more } } })

describe('a move', () => {
  it('is a change of implied probability beyond the threshold, with what it was before', () => {
    const market = watching()
    expect(market.sees(10 * minute, yes(0.4))).toEqual([])
    const [alert] = market.hears(heard(11 * minute, yes(0.46), { readMsBefore: 30 * second }))
    expect(alert).toMatchObject({
      kind: 'move',
      marketId: 'testfeed:m',
      selectionId: 'testfeed:yes',
      headline: 'Selection yes at alpha went up from 40% to 46% within 30 s',
      size: 0.06,
      tookMs: 30_000,
      observedAtMs: 11 * minute,
      evidence: [
        {
          bookmaker: 'alpha',
          price: 0.46,
          impliedProbability: 0.46,
          observedAtMs: 11 * minute,
          before: { price: 0.4, impliedProbability: 0.4, observedAtMs: 10.5 * minute },
        },
      ],
    })
  })

  it.each([
    ['a threshold that is just reached', [0.3, 0.35], ['move yes 5']],
    ['less than the threshold', [0.3, 0.349], []],
    ['a fall', [0.3, 0.2], ['move yes -10']],
    ['a way in several steps', [0.3, 0.32, 0.34, 0.36], ['move yes 6']],
    ['a way up from the lowest, not from the first', [0.32, 0.3, 0.33, 0.35], ['move yes 5']],
    ['up and down by too little each time', [0.3, 0.34, 0.31, 0.34, 0.3], []],
    ['one move that goes on, and goes as far again', [0.3, 0.35, 0.37, 0.39, 0.4], ['move yes 5', 'move yes 5']],
    ['one move and the way back', [0.3, 0.36, 0.3], ['move yes 6', 'move yes -6']],
  ])('of %s', (_what, backs, expected) => {
    const market = watching()
    expect(backs.flatMap((back, i) => market.sees((10 + i / 2) * minute, yes(back)))).toEqual(expected)
  })

  it('is one within the window: what took longer is none', () => {
    const slowly = watching()
    const climb = Array.from({ length: 12 }, (_, i) => slowly.sees((10 + 2 * i) * minute, yes(0.3 + i * 0.015)))
    expect(climb.flat()).toEqual([])
  })

  it('is measured from when the price was last known to be what it was, not from when it came', () => {
    const market = watching()
    market.sees(10 * minute, yes(0.3))
    expect(market.sees(40 * minute, yes(0.36), { readMsBefore: 30 * second })).toEqual(['move yes 6'])
  })

  it('is of implied probability, whatever the price format', () => {
    const decimal: Heard = { priceFormat: 'decimal' }
    const market = watching()
    market.sees(10 * minute, yes(2.5), decimal)
    expect(market.sees(11 * minute, yes(2), decimal)).toEqual(['move yes 10'])
    const american = watching()
    american.sees(10 * minute, yes(150), { priceFormat: 'american' })
    expect(american.sees(11 * minute, yes(-150), { priceFormat: 'american' })).toEqual(['move yes 20'])
  })

  it('has the same id when the same message is judged again, and another when it is another move (I5)', () => {
    const ids = () => {
      const market = watching()
      return [0.3, 0.36, 0.3].flatMap((back, i) => market.hears(heard((10 + i) * minute, yes(back))).map(({ id }) => id))
    }
    expect(ids()).toEqual(ids())
    expect(new Set(ids()).size).toBe(2)
  })
})

describe('never a move', () => {
  /** Each story ends with a price ten points away from where it began, and no alert. */
  it.each<[string, (market: ReturnType<typeof watching>) => string[]]>([
    [
      'is a daily roll: the last trade is set anew, and back and lay rest',
      (market) => {
        market.sees(10 * minute, yes(0.41, { last: 0.4, lay: 0.39 }))
        return market.sees(11 * minute, yes(0.41, { last: 0.5, lay: 0.39 }))
      },
    ],
    [
      'is what lies on both sides of a gap of the feed',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        return market.sees(14 * minute, yes(0.5), { readMsBefore: 3 * minute })
      },
    ],
    [
      'is what lies on both sides of a long silence, when nobody says that the feed was read meanwhile',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        return market.sees(20 * minute, yes(0.5))
      },
    ],
    [
      'is said of a message that this worker has missed',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        return market.sees(20 * minute, yes(0.5), { readMsBefore: 30 * second }, { gapless: false })
      },
    ],
    [
      'is a quote that comes back from having been stale',
      (market) => {
        market.sees(10 * minute, yes(0.4, { publishedAtMs: 10 * minute }))
        market.sees(11 * minute, yes(0.4, { publishedAtMs: 7 * minute }))
        return market.sees(12 * minute, yes(0.5, { publishedAtMs: 12 * minute }))
      },
    ],
    [
      'is a stale quote itself',
      (market) => {
        market.sees(10 * minute, yes(0.4), { publishedAtMs: 10 * minute })
        return market.sees(11 * minute, yes(0.5), { publishedAtMs: 7 * minute })
      },
    ],
    [
      'is a market that opens again',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        market.sees(10.5 * minute, yes(0.4), { status: 'suspended' })
        return market.sees(11 * minute, yes(0.5), { readMsBefore: second })
      },
    ],
    [
      'is a quote that opens again',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        market.sees(10.5 * minute, yes(0.4, { status: 'suspended' }))
        return market.sees(11 * minute, yes(0.5))
      },
    ],
    [
      'is a quote that returns to a complete listing',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        market.sees(10.5 * minute, { no: { alpha: 0.5 } })
        return market.sees(11 * minute, yes(0.5))
      },
    ],
    [
      'is a market that returns',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        market.isGone(10.5 * minute)
        return market.sees(11 * minute, yes(0.5))
      },
    ],
    [
      'is another line: Over 8.5 and Over 9 are two bets',
      (market) => {
        market.sees(10 * minute, yes(0.4, { point: 8.5 }))
        return market.sees(11 * minute, yes(0.5, { point: 9 }))
      },
    ],
    [
      'is one side of an exchange that is pulled',
      (market) => {
        market.sees(10 * minute, yes(0.4, { lay: 0.38 }))
        return market.sees(11 * minute, yes(0.5, { lay: 0.38 }))
      },
    ],
    [
      'is an exchange that is left with one side',
      (market) => {
        market.sees(10 * minute, yes(0.4, { lay: 0.38 }))
        market.sees(10.5 * minute, yes(0.4))
        return market.sees(11 * minute, yes(0.5))
      },
    ],
    [
      'is a venue that states its prices in another format from now on',
      (market) => {
        market.sees(10 * minute, yes(0.4))
        return market.sees(11 * minute, yes(2), { priceFormat: 'decimal' })
      },
    ],
    [
      'is an older message that comes late',
      (market) => {
        market.sees(11 * minute, yes(0.4))
        return market.sees(10 * minute, yes(0.5))
      },
    ],
  ])('%s', (_what, story) => {
    expect(story(watching())).toEqual([])
  })

  it('but it is one from where the price started anew', () => {
    const market = watching()
    market.sees(10 * minute, yes(0.4))
    market.sees(20 * minute, yes(0.5))
    expect(market.sees(20.5 * minute, yes(0.56))).toEqual(['move yes 6'])
  })

  it('and what a partial message leaves out is neither gone nor confirmed', () => {
    const market = watching()
    market.sees(10 * minute, { yes: { alpha: 0.4 }, no: { alpha: 0.6 } })
    market.sees(11 * minute, { no: { alpha: 0.6 } }, { complete: false })
    expect(market.sees(12 * minute, yes(0.5), { complete: false })).toEqual(['move yes 10'])
    market.sees(13 * minute, { no: { alpha: 0.6 } }, { complete: false })
    expect(market.sees(20 * minute, yes(0.6), { complete: false, readMsBefore: second })).toEqual([])
  })
})

describe('a market of two selections', () => {
  const sides = (yes: number, no: number): Prices => ({ yes: { alpha: yes }, no: { alpha: no } })

  it.each<[string, Prices[], string[]]>([
    ['once, by the side that went further', [sides(0.4, 0.62), sides(0.46, 0.54)], ['move no -8']],
    ['once, by the rise where both went as far', [sides(0.4, 0.62), sides(0.34, 0.68)], ['move no 6']],
    [
      'once, though the other side follows a little later',
      [sides(0.4, 0.62), sides(0.46, 0.6), sides(0.46, 0.56)],
      ['move yes 6'],
    ],
    ['again, when it goes as far again', [sides(0.4, 0.62), sides(0.46, 0.56), sides(0.52, 0.5)], ['move yes 6', 'move yes 6']],
    ['twice, where both rise: that is no one move', [sides(0.4, 0.5), sides(0.46, 0.57)], ['move yes 6', 'move no 7']],
  ])('tells of its move %s', (_what, all, expected) => {
    const market = watching()
    expect(all.flatMap((prices, i) => market.sees((10 + i / 2) * minute, prices))).toEqual(expected)
  })

  it('tells of its steam once, by the side at which more bookmakers moved', () => {
    const market = watching()
    const quotes = (...backs: number[]) => Object.fromEntries(backs.map((back, i) => [`b${i}`, back]))
    market.sees(10 * minute, { yes: quotes(0.4, 0.4, 0.4, 0.4), no: quotes(0.62, 0.62, 0.62, 0.62) })
    expect(market.sees(10.4 * minute, { yes: quotes(0.43, 0.43, 0.43, 0.41), no: quotes(0.59, 0.59, 0.59, 0.59) })).toEqual([
      'steam no -3',
    ])
    expect(market.sees(10.7 * minute, { yes: quotes(0.44, 0.44, 0.44, 0.43), no: quotes(0.59, 0.59, 0.59, 0.59) })).toEqual([])
  })

  it('of three tells of each', () => {
    const market = watching()
    const three = (a: number, b: number, c: number): Prices => ({ a: { alpha: a }, b: { alpha: b }, c: { alpha: c } })
    market.sees(10 * minute, three(0.4, 0.4, 0.25))
    expect(market.sees(10.5 * minute, three(0.46, 0.34, 0.25))).toEqual(['move a 6', 'move b -6'])
  })
})

describe('an exchange', () => {
  it('moves when both of its sides do', () => {
    const market = watching()
    market.sees(10 * minute, yes(0.4, { lay: 0.38 }))
    const [alert] = market.hears(heard(11 * minute, yes(0.48, { lay: 0.45 })))
    expect(alert).toMatchObject({ size: 0.075, evidence: [{ price: 0.48, impliedProbability: 0.465, before: { price: 0.4 } }] })
  })
})

describe('steam', () => {
  const books = (...backs: number[]): Prices => ({ yes: Object.fromEntries(backs.map((back, i) => [`b${i}`, back])) })

  it('is several bookmakers that move the same way within a minute, each with its evidence', () => {
    const market = watching()
    market.sees(10 * minute, books(0.4, 0.41, 0.4, 0.4))
    const [alert, ...more] = market.hears(heard(10.5 * minute, books(0.42, 0.44, 0.43, 0.41)))
    expect(more).toEqual([])
    expect(alert).toMatchObject({
      kind: 'steam',
      selectionName: 'Selection yes',
      headline: 'Selection yes went up by 3 points at 3 bookmakers within 30 s',
      size: 0.03,
      tookMs: 30_000,
    })
    expect(alert?.evidence.map(({ bookmaker, before }) => [bookmaker, before?.price])).toEqual([
      ['b0', 0.4],
      ['b1', 0.41],
      ['b2', 0.4],
    ])
  })

  it.each<[string, Prices[], string[]]>([
    ['two bookmakers', [books(0.4, 0.4, 0.4), books(0.42, 0.42, 0.41)], []],
    ['three that do not go the same way', [books(0.4, 0.4, 0.4), books(0.42, 0.42, 0.38)], []],
    ['three, one after the other', [books(0.4, 0.4, 0.4), books(0.42, 0.4, 0.4), books(0.42, 0.42, 0.42)], ['steam yes 2']],
    ['three that fall', [books(0.4, 0.4, 0.4), books(0.37, 0.36, 0.38)], ['steam yes -3']],
    ['three that went far: it is no move besides', [books(0.4, 0.4, 0.4), books(0.5, 0.5, 0.5)], ['steam yes 10']],
    ['a fourth that went far alone', [books(0.4, 0.4, 0.4, 0.4), books(0.42, 0.42, 0.42, 0.3)], ['steam yes 2', 'move yes -10']],
  ])('of %s', (_what, all, expected) => {
    const market = watching()
    expect(all.flatMap((prices, i) => market.sees((10 + i * 0.4) * minute, prices))).toEqual(expected)
  })

  it('is none when it took longer than a minute, or may have', () => {
    const market = watching()
    market.sees(10 * minute, books(0.4, 0.4, 0.4))
    expect(market.sees(12 * minute, books(0.42, 0.42, 0.42), { readMsBefore: 61 * second })).toEqual([])
  })

  it('is told once, and again when they go as far again', () => {
    const market = watching()
    const backs = [0.4, 0.42, 0.43, 0.44]
    expect(backs.map((back, i) => market.sees((10 + i * 0.3) * minute, books(back, back, back)))).toEqual([
      [],
      ['steam yes 2'],
      [],
      ['steam yes 2'],
    ])
  })
})
