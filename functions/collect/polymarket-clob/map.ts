import { bookmakerOf, feedName, type MarketId, marketIdOf, selectionIdOf, type Topic, topicOf } from '../../book/ids.ts'
import type { Snapshot, SnapshotSelection } from '../../book/market.ts'
import type { Outcome } from '../../book/quote.ts'
import { toSnapshot } from '../polymarket/map.ts'
import type { ListedMarket } from './raw.ts'

export const polymarketClob = feedName('polymarket-clob')
const bookmaker = bookmakerOf('polymarket')

export const clobMarketId = (conditionId: string): MarketId => marketIdOf(polymarketClob, conditionId)

/** What is known of a market beside its prices. */
export type Described = { topic: Topic; market: Snapshot['market']; selections: readonly DescribedSelection[] }
export type DescribedSelection = { token: string; name: string; outcome: Outcome | null }

/** In the same words as the feed that polls Polymarket: it is the same market. */
export function describe({ market }: ListedMarket, observedAtMs: number): Described {
  const told = toSnapshot(market, observedAtMs)
  return {
    topic: told.topic,
    market: told.market,
    selections: market.clobTokenIds.map((token, place) => ({
      token,
      name: told.selections[place]?.name ?? '',
      outcome: told.selections[place]?.quotes[0]?.outcome ?? null,
    })),
  }
}

/** A market that was asked for by its tokens alone, and that Polymarket's listing does not know. */
export function undescribed(conditionId: string, tokens: readonly string[]): Described {
  const name = `Market ${short(conditionId)}`
  return {
    topic: topicOf('politics'),
    market: { name, url: null, image: null, status: 'open', fixture: null },
    selections: tokens.map((token) => ({ token, name: `Token ${short(token)}`, outcome: null })),
  }
}

const short = (id: string) => (id.length <= 12 ? id : `${id.slice(0, 6)}…${id.slice(-4)}`)

export function resolved({ market, selections, ...rest }: Described, winner: string): Described {
  return {
    ...rest,
    market: { ...market, status: 'settled' },
    selections: selections.map((selection) => ({ ...selection, outcome: selection.token === winner ? 'won' : 'lost' })),
  }
}

export type Prices = { last: number | null; bid: number | null; ask: number | null }

/** Whoever buys a token pays what is asked for it. */
export function selectionOf({ token, name, outcome }: DescribedSelection, { last, bid, ask }: Prices): SnapshotSelection {
  const status = outcome === null ? 'open' : 'settled'
  const quote = { bookmaker, last, back: ask, lay: bid, point: null, status, outcome, publishedAtMs: null } as const
  return { id: selectionIdOf(polymarketClob, token), name, image: null, quotes: [quote] }
}
