import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  alertDocument,
  bookDocument,
  parseBookDocument,
  parseTickDocument,
  tickDocuments,
} from '../../functions/book/documents.ts'
import type { DedupeCounts, FeedHealth } from '../../functions/book/feed-health.ts'
import { feedName } from '../../functions/book/ids.ts'
import type { SchemaName } from '../../functions/book/schema-ids.ts'
import {
  type MarketDelta,
  parseAlert,
  parseBoardMessage,
  parseBook,
  parseDedupeCounts,
  type Parsed,
  parseFeedHealth,
  parseMarketDelta,
  parseMarketsAnswer,
} from '../../functions/book/wire.ts'
import { judge } from '../../functions/dedupe/judge.ts'
import { boardFrame } from '../../functions/fanout/web-pubsub.ts'
import { pricedBook } from '../../functions/view/priced-book.ts'
import { alertOf } from '../support/alerts.ts'
import { feed, politics, quoted, snapshotOf } from '../support/arbitrary.ts'
import { type JsonValue, spoilt } from '../support/fuzz.ts'
import { publishedCheck } from '../support/schema-check.ts'

const verdict = judge(
  snapshotOf('m', 1_000, { startsAtMs: 5_000, selections: [quoted('a', { back: 0.5, lay: 0.4 }), quoted('b', { back: 0.6 })] }),
  { partition: '0', sequence: 7 },
  undefined,
  2_000,
)
if (verdict.kind !== 'fresh') throw new Error('a first message is fresh')
const { book, ticks } = verdict
const delta: MarketDelta = { id: book.marketId, from: 1, to: 2, status: 'open', ticks: [...ticks] }
const health: FeedHealth = {
  feed,
  everyMs: 60_000,
  polledAtMs: 1_000,
  completeAtMs: 900,
  changedAtMs: null,
  failure: { reason: 'answered 500', sinceMs: 1_000, times: 2, retryAtMs: 3_000 },
  markets: 1,
  selections: 2,
  published: 3,
  unchanged: 4,
  rejected: 5,
  lagMs: 600,
  quota: { remaining: 5, used: null, resetsAtMs: 9_000, nextPollAtMs: null },
  drift: { unknown: [{ field: 'market.new', count: 3 }], vanished: ['market.old'] },
}
const counts: DedupeCounts = { feed: feedName('other'), sinceMs: 1, countedAtMs: 5, fresh: 1, duplicate: 2, stale: 3, ticks: 4 }
const sentAtMs = 3_000

const sent: [SchemaName, object, (raw: unknown) => Parsed<unknown>][] = [
  ['board-message', boardFrame({ v: 1, kind: 'delta', topic: politics, sentAtMs, markets: [delta] }), parseBoardMessage],
  ['board-message', boardFrame({ v: 1, kind: 'feeds', sentAtMs, feeds: [health], counts: [counts] }), parseBoardMessage],
  ['board-message', boardFrame({ v: 1, kind: 'alert', topic: politics, sentAtMs, alerts: [alertOf('a')] }), parseBoardMessage],
  ['markets-answer', { readAtMs: 5, markets: [pricedBook(book)], next: null }, parseMarketsAnswer],
  ['market-answer', pricedBook(book), parseBook],
  ['market-delta', delta, parseMarketDelta],
  ['book-document', bookDocument(book, 86_400), parseBookDocument],
  ['tick-document', tickDocuments(ticks, book, 60)[0] ?? {}, parseTickDocument],
  ['feed-document', { id: feed, ...health, openMarkets: [], digest: 'x' }, parseFeedHealth],
  ['counts-document', { id: 'dedupe:other', type: 'dedupe-counts', ...counts }, parseDedupeCounts],
  ['alert-document', alertDocument(alertOf('a')), parseAlert],
]

describe('whatever a schema of ours promises, our reader reads', () => {
  it.each(sent)('%s', (name, message, parse) => {
    const check = publishedCheck(name)
    const body = JSON.parse(JSON.stringify(message)) as JsonValue
    expect([check(body), parse(body).ok]).toEqual([undefined, true])
    fc.assert(
      fc.property(spoilt(body), ({ body: broken }) => {
        if (check(broken) === undefined) expect(parse(broken)).toMatchObject({ ok: true })
      }),
      { numRuns: 800 },
    )
  })
})
