import { type Database, ErrorResponse } from '@azure/cosmos'
import * as v from '@badrap/valita'

import type { FeedName, MarketId, Topic } from '../book/ids.ts'
import { parse, parseFeedHealth } from '../book/wire.ts'
import type { DeadLetters, FeedStore } from './collect.ts'
import type { FeedRecord } from './feed.ts'

const deadlineMs = 8_000

/** A feed's health stands flat in its document, since others read it there; what only collect needs is beside it. */
export function feedStore(database: Database): FeedStore {
  const feeds = database.container('feeds')
  return {
    async load(feed) {
      const { resource } = await feeds.item(feed, feed).read<object>(deadline())
      return resource === undefined ? undefined : readRecord(feed, resource)
    },
    async save({ health, openMarkets, digest }) {
      await feeds.items.upsert({ id: health.feed, ...health, openMarkets, digest }, deadline())
    },
  }
}

function readRecord(feed: FeedName, document: object): FeedRecord {
  const health = parseFeedHealth(document)
  const own = parse<Pick<FeedRecord, 'openMarkets' | 'digest'>>(ownFields, document)
  if (!health.ok || !own.ok) {
    const reason = health.ok ? (own.ok ? '' : own.reason) : health.reason
    throw new Error(
      `The stored state of feed ${feed} cannot be read: ${reason}. Delete the document, and the next poll writes it anew`,
    )
  }
  return { health: health.value, ...own.value }
}

const openMarket = v.object({
  marketId: v.string().map((id) => id as MarketId),
  topic: v.string().map((topic) => topic as Topic),
})
const ownFields = v.object({ openMarkets: v.array(openMarket), digest: v.string() })

const conflict = 409

/** The same trouble twice is one letter: its id says so, and the store refuses the second. */
export function deadLetterStore(database: Database): DeadLetters {
  const letters = database.container('dead-letters')
  return {
    async add(all) {
      for (const { atMs, ...letter } of all) {
        try {
          await letters.items.create({ ...letter, at: new Date(atMs).toISOString() }, deadline())
        } catch (error) {
          if (!(error instanceof ErrorResponse && error.code === conflict)) throw error
        }
      }
    },
  }
}

const deadline = () => ({ abortSignal: AbortSignal.timeout(deadlineMs) })
