import type { MarketId } from '../../book/ids.ts'
import type { SnapshotMessage } from '../../book/wire.ts'
import { dropOldest, valueHash } from '../memory.ts'

/**
 * What one worker remembers of one pushing feed. Losing it costs some counts and nothing else: no message is left out because of it, for
 * between two pushes to this worker another one may have had a third.
 */
export type PushMemory = {
  /** Of at most 20,000 markets (I9): the hash of the value last taken, and how many selections were in it. */
  markets: Map<MarketId, { hash: string; selections: number }>
  /** The ids of at most 1,000 dead letters. */
  deadLetters: Set<string>
}

const maxMarkets = 20_000
const maxFeeds = 16

/** Of each feed; of too many, of those that pushed last. */
export function pushMemories(): (feed: string) => PushMemory {
  const feeds = new Map<string, PushMemory>()
  return (feed) => {
    const memory = feeds.get(feed) ?? { markets: new Map(), deadLetters: new Set() }
    feeds.delete(feed)
    feeds.set(feed, memory)
    dropOldest(feeds, maxFeeds)
    return memory
  }
}

/** Whether some market that was known is another than it was. */
export function rememberTaken({ markets }: PushMemory, messages: readonly SnapshotMessage[]): boolean {
  let moved = false
  for (const message of messages) {
    const before = markets.get(message.marketId)
    markets.delete(message.marketId)
    if (message.kind === 'gone') moved ||= before !== undefined
    else {
      const hash = valueHash(message)
      moved ||= before !== undefined && before.hash !== hash
      markets.set(message.marketId, { hash, selections: Math.max(before?.selections ?? 0, message.selections.length) })
    }
  }
  dropOldest(markets, maxMarkets)
  return moved
}
