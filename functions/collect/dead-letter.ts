import { hash } from 'node:crypto'

import type { FeedName, MarketId } from '../book/ids.ts'

/** A market that a feed listed but that could not be read. `marketId` is null where not even the id could be. */
export type Rejected = { marketId: MarketId | null; reason: string; body: string }

/** What is kept of it for a person to look at. The same id again is the same trouble again, so adding twice is adding once (I5). */
export type DeadLetter = {
  id: string
  /** The container's partition: at this stage, which no event hub has seen yet, `collect:<feed>`. */
  hub: string
  feed: FeedName
  marketId: MarketId | null
  reason: string
  body: string
  atMs: number
}

/** A market that cannot be read is one of a few KB; a document of Cosmos DB may have 2 MB. */
const maxBodyLength = 16_384

/** The id leaves out the body, which differs on every poll while the trouble stays the same. */
export function deadLetterOf(feed: FeedName, rejected: Rejected, atMs: number): DeadLetter {
  const { marketId, reason } = rejected
  // Cosmos DB takes no id with one of / \ ? #
  const readable = (marketId ?? feed).replaceAll(/[/\\?#]/g, '_').slice(0, 200)
  return {
    id: `${readable}:${hash('sha256', `${marketId}\n${reason}`).slice(0, 24)}`,
    hub: `collect:${feed}`,
    feed,
    marketId,
    reason,
    body: rejected.body.slice(0, maxBodyLength),
    atMs,
  }
}
