import { schemaId } from '../../book/schema-ids.ts'
import { madeWhenNew } from '../../http/reply.ts'
import { topicNames } from '../../../infra/names.ts'
import { endpoint } from './endpoint.ts'
import { oneOf } from './kinds.ts'
import { optional } from './parameters.ts'
import { sharedAnswer } from './shared-answer.ts'

export type SeqsAnswer = { seqs: Record<string, number> }

export const getSeqs = endpoint({
  name: 'apiSeqs',
  method: 'GET',
  route: 'api/seqs',
  says: 'How far each market has got: who followed the board before, and holds this against its own books, learns what it missed without taking all of it anew.',
  query: { topic: optional(oneOf(topicNames), 'Markets of this topic.') },
  answers: { 200: { says: 'The seq of each market.', schema: 'seqs-answer' } },
  async answer({ query: { topic }, ifNoneMatch }, { odds }) {
    const board = await (await odds()).books(topic)
    const seqs = board.books.map(({ marketId, seq }) => [marketId, seq] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
    const answer = () => ({ seqs: Object.fromEntries(seqs) }) satisfies SeqsAnswer
    const body = () => sharedAnswer(board, 'seqs', () => JSON.stringify(answer()))
    const tagged = seqs.map((pair) => pair.join(' ')).join('\n')
    return madeWhenNew(body, { type: 'application/json', schema: schemaId('seqs-answer'), tagged, ifNoneMatch })
  },
})
