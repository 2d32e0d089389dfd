import { describe, expect, it } from 'vitest'

import type { FixtureDocument } from '../../functions/book/fixtures.ts'
import { bookmakerOf, type MarketId, type SelectionId, topicOf } from '../../functions/book/ids.ts'
import { arbitrageAcross, offersOf, questionsOf, type VenueBook } from '../../functions/detect/venues.ts'
import { venueAlert } from '../../functions/detect/alerts.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { heard, minute, type Prices, usual, type Heard } from '../support/watching.ts'

/** Two venues that each ask Yes or No of one side, and one that prices both. */
const quote = (market: string, selection: string) => ({
  marketId: `testfeed:${market}` as MarketId,
  selectionId: `testfeed:${selection}` as SelectionId,
})
const fixture: FixtureDocument = {
  id: 'final',
  topic: topicOf('sports'),
  name: 'A at B',
  startsAt: '1970-01-01T01:00:00.000Z',
  startsAtMs: 60 * minute,
  status: 'scheduled',
  home: null,
  away: null,
  competition: null,
  updatedAtMs: 1,
  links: [
    {
      question: 'Who wins?',
      selections: [
        { name: 'A', quotes: [quote('one', 'one-a'), quote('both', 'both-a')] },
        { name: 'B', quotes: [quote('two', 'two-b'), quote('both', 'both-b')] },
      ],
    },
  ],
}
const [question] = questionsOf(fixture)

function stored(market: string, prices: Prices, said: Heard = {}): [string, VenueBook] {
  const verdict = judge(heard(10 * minute, prices, { market, ...said }), undefined, undefined, 10 * minute)
  if (verdict.kind !== 'fresh') throw new Error('the first message must be fresh')
  return [`testfeed:${market}`, { book: verdict.book, confirmedAtMs: 20 * minute }]
}
function across(...books: [string, VenueBook][]) {
  const all = new Map(books)
  if (question === undefined) throw new Error('there is one question')
  return arbitrageAcross(
    question,
    ({ marketId, selectionId }) => offersOf(selectionId, { track: undefined, stored: all.get(marketId) }, 18 * minute),
    usual,
  )
}
const one = (back: number | object) => stored('one', { 'one-a': { kalshi: back } })
const two = (back: number | object) => stored('two', { 'two-b': { predictit: back } })
const both = (a: number, b: number) => stored('both', { 'both-a': { alpha: a }, 'both-b': { alpha: b } })

describe('an arbitrage across venues', () => {
  it('is found over the markets that a fixture links, each leg with its venue and the answer it stands for', () => {
    const found = across(one(0.45), two(0.5), both(0.52, 0.53))
    expect(found).toMatchObject({
      size: 0.0526315789474,
      legs: [
        { marketId: 'testfeed:one', selectionName: 'A', bookmaker: 'kalshi', price: 0.45, observedAtMs: 20 * minute },
        { marketId: 'testfeed:two', selectionName: 'B', bookmaker: 'predictit', price: 0.5 },
      ],
    })
    if (found === undefined || question === undefined) return
    expect(venueAlert(found, question)).toMatchObject({
      topic: 'sports',
      marketId: 'testfeed:one',
      marketName: 'A at B: Who wins?',
      headline: 'A at kalshi (0.45), B at predictit (0.5) together earn 5.3% whatever wins, before fees',
    })
  })

  it.each<[string, Parameters<typeof across>]>([
    ['it earns less than half a percent', [one(0.5), two(0.497)]],
    ['an answer has no price', [one(0.45)]],
    ['an answer’s market is suspended', [one(0.45), stored('two', { 'two-b': { predictit: 0.5 } }, { status: 'suspended' })]],
    ['an answer’s quote has a point', [one(0.45), two({ back: 0.5, point: -1.5 })]],
    ['it is all in one market', [both(0.45, 0.6), one(0.7), two(0.7)]],
    ['one market alone sells every answer for less than 1: the link lacks one', [both(0.4, 0.5), two(0.45)]],
    ['it is too good to be true', [one(0.3), two(0.4)]],
    ['the other venue’s feed has not been read lately', [one(0.45), stale(two(0.5))]],
  ])('or none, where %s', (_what, books) => {
    expect(across(...books)).toBeUndefined()
  })

  it('takes the first by name of equal prices, whichever market moved', () => {
    const found = across(one(0.45), two(0.5), both(0.52, 0.5))
    expect(found?.legs[1]?.marketId).toBe('testfeed:both')
  })
})

function stale([id, venue]: [string, VenueBook]): [string, VenueBook] {
  return [id, { ...venue, confirmedAtMs: 17 * minute }]
}

describe('an answer', () => {
  it('is what any of the bookmakers asks for it, in its own unit', () => {
    const decimal = stored('one', { 'one-a': { alpha: 2.5, beta: 2.4 } }, { priceFormat: 'decimal' })
    expect(across(decimal, two(0.5))?.legs[0]).toMatchObject({
      bookmaker: bookmakerOf('alpha'),
      price: 2.5,
      priceFormat: 'decimal',
      impliedProbability: 0.4,
    })
  })
})
