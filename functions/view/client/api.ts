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

/** The server's HTTP answers, read at the door. What goes wrong comes back as a reason in words for the reader, never as an error. */
export type Api = {
  /** A WebSocket URL whose token soon expires. */
  negotiate(): Promise<Parsed<string>>
  markets(): Promise<Parsed<Snapshot>>
  book(market: MarketId): Promise<Parsed<Book>>
  ticks(market: MarketId, after: number): Promise<Parsed<MarketDelta> | Refused>
  feeds(): Promise<Parsed<FeedsAnswer>>
  alerts(): Promise<Parsed<readonly Alert[]>>
}

/** `clockLeadMs`: how far the server's clock is ahead of the browser's. `unreadable`: why markets were left out, one each. */
export type Snapshot = { answer: MarketsAnswer; clockLeadMs: number; unreadable: readonly string[] }
export type FeedsAnswer = {
  readAtMs: number
  topics: readonly string[]
  feeds: readonly FeedHealth[]
  counts: readonly DedupeCounts[]
}
export type Refused = { ok: false; refused: SnapshotRequired['reason'] }

const deadlineMs = 10_000

export function createApi(fetch: typeof globalThis.fetch, nowMs: () => number): Api {
  const get = async (path: string, method: 'GET' | 'POST' = 'GET'): Promise<Answer> => {
    try {
      const response = await fetch(`/api/${path}`, { method, cache: 'no-store', signal: AbortSignal.timeout(deadlineMs) })
      return { status: response.status, body: await response.json().catch(() => undefined) }
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError'
      return { status: 0, reason: late ? `no answer within ${deadlineMs / 1_000} s` : 'the server cannot be reached' }
    }
  }

  return {
    async negotiate() {
      const asked = read(await get('negotiate', 'POST'), (body) => parse(negotiated, body))
      return asked.ok ? { ok: true, value: asked.value.url } : asked
    },
    async markets() {
      const askedAtMs = nowMs()
      const answer = read(await get('markets'), (body) => parse(someMarkets, body))
      if (!answer.ok) return answer
      const books = answer.value.markets.map(parseBook)
      const { readAtMs } = answer.value
      return {
        ok: true,
        value: {
          answer: { readAtMs, markets: books.flatMap((book) => (book.ok ? [book.value] : [])) },
          clockLeadMs: readAtMs - (askedAtMs + nowMs()) / 2,
          unreadable: books.flatMap((book) => (book.ok ? [] : [book.reason])),
        },
      }
    },
    async book(market) {
      return read(await get(`markets/${encodeURIComponent(market)}`), parseBook)
    },
    async ticks(market, after) {
      const answer = await get(`markets/${encodeURIComponent(market)}/ticks?after=${after}`)
      const refusal = answer.status === 410 ? parse(snapshotRequired, answer.body) : undefined
      return refusal?.ok === true ? { ok: false, refused: refusal.value.reason } : read(answer, parseMarketDelta)
    },
    async feeds() {
      const answer = read(await get('feeds'), (body) => parse(someFeeds, body))
      if (!answer.ok) return answer
      const feeds = answer.value.feeds.map(parseFeedHealth).flatMap((feed) => (feed.ok ? [feed.value] : []))
      const counts = answer.value.counts.map(parseDedupeCounts).flatMap((count) => (count.ok ? [count.value] : []))
      return { ok: true, value: { ...answer.value, feeds, counts } }
    },
    async alerts() {
      const answer = read(await get('alerts'), (body) => parse(someAlerts, body))
      if (!answer.ok) return answer
      return { ok: true, value: answer.value.alerts.map(parseAlert).flatMap((alert) => (alert.ok ? [alert.value] : [])) }
    },
  }
}

type Answer = { status: 0; reason: string; body?: undefined } | { status: number; body: unknown; reason?: undefined }

function read<T>(answer: Answer, parseBody: (body: unknown) => Parsed<T>): Parsed<T> {
  if (answer.reason !== undefined) return { ok: false, reason: answer.reason }
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = parseBody(answer.body)
    return parsed.ok ? parsed : { ok: false, reason: `an answer of the server could not be read (${parsed.reason})` }
  }
  const problem = parse(problemDetails, answer.body)
  if (!problem.ok) return { ok: false, reason: `the server answered with status ${answer.status}` }
  const { title, detail } = problem.value
  return { ok: false, reason: detail === undefined ? title : `${title}: ${detail}` }
}

const negotiated = v.object({ url: v.string() })
/** The parts are read one by one: a market that cannot be read must not hide the others (I7). */
const someMarkets = v.object({ readAtMs: v.number(), markets: v.array(v.unknown()) })
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
