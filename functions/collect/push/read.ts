import { topicNames } from '../../../infra/names.ts'
import type { Drift } from '../../book/feed-health.ts'
import type { FeedName, MarketId } from '../../book/ids.ts'
import { type Parsed, parseSnapshotMessage, type SnapshotMessage } from '../../book/wire.ts'
import type { Rejected } from '../dead-letter.ts'
import { driftOf, type KnownObjects } from '../drift.ts'
import { reasonOf } from '../one-line.ts'
import { toSnapshot } from './aws-sample/map.ts'
import { knownOdds, parseOdds, readableId } from './aws-sample/raw.ts'
import type { PushedBody } from './body.ts'
import { completed, withFeed } from './own.ts'

/** What one item of a push is to us: in the order of the body. */
export type ReadItem = { ok: true; message: SnapshotMessage } | { ok: false; rejected: Rejected }
export type ReadBody = { items: readonly ReadItem[]; drift: Drift }

/** Each item is read alone, so that a malformed one costs nobody but itself (I7). */
export function readItems({ shape, items }: PushedBody, feed: FeedName, atMs: number): ReadBody {
  const { read, idIn, known } = shapes[shape]
  return {
    items: items.map((raw) => {
      const message = withTopic(read(raw, feed, atMs), atMs)
      if (message.ok) return { ok: true, message: message.value }
      return { ok: false, rejected: { marketId: idIn(raw, feed), reason: message.reason, body: textOf(raw) } }
    }),
    drift: driftOf([known(items)]),
  }
}

/** As JSON, unless it is nested so deep that it can be read but not written. */
function textOf(raw: unknown): string {
  try {
    return JSON.stringify(raw)
  } catch (error) {
    return reasonOf(error)
  }
}

type Shape = {
  /** As a message of ours that is still to be checked. */
  read: (raw: unknown, feed: FeedName, atMs: number) => Parsed<object>
  idIn: (raw: unknown, feed: FeedName) => MarketId | null
  known: (items: readonly unknown[]) => KnownObjects
}

const shapes: Record<PushedBody['shape'], Shape> = {
  own: {
    read(raw, feed, atMs) {
      if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return { ok: false, reason: 'message: expected object' }
      if ('feed' in raw && raw.feed !== feed) return { ok: false, reason: `feed: not ${feed}, to which it was pushed` }
      return { ok: true, value: completed(raw, feed, atMs) }
    },
    idIn(raw, feed) {
      const id = typeof raw === 'object' && raw !== null && 'marketId' in raw ? withFeed(raw.marketId, feed) : null
      return typeof id === 'string' ? readableMarketId(id, feed) : null
    },
    known: (objects) => ({ name: 'market', always: ['marketId'], sometimes: ownFields, objects }),
  },
  'aws-sample': {
    read(raw, feed, atMs) {
      const odds = parseOdds(raw)
      return odds.ok ? { ok: true, value: { v: 1, kind: 'market', ...toSnapshot(odds.value, feed, atMs) } } : odds
    },
    idIn(raw, feed) {
      const id = readableId(raw)
      return id === null ? null : readableMarketId(`${feed}:${id}`, feed)
    },
    known: knownOdds,
  },
}

const ownFields = [
  'v',
  'schema',
  'kind',
  'feed',
  'topic',
  'asOfMs',
  'observedAtMs',
  'publishedAtMs',
  'unchangedUntilMs',
  'complete',
  'priceFormat',
  'market',
  'selections',
]

function readableMarketId(id: string, feed: FeedName): MarketId | null {
  return id.length > feed.length + 1 && id.length <= 256 && !/[\r\n]/.test(id) ? (id as MarketId) : null
}

function withTopic(said: Parsed<object>, atMs: number): Parsed<SnapshotMessage> {
  if (!said.ok) return said
  const topic = 'topic' in said.value ? said.value.topic : undefined
  if (!topicNames.some((name) => name === topic)) {
    const found =
      topic === undefined ? 'missing' : typeof topic === 'string' ? `${JSON.stringify(topic.slice(0, 50))} is none` : 'no text'
    return { ok: false, reason: `topic: ${found}; there are ${topicNames.join(', ')}` }
  }
  return parseSnapshotMessage(said.value, atMs)
}
