import { schemaId } from '../../book/schema-ids.ts'
import { madeWhenNew } from '../../http/reply.ts'
import { topicNames } from '../../../infra/names.ts'
import { endpoint } from './endpoint.ts'
import { oneOf } from './kinds.ts'
import { optional } from './parameters.ts'
import { sharedAnswer } from './shared-answer.ts'

/** `opened`: a market that was begun anew may have come to any `seq`, and is known by its other `openedAtMs`. */
export type SeqsAnswer = { seqs: Record<string, number>; opened: Record<string, number> }

export const getSeqs = endpoint({
  name: 'apiSeqs',
  method: 'GET',
  route: 'api/seqs',
  says: 'How far each market has got: who followed the board before, and holds this against its own books, learns what it missed without taking all of it anew.',
  query: { topic: optional(oneOf(topicNames), 'Markets of this topic.') },
  answers: { 200: { says: 'The seq of each market.', schema: 'seqs-answer' } },
  async answer({ query: { topic }, ifNoneMatch }, { odds }) {
    const board = await (await odds()).books(topic)
    const books = board.books.toSorted((a, b) => (a.marketId < b.marketId ? -1 : 1))
    const answer = (): SeqsAnswer => ({
      seqs: Object.fromEntries(books.map(({ marketId, seq }) => [marketId, seq])),
      opened: Object.fromEntries(books.map(({ marketId, openedAtMs }) => [marketId, openedAtMs])),
    })
    const body = () => sharedAnswer(board, 'seqs', () => JSON.stringify(answer()))
    const tagged = books.map(({ marketId, seq, openedAtMs }) => `${marketId} ${seq} ${openedAtMs}`).join('\n')
    return madeWhenNew(body, { type: 'application/json', schema: schemaId('seqs-answer'), tagged, ifNoneMatch })
  },
})
