import { bookmakerOf, marketIdOf, selectionIdOf, type Topic, topicOf } from '../../book/ids.ts'
import { type Snapshot, snapshotQuote, type SnapshotSelection } from '../../book/market.ts'
import type { MarketStatus, Outcome } from '../../book/quote.ts'
import { oneLine } from '../one-line.ts'
import { orNobody, otherSide } from '../other-side.ts'
import { kalshi, type RawEvent, type RawMarket } from './raw.ts'

/** Kalshi's words end here. `event` is told where the listing is one of events. */
export function toSnapshot(market: RawMarket, event: RawEvent | null, observedAtMs: number): Snapshot {
  const { ticker } = market
  const eventTicker = market.event_ticker ?? ticker
  const dash = eventTicker.indexOf('-')
  const series = dash < 0 ? eventTicker : eventTicker.slice(0, dash)
  const status = statusOf(market.status)
  const [yes, no] = status === 'settled' ? outcomesOf(market.result ?? '') : [null, null]
  const title = nameOf(market, eventTicker, event)
  const eventTitle = event?.title || market.title || eventTicker
  const name = oneLine(title) || ticker
  return {
    marketId: marketIdOf(kalshi, ticker),
    feed: kalshi,
    topic: topic(series, event?.category ?? null),
    asOfMs: observedAtMs,
    observedAtMs,
    publishedAtMs: null,
    complete: true,
    priceFormat: 'probability',
    market: {
      name,
      url: `https://kalshi.com/markets/${encodeURIComponent(series.toLowerCase())}`,
      image: null,
      status,
      fixture: {
        id: `${kalshi}:${eventTicker}`,
        name: eventTitle === title ? name : oneLine(eventTitle) || eventTicker,
        startsAtMs: null,
      },
    },
    selections: [selection(market, 'yes', status, yes), selection(market, 'no', status, no)],
  }
}

const bookmaker = bookmakerOf('kalshi')

/** Nobody sells No but he who buys Yes: either side's price says the other's, and Kalshi's own word on it is the same. */
function selection(market: RawMarket, side: 'yes' | 'no', status: MarketStatus, outcome: Outcome | null): SnapshotSelection {
  const back = orNobody(market.yesAsk)
  const lay = orNobody(market.yesBid)
  /** 0: never traded. */
  const last = market.last === 0 ? null : market.last
  const prices =
    side === 'yes'
      ? { last, back, lay }
      : {
          last: otherSide(last),
          back: market.noAsk === undefined ? otherSide(lay) : orNobody(market.noAsk),
          lay: market.noBid === undefined ? otherSide(back) : orNobody(market.noBid),
        }
  const quotes = [snapshotQuote(bookmaker, { ...prices, status, outcome })]
  return { id: selectionIdOf(kalshi, `${market.ticker}-${side}`), name: sideName(market, side), image: null, quotes }
}

/** Most markets have one and the same title for both sides. */
function sideName({ yes_sub_title: yes, no_sub_title: no }: RawMarket, side: 'yes' | 'no'): string {
  const own = side === 'yes' ? yes : no
  const name = own && yes !== no ? oneLine(own) : ''
  return name || (side === 'yes' ? 'Yes' : 'No')
}

/** The markets of one event often have one title, and differ by what they call Yes. Older ones have no title at all. */
function nameOf(market: RawMarket, eventTicker: string, event: RawEvent | null): string {
  const title = market.title || event?.title || ''
  const answer = market.yes_sub_title || market.subtitle || ''
  if (title === '') return answer === '' ? market.ticker : `${eventTicker}: ${answer}`
  return answer === '' || answer === title ? title : `${title} – ${answer}`
}

/**
 * As Kalshi's own filters group its words: a market is settled when it has paid. Before that its result may be disputed and amended. Of a
 * word that we do not know, nobody should believe that it lets him trade.
 */
function statusOf(word: string): MarketStatus {
  switch (word) {
    case 'active':
    case 'open':
      return 'open'
    case 'closed':
    case 'determined':
    case 'disputed':
    case 'amended':
      return 'closed'
    case 'finalized':
    case 'settled':
      return 'settled'
    default:
      return 'suspended'
  }
}

/** Of Yes and No in a settled market. No result: all was paid back. `scalar`: each was paid a part, so that neither has won. */
function outcomesOf(result: string): [Outcome, Outcome] | [null, null] {
  switch (result) {
    case 'yes':
      return ['won', 'lost']
    case 'no':
      return ['lost', 'won']
    case '':
    case 'void':
      return ['void', 'void']
    default:
      return [null, null]
  }
}

const sports = topicOf('sports')
const politics = topicOf('politics')

/** The category is told with an event alone; but the series of one sport begin alike. */
function topic(series: string, category: string | null): Topic {
  const isSport = category === null || category === '' ? sportsSeries.test(series) : sportsCategories.has(category.toLowerCase())
  return isSport ? sports : politics
}

const sportsCategories = new Set(['sports', 'esports'])
const sportsSeries = new RegExp(
  `^KX(?:MVESPORTS|${[
    'NFL|NCAA|MLB|NBA|WNBA|NHL|AHL|KHL|MLS|NWSL|EPL|EFL|FACUP|LALIGA|SERIEA|BUNDESLIGA|LIGUE1|LIGAMX|UCL|UEL|UEFA|FIFA|WCGAME|WCTOTAL|WCSPREAD',
    'ATP|WTA|ITF|DAVISCUP|PGA|LIVGOLF|RYDERCUP|F1RACE|F1FASTLAP|NASCAR|INDYCAR|MOTOGP|UFC|BOXING|IPL|T20|CRICKET|RUGBY|KBO|NPB|EUROLEAGUE|LOLGAME|CS2|DOTA2|VALORANT',
  ].join('|')})`,
)
