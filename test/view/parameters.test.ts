import { describe, expect, it } from 'vitest'

import { instant, marketId, oneOf, whole } from '../../functions/view/api/kinds.ts'
import { optional, readParameters, required, usually } from '../../functions/view/api/parameters.ts'
import { readQuery } from '../../functions/view/api/query.ts'

const known = {
  id: required(marketId, 'The market.'),
  status: optional(oneOf(['open', 'closed']), 'Its status.'),
  limit: usually(50, whole(1, 500), 'How many.'),
  from: optional(instant, 'From when.'),
}
const read = (search: string) => {
  const query = readQuery(search)
  return query.ok ? readParameters('query', query.said, known) : query
}

describe('what is said in an address', () => {
  it('is read as what the route declares, and what is not said is as declared', () => {
    expect(read('?id=predictit%3A7053&from=2026-05-01')).toEqual({
      ok: true,
      values: { id: 'predictit:7053', status: undefined, limit: 50, from: Date.UTC(2026, 4, 1) },
    })
    expect(read('?id=a:b+c%26d&status=closed&limit=7')).toMatchObject({ values: { id: 'a:b c&d', status: 'closed', limit: 7 } })
  })

  it('may be nothing, as a form sends a field that was left empty', () => {
    expect(read('?id=a:1&status=&limit=&from')).toMatchObject({ ok: true, values: { status: undefined, limit: 50 } })
  })

  it.each([
    ['', { parameter: 'id', given: null, why: 'is missing; it takes <feed>:<the feed’s own market id>, as in predictit:7053' }],
    ['?id=7053', { parameter: 'id', given: '7053', why: expect.stringContaining('takes <feed>:') }],
    ['?id=a:1&limit=501', { parameter: 'limit', given: '501', why: 'takes a whole number from 1 to 500' }],
    ['?id=a:1&limit=1e2', { parameter: 'limit', given: '1e2', why: 'takes a whole number from 1 to 500' }],
    ['?id=a:1&status=Open', { parameter: 'status', given: 'Open', why: 'takes open, closed' }],
    [
      '?id=a:1&stauts=open',
      { parameter: 'stauts', given: 'open', why: 'is no parameter here; there are id, status, limit, from' },
    ],
    ['?id=a:1&__proto__=1', { parameter: '__proto__', given: '1' }],
    ['?id=a:1&id=a:2', { parameter: 'id', given: 'a:2', why: 'is there twice' }],
    ['?id=a:1&status=%00', { parameter: 'status', given: '\0' }],
    [`?id=a:1&status=${'x'.repeat(3_000)}`, { parameter: 'status', given: `${'x'.repeat(100)}…` }],
  ])('is refused with its name, what was said and what it takes: %s', (search, fault) => {
    expect(read(search)).toMatchObject({ ok: false, faults: [fault] })
  })

  it.each([
    ['?id=%ff', 400],
    ['?%E0%A4%A=1', 400],
    [`?${'a&'.repeat(60)}`, 400],
    [`?id=${'x'.repeat(5_000)}`, 414],
  ])('is refused whole where it cannot be read at all: %#', (search, status) => {
    expect(read(search)).toMatchObject({ ok: false, status })
  })
})
