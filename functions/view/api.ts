import type { StoredBook } from '../book/documents.ts'
import { type DedupeCounts, type FeedHealth, feedState } from '../book/feed-health.ts'
import { feedsGroup, type MarketId, topicGroup, topicOf } from '../book/ids.ts'
import type { Book } from '../book/market.ts'
import { type MarketStatus, marketStatuses } from '../book/quote.ts'
import type { Tick } from '../book/tick.ts'
import type { MarketDelta, MarketsAnswer, SnapshotRequired } from '../book/wire.ts'
import { json, problem, type Reply } from '../http/reply.ts'
import { type PricedBook, pricedBook } from './priced-book.ts'

/** What the API reads. Each is one query, in one partition wherever a market is named. */
export type OddsStore = {
  books(topic: string | undefined): Promise<StoredBook[]>
  book(market: MarketId): Promise<StoredBook | undefined>
  /** Up to `limit` ticks after `seq`, oldest first. */
  ticks(market: MarketId, afterSeq: number, limit: number): Promise<Tick[]>
  feeds(): Promise<{ feeds: FeedHealth[]; counts: DedupeCounts[] }>
}

/** Gives out addresses at which a browser may join the groups of the board for a while, and send nothing. */
export type Doorkeeper = { clientUrl(userId: string): Promise<string> }

export type ApiRequest = { params: Readonly<Record<string, string>>; query: URLSearchParams; ifNoneMatch: string | null }

/** More than this many ticks behind, a snapshot is the shorter way. */
const maxTicks = 1_000

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
  return json(answer, { tagged: markets.map(({ marketId, seq }) => `${marketId} ${seq}`).join('\n'), ifNoneMatch })
}

/** `GET /api/markets/{id}` */
export async function getMarket({ params, ifNoneMatch }: ApiRequest, store: OddsStore): Promise<Reply> {
  const id = marketIdIn(params)
  if (id === undefined) return badMarketId
  const book = await store.book(id)
  return book === undefined ? noSuchMarket(id) : json(shown(book), { tagged: `${id} ${book.seq}`, ifNoneMatch })
}

/** `GET /api/markets/{id}/ticks?after=<seq>`: all that happened since, or 410 and why a snapshot is needed instead. */
export async function getTicks({ params, query }: ApiRequest, store: OddsStore): Promise<Reply> {
  const id = marketIdIn(params)
  if (id === undefined) return badMarketId
  const after = Number(query.get('after') ?? Number.NaN)
  if (!Number.isSafeInteger(after) || after < 0)
    return problem(400, 'Unknown place', 'after takes the seq that you hold, a whole number')
  const ticks = await store.ticks(id, after, maxTicks + 1)
  const [first] = ticks
  const last = ticks.at(-1)
  if (first !== undefined && last !== undefined) {
    if (first.seq !== after + 1) return snapshotRequired('expired')
    if (ticks.length > maxTicks) return snapshotRequired('too_far_behind')
    return json({ id, from: after + 1, to: last.seq, status: last.marketStatus, ticks } satisfies MarketDelta)
  }
  const book = await store.book(id)
  if (book === undefined) return noSuchMarket(id)
  if (book.seq < after) return snapshotRequired('ahead')
  // Ticks expire, books do not: a market that has rested for longer than ticks live is known by its book alone.
  if (book.seq > after) return snapshotRequired('expired')
  return json({ id, from: after + 1, to: after, status: book.status, ticks: [] } satisfies MarketDelta)
}

/** `GET /api/feeds`: what is known of each, and what that means now; what dedupe made of its messages; and the topics and groups that a browser may follow. */
export async function getFeeds(store: OddsStore, topics: readonly string[], nowMs: () => number): Promise<Reply> {
  const { feeds, counts } = await store.feeds()
  const readAtMs = nowMs()
  const groups = { feeds: feedsGroup, topics: Object.fromEntries(topics.map((topic) => [topic, topicGroup(topicOf(topic))])) }
  return json({ readAtMs, topics, groups, feeds: feeds.map((feed) => ({ ...feed, state: feedState(feed, readAtMs) })), counts })
}

/** `POST /api/negotiate` */
export async function postNegotiate(doorkeeper: Doorkeeper, newId: () => string): Promise<Reply> {
  return json({ url: await doorkeeper.clientUrl(`anonymous-${newId()}`) })
}

/** `GET /api/health`: 200 while the store answers; for load balancers and for people. */
export async function getHealth(store: OddsStore, nowMs: () => number): Promise<Reply> {
  const startedMs = nowMs()
  const { feeds } = await store.feeds()
  const states = Object.fromEntries(feeds.map((feed) => [feed.feed, feedState(feed, nowMs())]))
  return json({ status: 'ok', storeMs: nowMs() - startedMs, feeds: states })
}

const badMarketId = problem(400, 'No market id', 'A market id is <feed>:<id>, as in predictit:7053')
const noSuchMarket = (id: string) => problem(404, 'No such market', `There is no market ${id}. GET /api/markets lists all`)
const snapshotRequired = (reason: SnapshotRequired['reason']): Reply =>
  json({ error: 'snapshot_required', reason } satisfies SnapshotRequired, { status: 410 })

function marketIdIn(params: Readonly<Record<string, string>>): MarketId | undefined {
  const id = params['id'] ?? ''
  return id.length <= 256 && /^[a-z][a-z0-9-]*:./.test(id) ? (id as MarketId) : undefined
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
