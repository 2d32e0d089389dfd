import { bookmakerOf, marketIdOf, selectionIdOf, topicOf } from '../../book/ids.ts'
import { type Snapshot, snapshotQuote, type SnapshotSelection } from '../../book/market.ts'
import type { MarketStatus } from '../../book/quote.ts'
import { predictIt, type RawContract, type RawMarket } from './raw.ts'

/** PredictIt's words end here. All of its markets are politics, and the venue itself is who quotes. */
export function toSnapshot(market: RawMarket, observedAtMs: number, publishedAtMs: number | null): Snapshot {
  const status = statusOf(market.status)
  return {
    marketId: marketIdOf(predictIt, market.id),
    feed: predictIt,
    topic: politics,
    asOfMs: observedAtMs,
    observedAtMs,
    publishedAtMs,
    complete: true,
    priceFormat: 'probability',
    market: { name: market.name, url: market.url, image: market.image, status, fixture: null },
    selections: inOrder(market.contracts).map((contract) => toSelection(contract, status)),
  }
}

const politics = topicOf('politics')
const bookmaker = bookmakerOf('predictit')

/** They nearly always are, and looking is much faster than sorting. */
function inOrder(contracts: readonly RawContract[]): readonly RawContract[] {
  const are = contracts.every(({ displayOrder }, i) => displayOrder >= (contracts[i - 1]?.displayOrder ?? displayOrder))
  return are ? contracts : contracts.toSorted((a, b) => a.displayOrder - b.displayOrder)
}

function toSelection(contract: RawContract, market: MarketStatus): SnapshotSelection {
  const last = contract.lastTradePrice === 0 ? null : contract.lastTradePrice
  const back = contract.bestBuyYesCost
  const lay = contract.bestSellYesCost
  const status = market === 'open' ? statusOf(contract.status) : market
  const quotes = [snapshotQuote(bookmaker, { last, back, lay, status })]
  return { id: selectionIdOf(predictIt, contract.id), name: contract.name, image: contract.image, quotes }
}

/** "Open" is the only word ever seen. Of one that we do not know, nobody should believe that it lets him trade. */
function statusOf(word: string): MarketStatus {
  switch (word.trim().toLowerCase()) {
    case 'open':
      return 'open'
    case 'closed':
    case 'ended':
      return 'closed'
    case 'settled':
    case 'resolved':
      return 'settled'
    default:
      return 'suspended'
  }
}
