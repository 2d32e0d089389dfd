import * as v from '@badrap/valita'

import { type Alert, alertKinds } from './alert.ts'
import { type DedupeCounts, type FeedHealth, noDrift } from './feed-health.ts'
import { type MarketId, quoteKeyOf } from './ids.ts'
import { told } from './limits.ts'
import type { Book, GoneMarket, Snapshot } from './market.ts'
import { type MarketStatus, marketStatuses, outcomes, quoteStatuses } from './quote.ts'
import { type DecimalOdds, isPrice, priceFormats, type Probability } from './price.ts'
import {
  bookmaker,
  counter,
  feed,
  finite,
  growing,
  id,
  instantMs,
  isWord,
  marketId,
  oneOf,
  orNull,
  schemaOf,
  selectionId,
  text,
  topic,
  traceparent,
  version,
  wordLimits,
} from './scalars.ts'
import { type Tick, tickKinds } from './tick.ts'

/** What travels between the stages, and how it is read at each door. A message that grows keeps its `v`; one that changes meaning gets the next. */
export type SnapshotMessage =
  | ({ v: 1; kind: 'market' } & Snapshot & Continuation & Traced)
  | ({ v: 1; kind: 'gone' } & GoneMarket & Traced)
/**
 * `unchangedUntilMs`: when the feed was last read, before this message, and showed the market as the message before it did; on our clock.
 * A market is published when it changes, so only this tells a quiet market, which was looked at all the while, from a gap in which nobody
 * looked. Null: unknown.
 */
export type Continuation = { unchangedUntilMs: number | null }
/** Whose doing this is, as W3C Trace Context says it; only where that is being watched. It is no part of any value. */
export type Traced = { traceparent?: string | undefined }

/**
 * To the browsers. `from`..`to` is the range of `seq` that the entry covers, whether or not a tick in it was conflated away: the board
 * may apply it to a book at `from − 1` or later. The answer of `GET /api/markets/{id}/ticks` is the same shape.
 */
export type BoardMessage =
  | { v: 1; kind: 'delta'; topic: string; sentAtMs: number; markets: MarketDelta[] }
  | { v: 1; kind: 'feeds'; sentAtMs: number; feeds: FeedHealth[]; counts: DedupeCounts[] }
  | { v: 1; kind: 'alert'; topic: string; sentAtMs: number; alerts: Alert[] }
export type MarketDelta = { id: MarketId; from: number; to: number; status: MarketStatus; ticks: Tick[] }

/** `GET /api/markets`. `readAtMs` is the server's clock when it read the books: the browser learns its own clock's error from it. */
export type MarketsAnswer = { readAtMs: number; markets: Book[] }

/** Why a browser must take a new snapshot instead of the ticks it asked for. */
export type SnapshotRequired = { error: 'snapshot_required'; reason: 'expired' | 'ahead' | 'too_far_behind' }

export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string }

/** A message may not claim an instant further ahead than this: it would make every later one stale until time caught up. */
const maxAheadMs = 5 * 60_000

/** Reads one message from the hub; `nowMs` guards against clocks that run ahead. */
export function parseSnapshotMessage(raw: unknown, nowMs: number): Parsed<SnapshotMessage> {
  const gone = typeof raw === 'object' && raw !== null && 'kind' in raw && raw.kind === 'gone'
  const parsed = parse<SnapshotMessage>(gone ? goneMessage : marketMessage, raw)
  if (!parsed.ok) return parsed
  const aheadMs = parsed.value.asOfMs - nowMs
  return aheadMs > maxAheadMs ? { ok: false, reason: `asOfMs: ${aheadMs} ms ahead of our clock` } : parsed
}

export const parseSnapshot = (raw: unknown): Parsed<Snapshot> => parse<Snapshot>(snapshot, raw)
export const parseBoardMessage = (raw: unknown): Parsed<BoardMessage> => parse<BoardMessage>(boardMessage, raw)
export const parseMarketsAnswer = (raw: unknown): Parsed<MarketsAnswer> => parse<MarketsAnswer>(marketsAnswer, raw)
export const parseMarketDelta = (raw: unknown): Parsed<MarketDelta> => parse<MarketDelta>(marketDelta, raw)
export const parseBook = (raw: unknown): Parsed<Book> => parse<Book>(book, raw)

/** A kind of message that the socket may bring by now, and that is none of ours: to be passed over. */
export function isOfUnknownKind(raw: unknown): boolean {
  const kind = typeof raw === 'object' && raw !== null && 'kind' in raw ? raw.kind : undefined
  return typeof kind === 'string' && kind !== 'delta' && kind !== 'feeds' && kind !== 'alert'
}

/**
 * Unknown fields are dropped, so that a sender may be newer than its reader. To look at each of them takes its time: who reads a few fields
 * of large objects, and hands none of them on as it is, lets them pass.
 */
export function parse<T>(schema: v.Type<T>, raw: unknown, mode: 'strip' | 'passthrough' = 'strip'): Parsed<T> {
  const result = schema.try(raw, { mode })
  if (result.ok) return { ok: true, value: result.value }
  return { ok: false, reason: result.issues.slice(0, 3).map(explain).join('; ') }
}

function explain(issue: v.Err['issues'][number]): string {
  return `${issue.path.join('.') || 'message'}: ${complaint(issue)}`
}

function complaint(issue: v.Err['issues'][number]): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected.join(' or ')}`
    case 'missing_value':
      return 'missing'
    case 'custom_error':
      return issue.message ?? 'not acceptable'
    case 'invalid_literal':
    case 'invalid_length':
    case 'invalid_union':
    case 'unrecognized_keys':
      return issue.code.replaceAll('_', ' ')
  }
}

const prices = { last: orNull(finite), back: orNull(finite), lay: orNull(finite), point: orNull(finite) }
const quoteValue = {
  ...prices,
  status: oneOf(quoteStatuses).optional(() => 'open' as const),
  outcome: orNull(oneOf(outcomes)),
}
const fixture = v.object({ id, name: text, startsAtMs: orNull(instantMs) })
const description = {
  name: text,
  url: orNull(text),
  image: orNull(text),
  status: oneOf(marketStatuses),
  fixture: orNull(fixture),
}
const market = { marketId, feed, topic }
const clocks = { asOfMs: instantMs, observedAtMs: instantMs, publishedAtMs: orNull(instantMs) }

const snapshotFields = {
  ...market,
  ...clocks,
  complete: v.boolean(),
  priceFormat: oneOf(priceFormats),
  market: v.object({ ...description, inPlay: v.boolean().nullable().optional() }),
  selections: v.array(
    v.object({
      id: selectionId,
      name: text,
      image: orNull(text),
      quotes: v.array(v.object({ bookmaker, ...quoteValue, publishedAtMs: orNull(instantMs) })),
    }),
  ),
}
const snapshot = v.object(snapshotFields).chain(coherent)
const envelope = { v: version, schema: schemaOf('snapshot-message'), traceparent: traceparent.optional() }
export const marketMessage: v.Type<SnapshotMessage> = told(
  v
    .object({
      ...envelope,
      kind: v.literal('market').optional(() => 'market' as const),
      unchangedUntilMs: orNull(instantMs),
      ...snapshotFields,
    })
    .chain(coherent),
  {},
)
export const goneMessage: v.Type<SnapshotMessage> = v.object({ ...envelope, kind: v.literal('gone'), ...market, ...clocks })

/** What the shape alone cannot say: ids belong to the feed, each quote is said once, each price is one in the stated format. */
function coherent<S extends Snapshot>(seen: S): v.ValitaResult<S> {
  if (!seen.marketId.startsWith(`${seen.feed}:`)) return v.err(`marketId: not one of feed ${seen.feed}`)
  const keys = new Set<string>()
  for (const selection of seen.selections) {
    for (const quote of selection.quotes) {
      const key = quoteKeyOf(selection.id, quote.bookmaker)
      if (keys.has(key)) return v.err(`selections: ${selection.id} quoted twice by ${quote.bookmaker}`)
      keys.add(key)
      for (const price of [quote.last, quote.back, quote.lay]) {
        if (price !== null && !isPrice(price, seen.priceFormat))
          return v.err(`selections: ${price} is no ${seen.priceFormat} price`)
      }
    }
  }
  return v.ok(seen)
}

/** The fields of a tick, and of a book, wherever they are read: on the socket, over HTTP, in the store. */
export const tickFields = {
  ...quoteValue,
  seq: counter,
  kind: growing(tickKinds, 'moved'),
  selectionId,
  selectionName: text,
  bookmaker,
  marketStatus: oneOf(marketStatuses),
  startsAtMs: orNull(instantMs),
  inPlay: orNull(v.boolean()),
  publishedAtMs: orNull(instantMs),
  observedAtMs: instantMs,
  storedAtMs: instantMs,
}
const tick: v.Type<Tick> = v.object(tickFields)
export const marketDelta = v.object({
  id: marketId,
  from: counter,
  to: counter,
  status: oneOf(marketStatuses),
  ticks: v.array(tick),
})
export const bookFields = {
  ...market,
  ...description,
  inPlay: orNull(v.boolean()),
  priceFormat: oneOf(priceFormats),
  seq: counter,
  openedAtMs: counter.optional(() => 0),
  changedAtMs: instantMs,
  selections: v.array(
    v.object({
      id: selectionId,
      name: text,
      image: orNull(text),
      quotes: v.array(
        v.object({
          ...quoteValue,
          bookmaker,
          decimalOdds: told(
            finite.map((n) => n as DecimalOdds),
            {},
          ).nullable(),
          impliedProbability: told(
            finite.map((n) => n as Probability),
            {},
          ).nullable(),
          seq: counter,
          changedAtMs: instantMs,
        }),
      ),
    }),
  ),
}
const book = v.object(bookFields)
export const feedHealth = v.object({
  feed,
  everyMs: orNull(finite),
  polledAtMs: instantMs,
  completeAtMs: orNull(instantMs),
  changedAtMs: orNull(instantMs),
  failure: orNull(v.object({ reason: text, sinceMs: instantMs, times: counter, retryAtMs: orNull(instantMs) })),
  markets: counter,
  selections: counter,
  published: counter,
  unchanged: counter,
  rejected: counter,
  lagMs: orNull(finite),
  quota: orNull(
    v.object({ remaining: finite, used: orNull(finite), resetsAtMs: orNull(instantMs), nextPollAtMs: orNull(instantMs) }),
  ),
  drift: v
    .object({ unknown: v.array(v.object({ field: text, count: counter })), vanished: v.array(text) })
    .optional(() => noDrift),
})
export const parseFeedHealth = (raw: unknown): Parsed<FeedHealth> => parse<FeedHealth>(feedHealth, raw)
export const dedupeCounts = v.object({
  feed,
  sinceMs: instantMs,
  countedAtMs: instantMs,
  fresh: counter,
  duplicate: counter,
  stale: counter,
  ticks: counter,
})
export const parseDedupeCounts = (raw: unknown): Parsed<DedupeCounts> => parse<DedupeCounts>(dedupeCounts, raw)
const evidence = v.object({
  marketId,
  selectionId,
  selectionName: text,
  bookmaker,
  priceFormat: oneOf(priceFormats),
  price: finite,
  point: orNull(finite),
  impliedProbability: finite,
  observedAtMs: instantMs,
  publishedAtMs: orNull(instantMs),
  before: orNull(v.object({ price: finite, impliedProbability: finite, observedAtMs: instantMs })),
})
const alertFields = {
  id,
  topic,
  marketId,
  marketName: text,
  selectionId: orNull(selectionId),
  selectionName: orNull(text),
  headline: text,
  size: finite,
  tookMs: orNull(finite),
  observedAtMs: instantMs,
  evidence: v.array(evidence),
}
export const alert = v.object({ ...alertFields, kind: oneOf(alertKinds) })
export const parseAlert = (raw: unknown): Parsed<Alert> => parse<Alert>(alert, raw)
/** A newer sender may raise alerts of a kind that this reader does not know; it passes over those alone. */
const anyKindOfAlert = told(v.string().assert(isWord, 'not a word'), { ...wordLimits, examples: alertKinds })
const knownAlerts = told(
  v.array(v.object({ ...alertFields, kind: anyKindOfAlert })).map((all) => all.filter(isKnownAlert) as Alert[]),
  {},
)
const isKnownAlert = ({ kind }: { kind: string }) => (alertKinds as readonly string[]).includes(kind)
const sent = { v: version, schema: schemaOf('board-message'), sentAtMs: instantMs }
export const boardMessage: v.Type<BoardMessage> = v.union(
  v.object({ ...sent, kind: v.literal('delta'), topic: id, markets: v.array(marketDelta) }),
  v.object({
    ...sent,
    kind: v.literal('feeds'),
    feeds: v.array(feedHealth),
    counts: v.array(dedupeCounts).optional(() => []),
  }),
  v.object({ ...sent, kind: v.literal('alert'), topic: id, alerts: knownAlerts }),
)
const marketsAnswer = v.object({ readAtMs: instantMs, markets: v.array(book) })
