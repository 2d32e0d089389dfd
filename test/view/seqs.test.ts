import { expect, it } from 'vitest'

import { getSeqs } from '../../functions/view/api/seqs.ts'
import type { Board, OddsStore } from '../../functions/view/api/ports.ts'
import { asking, jsonIn, portsOf } from '../support/asking.ts'
import { bookOf, market, startMs } from './client/odds-world.ts'

const board = (...seqs: [string, number][]): Board => ({
  readAtMs: 1_000,
  books: seqs.map(([name, seq]) => ({ ...bookOf(market(name), { seq }), asOfMs: 1, hub: null })),
})
const askOf = (board: Board) => asking(portsOf({ odds: async () => ({ books: async () => board }) as unknown as OddsStore }))

it('tells how far each market has got, and nothing at all to who knows', async () => {
  const reply = await askOf(board(['b', 7], ['a', 3]))(getSeqs, 'topic=politics')
  expect(jsonIn(reply)).toEqual({
    seqs: { 'testfeed:a': 3, 'testfeed:b': 7 },
    opened: { 'testfeed:a': startMs, 'testfeed:b': startMs },
  })
  const headers = { 'if-none-match': reply.headers['etag'] ?? '' }
  const again = await askOf(board(['a', 3], ['b', 7]))(getSeqs, 'topic=politics', { headers })
  expect([again.status, again.body]).toEqual([304, ''])
  expect((await askOf(board(['a', 4], ['b', 7]))(getSeqs, 'topic=politics', { headers })).status).toBe(200)
  expect((await askOf(board())(getSeqs, 'topic=chess')).status).toBe(400)
})
