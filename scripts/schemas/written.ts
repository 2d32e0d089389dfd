import * as v from '@badrap/valita'

import {
  type AlertDocument,
  type BookDocument,
  bookDocumentId,
  type DedupeCountsDocument,
  type HubPosition,
  type TickDocument,
} from '../../functions/book/documents.ts'
import type { DedupeCounts, FeedHealth, FeedState } from '../../functions/book/feed-health.ts'
import { type FixtureDocument, fixtureFields } from '../../functions/book/fixtures.ts'
import type { MarketId, Topic } from '../../functions/book/ids.ts'
import { sometimes, told } from '../../functions/book/limits.ts'
import { type Probability, priceFormats } from '../../functions/book/price.ts'
import { marketStatuses, outcomes, quoteStatuses } from '../../functions/book/quote.ts'
import type { Best } from '../../functions/book/pricing.ts'
import {
  bookmaker,
  counter,
  feed,
  finite,
  id,
  instantMs,
  marketId,
  oneOf,
  orNull,
  selectionId,
  text,
  topic,
  traceparent,
} from '../../functions/book/scalars.ts'
import {
  alert,
  bookFields,
  dedupeCounts,
  feedHealth,
  type SnapshotRequired,
  tickFields,
  type Traced,
} from '../../functions/book/wire.ts'
import type { PushResult } from '../../functions/collect/push/push.ts'
import type { AlertsAnswer } from '../../functions/view/api/alerts.ts'
import type { ClientsAnswer } from '../../functions/view/api/clients.ts'
import type { FixturesAnswer } from '../../functions/view/api/fixtures.ts'
import type { HealthAnswer } from '../../functions/view/api/health.ts'
import type { HistoryAnswer } from '../../functions/view/api/history.ts'
import type { LatestAnswer } from '../../functions/view/api/latest.ts'
import type { MarketsPage } from '../../functions/view/api/markets.ts'
import type { Fault } from '../../functions/view/api/parameters.ts'
import { sides } from '../../functions/view/history/lines.ts'
import type { SeqsAnswer } from '../../functions/view/api/seqs.ts'
import type { PricedBook } from '../../functions/view/priced-book.ts'

/**
 * What is written and never read back whole: of a stored tick its reader takes a part, and no answer is parsed by whoever gives it. Each is
 * held by the compiler to the type that the code writes.
 */

const written = (pattern: string) =>
  told(
    v.string().assert((s) => new RegExp(pattern).test(s)),
    { pattern },
  )
const probability = told(
  finite.map((n) => n as Probability),
  {},
)
const isoInstant = written('^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$')

export const tickDocument: v.Type<Omit<TickDocument, 'traceparent'> & Traced> = v.object({
  id: written('^t:[0-9]{12,}$'),
  type: v.literal('tick'),
  ttl: counter,
  marketId,
  feed,
  topic,
  marketName: text,
  priceFormat: oneOf(priceFormats),
  ...tickFields,
  decimalOdds: orNull(finite),
  impliedProbability: orNull(finite),
  previousSeq: orNull(counter),
  publishedAt: orNull(isoInstant),
  observedAt: isoInstant,
  storedAt: isoInstant,
  traceparent: sometimes(traceparent.optional()),
})

const position: v.Type<HubPosition> = v.object({ partition: text, sequence: finite })
const { restType: selection } = bookFields.selections
const worth = {
  bestBack: orNull(finite),
  bestBackBookmaker: orNull(bookmaker),
  bestLay: orNull(finite),
  bestLayBookmaker: orNull(bookmaker),
}
export const bookDocument: v.Type<BookDocument> = v.object({
  id: v.literal(bookDocumentId),
  type: v.literal('book'),
  ...bookFields,
  asOfMs: instantMs,
  hub: position.nullable(),
  ttl: told(
    v.number().assert((n) => Number.isSafeInteger(n) && n >= -1, 'no time to live'),
    { type: 'integer', minimum: -1 },
  ),
  overround: orNull(finite),
  selections: v.array(selection.extend({ ...worth, fairProbability: orNull(probability) })),
})

const best: v.Type<Best> = v.object({ bookmaker, price: finite })
export const pricedBook: v.Type<PricedBook> = v.object({
  ...bookFields,
  overround: orNull(finite),
  selections: v.array(
    selection.extend({ best: v.object({ back: orNull(best), lay: orNull(best) }), fairProbability: orNull(probability) }),
  ),
})
export const marketsAnswer: v.Type<MarketsPage> = v.object({
  readAtMs: instantMs,
  markets: v.array(pricedBook),
  next: orNull(text),
})

type FeedDocument = FeedHealth & { id: string; openMarkets: { marketId: MarketId; topic: Topic }[]; digest: string }
export const feedDocument: v.Type<FeedDocument> = v.object({
  id,
  ...feedHealth.shape,
  openMarkets: v.array(v.object({ marketId, topic })),
  digest: text,
})

export const countsDocument: v.Type<DedupeCountsDocument> = v.object({
  id,
  type: v.literal('dedupe-counts'),
  ...dedupeCounts.shape,
})

export const alertDocument: v.Type<AlertDocument> = v.object({ type: v.literal('alert'), ...alert.shape, at: isoInstant })
export const alertsAnswer: v.Type<AlertsAnswer> = v.object({ alerts: v.array(alert), next: orNull(text) })

export const fixtureDocument: v.Type<FixtureDocument> = v.object({
  id,
  topic,
  ...fixtureFields,
  startsAt: isoInstant,
  startsAtMs: instantMs,
  updatedAtMs: instantMs,
})
export const fixturesAnswer: v.Type<FixturesAnswer> = v.object({ fixtures: v.array(fixtureDocument), next: orNull(text) })

const feedStates = ['live', 'quiet', 'late', 'down'] as const satisfies readonly FeedState[]
export type FeedsAnswer = {
  readAtMs: number
  topics: string[]
  groups: { feeds: string; topics: Record<string, string> }
  feeds: (FeedHealth & { state: FeedState })[]
  counts: DedupeCounts[]
}
export const feedsAnswer: v.Type<FeedsAnswer> = v.object({
  readAtMs: instantMs,
  topics: v.array(topic),
  groups: v.object({ feeds: text, topics: v.record(text) }),
  feeds: v.array(v.object({ ...feedHealth.shape, state: oneOf(feedStates) })),
  counts: v.array(dedupeCounts),
})

export const snapshotRequired: v.Type<SnapshotRequired> = v.object({
  error: v.literal('snapshot_required'),
  reason: oneOf(['expired', 'ahead', 'too_far_behind']),
})

export const seqsAnswer: v.Type<SeqsAnswer> = v.object({ seqs: v.record(counter), opened: v.record(counter) })

export const healthAnswer: v.Type<HealthAnswer> = v.object({
  status: v.literal('ok'),
  storeMs: finite,
  feeds: v.record(oneOf(feedStates)),
})
const prices = v.array(finite.nullable())
const line = v.object({
  selectionId,
  selectionName: text,
  bookmaker,
  side: oneOf(sides),
  before: orNull(v.object({ atMs: instantMs, price: orNull(finite), point: orNull(finite) })),
  steps: v.object({
    atMs: v.array(counter),
    open: prices,
    high: prices,
    low: prices,
    close: prices,
    last: prices,
    point: prices,
    ticks: v.array(counter),
  }),
})
export const historyAnswer: v.Type<HistoryAnswer> = v.object({
  marketId,
  marketName: text,
  priceFormat: oneOf(priceFormats),
  fromMs: counter,
  toMs: instantMs,
  stepMs: counter,
  seq: counter,
  lines: v.array(line),
})
const row: v.Type<LatestAnswer['rows'][number]> = v.object({
  data_id: selectionId,
  name: text,
  image: orNull(text),
  market_image: orNull(text),
  price: orNull(finite),
  buy: orNull(finite),
  sell: orNull(finite),
  timestamp: isoInstant,
  market_id: marketId,
  market_name: text,
  feed,
  topic,
  bookmaker,
  market_status: oneOf(marketStatuses),
  status: oneOf(quoteStatuses),
  outcome: orNull(oneOf(outcomes)),
  point: orNull(finite),
  price_format: oneOf(priceFormats),
  decimal_odds: orNull(finite),
  implied_probability: orNull(finite),
  fair_probability: orNull(finite),
  market_url: orNull(text),
  fixture_id: orNull(id),
  fixture_name: orNull(text),
  starts_at: orNull(isoInstant),
  in_play: orNull(v.boolean()),
  seq: counter,
})
export const latestAnswer: v.Type<LatestAnswer> = v.object({ readAtMs: instantMs, rows: v.array(row) })
export const negotiateAnswer: v.Type<{ url: string }> = v.object({ url: text })

const client = v.object({
  id,
  userId: orNull(text),
  protocol: orNull(text),
  connectedAtMs: instantMs,
  seenAtMs: instantMs,
  expiresAtMs: instantMs,
})
export const clientsAnswer: v.Type<ClientsAnswer> = v.object({
  readAtMs: instantMs,
  clients: v.array(client),
  next: orNull(text),
})

const result = { index: counter, marketId: orNull(marketId) }
export const pushAnswer: v.Type<{ accepted: number; rejected: number; results: PushResult[] }> = v.object({
  accepted: counter,
  rejected: counter,
  results: v.array(
    v.union(
      v.object({ ...result, status: v.literal('accepted') }),
      v.object({ ...result, status: v.literal('rejected'), reason: v.string() }),
    ),
  ),
})

const fault: v.Type<Fault> = v.object({
  in: oneOf(['path', 'query']),
  parameter: v.string(),
  given: orNull(v.string()),
  why: v.string(),
})
export const problem = v.object({
  type: v.string(),
  title: v.string(),
  status: counter,
  detail: v.string(),
  errors: v.array(fault).optional(),
})
