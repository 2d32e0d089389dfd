import { quotesOf } from './count-odds-api.ts'
import { type Event, recordedOdds, type RecordedSet } from './odds-api.ts'
import { kalshi2024, kalshiHistory, kalshiRecorded, polymarketRecorded } from './recorded-venues.ts'
import { predictItBodies } from './recordings.ts'

/**
 * What each venue shows at its `poll`-th answer, from 1, out of the raw recordings by code that shares nothing with the pipeline:
 * `<market> <selection> <bookmaker>` of ours, and its back, lay and point. Prediction markets by the side that the venue prices.
 */
export async function shownByRecordings(feed: string, poll: number): Promise<Map<string, string>> {
  switch (feed) {
    case 'predictit':
      return shownByPredictIt(poll)
    case 'odds-api':
      return new Map([
        ...shownByBookmakers('mlb', 'baseball_mlb', poll),
        ...shownByBookmakers('nfl', 'americanfootball_nfl', poll),
      ])
    case 'polymarket':
      return shownByPolymarket()
    case 'kalshi':
      return shownByKalshi(poll)
    default:
      throw new Error(`nothing is known of ${feed}`)
  }
}

type Market = { id: number; contracts: { id: number; bestBuyYesCost: number | null; bestSellYesCost: number | null }[] }

async function shownByPredictIt(poll: number): Promise<Map<string, string>> {
  const { markets } = JSON.parse((await predictItBodies())[poll - 1]?.text ?? '') as { markets: Market[] }
  const rows = markets.flatMap(({ id, contracts }) =>
    contracts.map(
      ({ id: contract, bestBuyYesCost, bestSellYesCost }) =>
        [`predictit:${id} predictit:${contract} predictit`, `${bestBuyYesCost} ${bestSellYesCost} null`] as const,
    ),
  )
  return new Map(rows)
}

function shownByBookmakers(set: RecordedSet, sport: string, poll: number): Map<string, string> {
  const quotes = quotesOf(JSON.parse(recordedOdds(set)[poll - 1]?.text ?? '') as Event[])
  const rows = [...quotes].map(([key, value]) => {
    const [, event, market, bookmaker, name] = /^(\S+) (\S+) (\S+) (.+)$/.exec(key) ?? []
    const [price, point] = value.split(' ')
    return [`odds-api:${sport}:${event}:${market} odds-api:${name} ${bookmaker}`, `${price} null ${point}`] as const
  })
  return new Map(rows)
}

function shownByPolymarket(): Map<string, string> {
  const rows = polymarketRecorded().map(({ id, clobTokenIds, bestBid, bestAsk }) => {
    const [token] = JSON.parse(clobTokenIds) as string[]
    return [`polymarket:${id} polymarket:${token} polymarket`, `${Number(bestAsk)} ${Number(bestBid)} null`] as const
  })
  return new Map(rows)
}

function shownByKalshi(poll: number): Map<string, string> {
  const history = kalshiHistory()
  const instant = [...new Set(history.map(({ ts }) => ts))].sort((a, b) => a - b)[poll - 1] ?? 0
  const states = history.filter(({ ts }) => ts <= instant)
  const cents = [...kalshi2024(), ...states].map(
    ({ ticker, yes_bid, yes_ask }) => [ticker, Number(yes_ask) / 100, Number(yes_bid) / 100] as const,
  )
  const dollars = kalshiRecorded().map(
    ({ ticker, yes_bid_dollars, yes_ask_dollars }) => [ticker, Number(yes_ask_dollars), Number(yes_bid_dollars)] as const,
  )
  const orNull = (price: number) => (price <= 0 || price >= 1 ? null : price)
  return new Map(
    [...cents, ...dollars].map(([ticker, ask, bid]) => [
      `kalshi:${ticker} kalshi:${ticker}-yes kalshi`,
      `${orNull(ask)} ${orNull(bid)} null`,
    ]),
  )
}
