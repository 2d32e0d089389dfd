import * as v from '@badrap/valita'

import type { Alert } from '../../book/alert.ts'
import type { DedupeCounts, FeedHealth } from '../../book/feed-health.ts'
import type { MarketId } from '../../book/ids.ts'
import type { Book } from '../../book/market.ts'
import {
  type MarketDelta,
  type MarketsAnswer,
  parse,
  parseAlert,
  parseBook,
  parseDedupeCounts,
  type Parsed,
  parseFeedHealth,
  parseMarketDelta,
  type SnapshotRequired,
} from '../../book/wire.ts'
import type { Standing } from './catch-up.ts'
import { everything, type Scope } from './scope.ts'

/** The server's HTTP answers, read at the door. What goes wrong comes back as a reason in words for the reader, never as an error. */
export type Api = {
  /** A WebSocket URL whose token soon expires. */
  negotiate: () => Promise<Negotiated>
  /** All that is followed. */
  markets(): Promise<Answered<Snapshot>>
  seqs(): Promise<Answered<ReadonlyMap<MarketId, Standing>>>
  book(market: MarketId): Promise<Answered<Book>>
  ticks(market: MarketId, after: number): Promise<Answered<MarketDelta> | Refused>
  feeds(): Promise<Answered<FeedsAnswer>>
  alerts(): Promise<Answered<readonly Alert[]>>
}

/** `final`: asking again would get the same. `retryAfterMs`: how long the server wants to be left alone. */
export type Failed = { ok: false; reason: string; final?: boolean; retryAfterMs?: number; refused?: undefined }
export type Answered<T> = { ok: true; value: T } | Failed
export type Negotiated = Answered<string>

/** `unreadable`: why markets were left out, one each. */
export type Snapshot = { answer: MarketsAnswer; unreadable: readonly string[] }
/** `clockLeadMs`: how far the server's clock is ahead of the browser's. */
export type FeedsAnswer = {
  readAtMs: number
  clockLeadMs: number
  topics: readonly string[]
  feeds: readonly FeedHealth[]
  counts: readonly DedupeCounts[]
}
export type Refused = { ok: false; refused: SnapshotRequired['reason']; final?: undefined }

/** `board`: the address that the API is under; nothing for the page, which is there itself. `client`: the name to be known by. */
export type ApiOptions = { board?: string; scope?: Scope; client?: string | undefined }

const deadlineMs = 10_000
/** Many markets are asked for one by one; at most so many at the same time. */
const atOnce = 6

export function createApi(
  fetch: typeof globalThis.fetch,
  nowMs: () => number,
  { board = '', scope = everything, client }: ApiOptions = {},
): Api {
  /** `no-cache` lets a browser that has the answer ask whether it still holds. */
  const get = async (path: string, method: 'GET' | 'POST' = 'GET', cache: RequestCache = 'no-store'): Promise<Answer> => {
    try {
      const response = await fetch(`${board}/api/${path}`, { method, cache, signal: AbortSignal.timeout(deadlineMs) })
      const { status, headers } = response
      return { status, body: await response.json().catch(() => undefined), retryAfterMs: retryAfterMs(headers) }
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError'
      return { status: 0, reason: late ? `no answer within ${deadlineMs / 1_000} s` : 'the server cannot be reached' }
    }
  }

  const getBook = async (market: MarketId) => read(await get(`markets/${encodeURIComponent(market)}`), parseBook)
  const topics = scope.kind === 'topics' && scope.topics !== null ? scope.topics : [undefined]
  /** One answer for each topic that is followed, or one for all. */
  const getTopics = async <T>(path: string, schema: v.Type<T>): Promise<Answered<T[]>> => {
    const asked = topics.map((topic) => (topic === undefined ? path : `${path}?topic=${encodeURIComponent(topic)}`))
    const answers = await Promise.all(asked.map((path) => get(path, 'GET', 'no-cache')))
    return all(answers.map((answer) => read(answer, (body) => parse(schema, body))))
  }
  const followedMarkets = async (markets: readonly MarketId[]): Promise<Answered<Snapshot>> => {
    const readAtMs = nowMs()
    const answers = await eachOf(markets, atOnce, getBook)
    const books = all(answers.filter((answer) => answer.ok || answer.final !== true))
    if (!books.ok) return books
    return { ok: true, value: { answer: { readAtMs, markets: books.value }, unreadable: [] } }
  }

  return {
    async negotiate() {
      const path = client === undefined ? 'negotiate' : `negotiate?client=${encodeURIComponent(client)}`
      const asked = read(await get(path, 'POST'), (body) => parse(negotiated, body))
      return asked.ok ? { ok: true, value: asked.value.url } : asked
    },
    async markets() {
      if (scope.kind === 'markets') return followedMarkets(scope.markets)
      const answer = await getTopics('markets', someMarkets)
      if (!answer.ok) return answer
      const books = answer.value.flatMap(({ markets }) => markets.map(parseBook))
      return {
        ok: true,
        value: {
          answer: {
            readAtMs: Math.min(...answer.value.map(({ readAtMs }) => readAtMs)),
            markets: books.flatMap((book) => (book.ok ? [book.value] : [])),
          },
          unreadable: books.flatMap((book) => (book.ok ? [] : [book.reason])),
        },
      }
    },
    async seqs() {
      const answer = await getTopics('seqs', someSeqs)
      if (!answer.ok) return answer
      const standings = answer.value.flatMap(({ seqs, opened }) =>
        Object.entries(seqs).map(([market, seq]): [MarketId, Standing] => [
          market as MarketId,
          { seq, openedAtMs: opened[market] ?? 0 },
        ]),
      )
      const seqs = new Map(standings)
      if (scope.kind === 'topics') return { ok: true, value: seqs }
      const followed = new Set(scope.markets)
      return { ok: true, value: new Map([...seqs].filter(([market]) => followed.has(market))) }
    },
    book: getBook,
    async ticks(market, after) {
      const answer = await get(`markets/${encodeURIComponent(market)}/ticks?after=${after}`)
      const refusal = answer.status === 410 ? parse(snapshotRequired, answer.body) : undefined
      return refusal?.ok === true ? { ok: false, refused: refusal.value.reason } : read(answer, parseMarketDelta)
    },
    async feeds() {
      const askedAtMs = nowMs()
      const answer = read(await get('feeds'), (body) => parse(someFeeds, body))
      if (!answer.ok) return answer
      const feeds = answer.value.feeds.map(parseFeedHealth).flatMap((feed) => (feed.ok ? [feed.value] : []))
      const counts = answer.value.counts.map(parseDedupeCounts).flatMap((count) => (count.ok ? [count.value] : []))
      const clockLeadMs = answer.value.readAtMs - (askedAtMs + nowMs()) / 2
      return { ok: true, value: { ...answer.value, clockLeadMs, feeds, counts } }
    },
    async alerts() {
      const answer = read(await get('alerts'), (body) => parse(someAlerts, body))
      if (!answer.ok) return answer
      return { ok: true, value: answer.value.alerts.map(parseAlert).flatMap((alert) => (alert.ok ? [alert.value] : [])) }
    },
  }
}

type Answer =
  | { status: 0; reason: string; body?: undefined }
  | { status: number; body: unknown; retryAfterMs: number | undefined; reason?: undefined }

function read<T>(answer: Answer, parseBody: (body: unknown) => Parsed<T>): Answered<T> {
  if (answer.reason !== undefined) return { ok: false, reason: answer.reason }
  const { status, body, retryAfterMs } = answer
  if (status >= 200 && status < 300) {
    const parsed = parseBody(body)
    return parsed.ok ? parsed : { ok: false, final: true, reason: `an answer of the server could not be read (${parsed.reason})` }
  }
  const problem = parse(problemDetails, body)
  const { title, detail } = problem.ok ? problem.value : { title: `the server answered with status ${status}` }
  return {
    ok: false,
    reason: detail === undefined ? title : `${title}: ${detail}`,
    ...(status === 404 ? { final: true } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

/** Of its two forms, a date and seconds, ours is the seconds. */
function retryAfterMs(headers: Headers): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return seconds > 0 && seconds <= longestRetryAfterSeconds ? seconds * 1_000 : undefined
}
const longestRetryAfterSeconds = 3_600

function all<T>(answers: readonly Answered<T>[]): Answered<T[]> {
  const values: T[] = []
  for (const answer of answers) {
    if (!answer.ok) return answer
    values.push(answer.value)
  }
  return { ok: true, value: values }
}

async function eachOf<T, Result>(parts: readonly T[], lanes: number, ask: (part: T) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  const left = parts.entries()
  const lane = async () => {
    for (const [i, part] of left) results[i] = await ask(part)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, parts.length) }, lane))
  return results
}

const negotiated = v.object({ url: v.string() })
/** The parts are read one by one: a market that cannot be read must not hide the others (I7). */
const someMarkets = v.object({ readAtMs: v.number(), markets: v.array(v.unknown()) })
const someSeqs = v.object({ seqs: v.record(v.number()), opened: v.record(v.number()) })
const someFeeds = v.object({
  readAtMs: v.number(),
  topics: v.array(v.string()),
  feeds: v.array(v.unknown()),
  counts: v.array(v.unknown()).optional(() => []),
})
const someAlerts = v.object({ alerts: v.array(v.unknown()) })
const snapshotRequired = v.object({
  error: v.literal('snapshot_required'),
  reason: v.union(v.literal('expired'), v.literal('ahead'), v.literal('too_far_behind')),
})
const problemDetails = v.object({ title: v.string(), detail: v.string().optional() })
