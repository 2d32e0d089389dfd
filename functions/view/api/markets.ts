import type { StoredBook } from '../../book/documents.ts'
import type { Book } from '../../book/market.ts'
import { type MarketStatus, marketStatuses } from '../../book/quote.ts'
import { schemaId } from '../../book/schema-ids.ts'
import type { MarketsAnswer } from '../../book/wire.ts'
import { json, problem, type Reply } from '../../http/reply.ts'
import { type PricedBook, pricedBook } from '../priced-book.ts'
import { badMarketId, marketIdIn, noSuchMarket } from './market-id.ts'
import type { OddsStore } from './odds-store.ts'
import type { ApiRequest } from './request.ts'

/** `GET /api/markets?topic=&feed=&status=&q=` */
export async function getMarkets({ query, ifNoneMatch }: ApiRequest, store: OddsStore, nowMs: () => number): Promise<Reply> {
  const status = query.get('status') ?? undefined
  if (status !== undefined && !isMarketStatus(status)) {
    return problem(400, 'Unknown status', `status is "${status.slice(0, 100)}"; it takes ${marketStatuses.join(', ')}`)
  }
  const readAtMs = nowMs()
  const feed = query.get('feed') ?? undefined
  const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const books = await store.books(query.get('topic') ?? undefined)
  const markets = books
    .filter((book) => (status === undefined || book.status === status) && (feed === undefined || book.feed === feed))
    .filter((book) => words.length === 0 || mentions(book, words))
    .map(shown)
    .sort((a, b) => (a.marketId < b.marketId ? -1 : 1))
  const answer: MarketsAnswer = { readAtMs, markets }
  const tagged = markets.map(({ marketId, seq }) => `${marketId} ${seq}`).join('\n')
  return json(answer, { schema: schemaId('markets-answer'), tagged, ifNoneMatch })
}

/** `GET /api/markets/{id}` */
export async function getMarket({ params, ifNoneMatch }: ApiRequest, store: OddsStore): Promise<Reply> {
  const id = marketIdIn(params)
  if (id === undefined) return badMarketId
  const book = await store.book(id)
  if (book === undefined) return noSuchMarket(id)
  return json(shown(book), { schema: schemaId('market-answer'), tagged: `${id} ${book.seq}`, ifNoneMatch })
}

const isMarketStatus = (word: string): word is MarketStatus => (marketStatuses as readonly string[]).includes(word)

function mentions(book: Book, words: readonly string[]): boolean {
  const text = [book.name, book.fixture?.name ?? '', ...book.selections.map(({ name }) => name)].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

/** The store's own bookkeeping stays inside. */
function shown({ asOfMs: _asOfMs, hub: _hub, ...book }: StoredBook): PricedBook {
  return pricedBook(book)
}
