import { type Book, applyTicks } from '../../../functions/book/market.ts'
import { parseBoardMessage } from '../../../functions/book/wire.ts'
import type { Stage } from './cost.ts'
import { framesOf } from './fanout.ts'
import { messagesOf, pagesOf, writesOf } from './rounds.ts'

/** A frame on the socket → books, as in a browser. */
export async function boardStage(): Promise<Stage> {
  const frames = await Promise.all(
    pagesOf('board').map(async (page) => {
      const topic = (await framesOf(page)).filter(({ group }) => group === 'odds.politics')
      return topic.map(({ message }) => JSON.stringify(message))
    }),
  )
  const books = new Map<string, Book>((writesOf('board')[0] ?? []).map(({ book }) => [book.marketId, book]))
  if (books.size !== messagesOf('board')[0]?.length) throw new Error('The bench has markets without a book')
  return {
    name: 'board',
    bareIs: 'JSON.parse of the same frames',
    async stage(round) {
      for (const frame of frames[round] ?? []) {
        const message = parseBoardMessage(JSON.parse(frame))
        if (!message.ok || message.value.kind !== 'delta') throw new Error('The bench made an unreadable frame')
        for (const { id, ticks } of message.value.markets) {
          const book = books.get(id)
          if (book !== undefined) books.set(id, applyTicks(book, ticks))
        }
      }
    },
    async bare(round) {
      for (const frame of frames[round] ?? []) JSON.parse(frame)
    },
  }
}
