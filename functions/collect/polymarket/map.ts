import { bookmakerOf, marketIdOf, selectionIdOf, topicOf } from '../../book/ids.ts'
import { type Fixture, type Snapshot, snapshotQuote, type SnapshotSelection } from '../../book/market.ts'
import type { MarketStatus, Outcome } from '../../book/quote.ts'
import { orNobody, otherSide } from '../other-side.ts'
import { polymarket, type RawMarket } from './raw.ts'

/** Polymarket's words end here. */
export function toSnapshot(market: RawMarket, observedAtMs: number): Snapshot {
  const ended = endOf(market)
  const status = statusOf(market, ended)
  return {
    marketId: marketIdOf(polymarket, market.id),
    feed: polymarket,
    topic: isSport(market) ? sports : politics,
    asOfMs: observedAtMs,
    observedAtMs,
    publishedAtMs: market.updatedAt,
    complete: true,
    priceFormat: 'probability',
    market: {
      name: market.question,
      url: urlOf(market.slug),
      image: market.image ?? market.icon,
      status,
      fixture: fixtureOf(market),
      inPlay: market.gameStartTime === null ? null : (market.events?.live ?? null),
    },
    selections: market.outcomes.map((_, place) => toSelection(market, place, status, ended?.[place] ?? null)),
  }
}

const politics = topicOf('politics')
const sports = topicOf('sports')
const bookmaker = bookmakerOf('polymarket')

function toSelection(market: RawMarket, place: number, status: MarketStatus, outcome: Outcome | null): SnapshotSelection {
  const id = market.clobTokenIds?.[place] ?? `${market.id}-${place}`
  const quotes = [snapshotQuote(bookmaker, { ...pricesOf(market, place), status, outcome })]
  return { id: selectionIdOf(polymarket, id), name: market.outcomes[place] ?? '', image: null, quotes }
}

/** Bid, ask and last trade are told of the first outcome, and so of the second where there are two. Of more only the price in the middle is. */
function pricesOf({ outcomes, outcomePrices, bestBid, bestAsk, lastTradePrice }: RawMarket, place: number) {
  if (outcomes.length > 2) return { last: outcomePrices?.[place] ?? null, back: null, lay: null }
  /** 0: never traded. */
  const last = lastTradePrice === 0 ? null : lastTradePrice
  const back = orNobody(bestAsk)
  const lay = orNobody(bestBid)
  return place === 0 ? { last, back, lay } : { last: otherSide(last), back: otherSide(lay), lay: otherSide(back) }
}

function statusOf({ closed, archived, active, acceptingOrders }: RawMarket, ended: readonly Outcome[] | null): MarketStatus {
  if (closed) return ended === null ? 'closed' : 'settled'
  if (archived === true) return 'closed'
  return active === false || acceptingOrders === false ? 'suspended' : 'open'
}

/**
 * How each outcome ended: what pays 1 has won. All paying the same after the resolution give everybody his stake back. A market that is
 * closed shows its last prices until then.
 */
function endOf({ closed, outcomePrices, umaResolutionStatus }: RawMarket): Outcome[] | null {
  if (!closed || outcomePrices === undefined || outcomePrices.length < 2) return null
  const won = outcomePrices.filter((price) => price === 1).length
  const lost = outcomePrices.filter((price) => price === 0).length
  if (won === 1 && won + lost === outcomePrices.length) return outcomePrices.map((price) => (price === 1 ? 'won' : 'lost'))
  const even = outcomePrices.every((price) => price !== null && price > 0 && price === outcomePrices[0])
  return even && umaResolutionStatus === 'resolved' ? outcomePrices.map(() => 'void') : null
}

const isSport = ({ sportsMarketType, gameStartTime }: RawMarket) => Boolean(sportsMarketType) || gameStartTime !== null

/** Only a game has a start; of an election `startDate` says when its market began. */
function fixtureOf({ id, question, gameStartTime, events }: RawMarket): Fixture | null {
  if (gameStartTime === null) return null
  return { id: `${polymarket}:${events?.id ?? id}`, name: events?.title ?? question, startsAtMs: gameStartTime }
}

const urlOf = (slug: string | null) =>
  slug !== null && /^[\w.-]{1,500}$/.test(slug) ? `https://polymarket.com/market/${slug}` : null
