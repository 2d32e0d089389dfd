import { describe, expect, it } from 'vitest'

import { bookmakerOf, topicOf } from '../../../functions/book/ids.ts'
import { type Book, quoteOf, type Selection } from '../../../functions/book/market.ts'
import type { Tick } from '../../../functions/book/tick.ts'
import {
  arrange,
  type Filter,
  otherQuotes,
  partByRemoved,
  payersOf,
  rank,
  rowQuote,
  rowsShown,
  shownPricing,
} from '../../../functions/view/page/arrange.ts'
import { bookmaker, bookOf, market, selection, startMs } from '../client/odds-world.ts'

const any: Filter = { words: '', topic: null, feed: null, status: null }
const backed = (name: string, ...quotes: Partial<Tick>[]): Selection => ({
  id: selection(name),
  name,
  image: null,
  quotes: quotes.map((quote) =>
    quoteOf(
      { bookmaker, last: null, lay: null, point: null, status: 'open', back: null, outcome: null, ...quote } as Tick,
      'probability',
    ),
  ),
})
const book = (name: string, parts: Partial<Book> = {}) => bookOf(market(name), { name, ...parts })
const names = (books: readonly Book[], filter: Partial<Filter>, sort: 'recent' | 'name' = 'name') =>
  arrange(books, { ...any, ...filter }, sort).map((id) => id.split(':')[1])

describe('the order of the board', () => {
  it('is by the latest change, and by name where that is the same', () => {
    const books = [
      book('b', { changedAtMs: startMs }),
      book('c', { changedAtMs: startMs + 5 }),
      book('a', { changedAtMs: startMs }),
    ]
    expect(names(books, {}, 'recent')).toEqual(['c', 'a', 'b'])
  })

  it('has what is over last, whatever the order', () => {
    const books = [
      book('a', { status: 'settled', changedAtMs: startMs + 9 }),
      book('b', { status: 'suspended', changedAtMs: startMs }),
      book('c', { status: 'closed', changedAtMs: startMs + 8 }),
      book('d', { changedAtMs: startMs + 1 }),
    ]
    expect(names(books, {}, 'recent')).toEqual(['d', 'b', 'a', 'c'])
    expect(names(books, {})).toEqual(['b', 'd', 'a', 'c'])
    expect(names(books, { status: 'settled' })).toEqual(['a'])
  })

  it('is by name as people sort names', () => {
    expect(names([book('Seat 10'), book('élan'), book('Seat 9'), book('Elk')], {})).toEqual(['élan', 'Elk', 'Seat 9', 'Seat 10'])
  })

  it('shows markets in which every word is found, in their name, their selections or their fixture', () => {
    const books = [
      book('Who wins Ohio?', { selections: [backed('Jane Timken', {})] }),
      book('Who wins Iowa?', { fixture: { id: 'f', name: 'Midterms 2022', startsAtMs: null } }),
    ]
    expect(names(books, { words: 'WINS timken' })).toEqual(['Who wins Ohio?'])
    expect(names(books, { words: ' midterms  iowa ' })).toEqual(['Who wins Iowa?'])
    expect(names(books, { words: 'ohio iowa' })).toEqual([])
  })

  it('filters by topic, feed and status', () => {
    const books = [book('a', { topic: topicOf('sports') }), book('b', { status: 'suspended' }), book('c')]
    expect(names(books, { topic: topicOf('sports') })).toEqual(['a'])
    expect(names(books, { status: 'suspended' })).toEqual(['b'])
    expect(names(books, { feed: 'other' as never })).toEqual([])
  })
})

describe('the rows of a market', () => {
  it('keep the order of the feed while all are shown', () => {
    expect(rank(book('m', { selections: [backed('home', { back: 0.2 }), backed('draw', { back: 0.5 })] }))).toEqual([
      selection('home'),
      selection('draw'),
    ])
  })

  it('begin with the favourites when some are folded away, and leave out what is removed', () => {
    const many = Array.from({ length: rowsShown + 2 }, (_, i) => backed(`s${i}`, { back: 0.1 + i / 100 }))
    const rows = rank(book('m', { selections: [...many, backed('gone', { back: 0.9, status: 'removed' })] }))
    expect(rows).toEqual(many.map(({ id }) => id).toReversed())
  })

  it('begin with what won when a settled market is folded', () => {
    const many = Array.from({ length: rowsShown + 2 }, (_, i) =>
      backed(`s${i}`, { back: null, last: 0.9 - i / 100, outcome: 'lost' }),
    )
    const winner = backed('winner', { back: null, last: 0.01, outcome: 'won' })
    expect(rank(book('m', { status: 'settled', selections: [...many, winner] }))[0]).toBe(winner.id)
  })

  it('are what they last were when a market is no longer listed at all', () => {
    const gone = ['x', 'y'].map((name) => backed(name, { last: 0.5, status: 'removed' }))
    const delisted = book('m', { status: 'closed', selections: gone })
    expect(rank(delisted)).toEqual(gone.map(({ id }) => id))
    expect(partByRemoved(delisted).removed).toEqual([])
    const half = book('m', { selections: [backed('x', { last: 0.5 }), ...gone.slice(1)] })
    expect(partByRemoved(half).removed.map(({ id }) => id)).toEqual([selection('y')])
  })
})

describe('the quote in a selection’s row', () => {
  const shownOf = (parts: Partial<Book>, ...quotes: Partial<Tick>[]) => {
    const own = backed('s', ...quotes.map((quote, i) => ({ bookmaker: bookmakerOf(`b${i}`), ...quote })))
    return rowQuote(own, shownPricing(book('m', { selections: [own], ...parts })))
  }

  it('is the one that pays most and is open', () => {
    expect(shownOf({}, { back: 0.5 }, { back: 0.4 }, { back: 0.3, status: 'suspended' })?.back).toBe(0.4)
  })

  it('is of the line that most bookmakers have, however well another line pays', () => {
    const quotes = [
      { back: 0.5, point: 8.5 },
      { back: 0.4, point: 9 },
      { back: 0.48, point: 8.5 },
    ]
    expect(shownOf({}, ...quotes)).toMatchObject({ back: 0.48, point: 8.5 })
  })

  it('is the first that is left where nobody can be backed', () => {
    expect(shownOf({}, { back: 0.3, status: 'removed' }, { back: null })?.bookmaker).toBe('b1')
  })

  it('stays the same when the whole market is suspended', () => {
    const suspended = { status: 'suspended' as const }
    expect(shownOf(suspended, { back: 0.5, ...suspended }, { back: 0.4, ...suspended })?.back).toBe(0.4)
  })

  it('has the others below it: those of its line by what they pay, then other lines, then what was withdrawn', () => {
    const quotes = [
      { back: 0.3, status: 'removed' as const, point: 8.5 },
      { back: 0.2, point: 9 },
      { back: 0.5, point: 8.5 },
      { back: 0.4, point: 8.5 },
      { back: 0.45, point: 8.5 },
    ]
    const own = backed('s', ...quotes.map((quote, i) => ({ bookmaker: bookmakerOf(`b${i}`), ...quote })))
    const shown = rowQuote(own, shownPricing(book('m', { selections: [own] })))
    expect(otherQuotes(own, shown).map(({ bookmaker }) => bookmaker)).toEqual(['b4', 'b2', 'b1', 'b0'])
  })

  it('has payers: all who pay the same on the same line, and no one who is not open', () => {
    const quotes: Partial<Tick>[] = [
      { back: 0.4, point: 8.5 },
      { back: 0.4, point: 9 },
      { back: 0.5, point: 8.5 },
      { back: 0.4, point: 8.5 },
      { back: 0.4, point: 8.5, status: 'suspended' },
    ]
    const own = backed('s', ...quotes.map((quote, i) => ({ bookmaker: bookmakerOf(`b${i}`), ...quote })))
    const shown = rowQuote(own, shownPricing(book('m', { selections: [own] })))
    expect(payersOf(own, shown)).toEqual(['b0', 'b3'])
    expect(payersOf(backed('s', { last: 0.5 }), rowQuote(backed('s', { last: 0.5 }), shownPricing(book('m'))))).toEqual([])
  })
})
