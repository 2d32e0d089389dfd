import type { StoredBook } from '../../book/documents.ts'
import type { Book } from '../../book/market.ts'
import { marketStatuses } from '../../book/quote.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json, madeWhenNew } from '../../http/reply.ts'
import { topicNames } from '../../../infra/names.ts'
import { type PricedBook, pricedBook } from '../priced-book.ts'
import { endpoint } from './endpoint.ts'
import { feedName, marketId, oneOf, whole, words } from './kinds.ts'
import { noSuchMarket } from './no-such-market.ts'
import { afterToken, nextPage } from './page-token.ts'
import { optional, required } from './parameters.ts'
import { sharedAnswer } from './shared-answer.ts'

/** `next` is the address of the rest, null when this is all. */
export type MarketsPage = { readAtMs: number; markets: PricedBook[]; next: string | null }

export const getMarkets = endpoint({
  name: 'apiMarkets',
  method: 'GET',
  route: 'api/markets',
  tagged: true,
  says: 'All books, or those that are asked for, in the order of their ids. Without limit they come all at once: the snapshot that the deltas of the socket follow.',
  query: {
    topic: optional(oneOf(topicNames), 'Markets of this topic.'),
    feed: optional(feedName, 'Markets that are read from this feed.'),
    status: optional(oneOf(marketStatuses), 'Markets of this status.'),
    q: optional(words, 'Markets whose name, fixture or selections have all of these words, in whatever case.'),
    limit: optional(whole(1, 1_000), 'At most this many, and next is the address of the rest.'),
    token: optional(afterToken, 'Where to go on; it comes in next.'),
  },
  answers: { 200: { says: 'The books.', schema: 'markets-answer' } },
  async answer({ query: { topic, feed, status, q = '', limit, token }, ifNoneMatch }, { odds }) {
    const board = await (await odds()).books(topic)
    const sought = q.toLowerCase().split(/\s+/).filter(Boolean)
    const found = board.books
      .filter((book) => (status === undefined || book.status === status) && (feed === undefined || book.feed === feed))
      .filter((book) => sought.length === 0 || mentions(book, sought))
      .filter(({ marketId }) => token === undefined || marketId > token)
      .toSorted((a, b) => (a.marketId < b.marketId ? -1 : 1))
    const books = found.slice(0, limit)
    const last = books.length < found.length ? books.at(-1) : undefined
    const next = last === undefined ? null : nextPage('markets', { topic, feed, status, q: q || undefined, limit }, last.marketId)
    const tagged = [...books.map(({ marketId, seq }) => `${marketId} ${seq}`), next].join('\n')
    const answer = () => ({ readAtMs: board.readAtMs, markets: books.map(shown), next }) satisfies MarketsPage
    const body = () => sharedAnswer(board, tagged, () => JSON.stringify(answer()))
    return madeWhenNew(body, { type: 'application/json', schema: schemaId('markets-answer'), tagged, ifNoneMatch })
  },
})

export const getMarket = endpoint({
  name: 'apiMarket',
  method: 'GET',
  route: 'api/markets/{id}',
  tagged: true,
  says: 'One book.',
  path: { id: required(marketId, 'The market.') },
  answers: { 200: { says: 'The book.', schema: 'market-answer' } },
  async answer({ path: { id }, ifNoneMatch }, { odds }) {
    const book = await (await odds()).book(id)
    if (book === undefined) return noSuchMarket(id)
    return json(shown(book), { schema: schemaId('market-answer'), tagged: `${id} ${book.seq}`, ifNoneMatch })
  },
})

function mentions(book: Book, sought: readonly string[]): boolean {
  const text = [book.name, book.fixture?.name ?? '', ...book.selections.map(({ name }) => name)].join(' ').toLowerCase()
  return sought.every((word) => text.includes(word))
}

/** The store's own bookkeeping stays inside. */
function shown({ asOfMs: _asOfMs, hub: _hub, ...book }: StoredBook): PricedBook {
  return pricedBook(book)
}
