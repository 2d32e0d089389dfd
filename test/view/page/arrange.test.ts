import { describe, expect, it } from 'vitest'

import { topicOf } from '../../../functions/book/ids.ts'
import { type Book, quoteOf, type Selection } from '../../../functions/book/market.ts'
import type { Tick } from '../../../functions/book/tick.ts'
import { arrange, bestQuote, type Filter, rank, rowsShown } from '../../../functions/view/page/arrange.ts'
import { bookOf, market, selection, startMs } from './odds-world.ts'

const any: Filter = { words: '', topic: null, feed: null, status: null }
const backed = (name: string, ...quotes: Partial<Tick>[]): Selection => ({
  id: selection(name),
  name,
  image: null,
  quotes: quotes.map((quote) =>
    quoteOf({ last: null, lay: null, point: null, status: 'open', back: null, ...quote } as Tick, 'probability'),
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

  it('show of several bookmakers the one that pays most and is open', () => {
    const quotes = [{ back: 0.5 }, { back: 0.4 }, { back: 0.3, status: 'suspended' as const }]
    expect(bestQuote(backed('s', ...quotes))?.back).toBe(0.4)
    expect(bestQuote(backed('s', { back: 0.3, status: 'removed' }, { back: null }))?.back).toBeNull()
  })
})
