import type { Snapshot } from '../../../functions/book/market.ts'
import type { Rejected } from '../../../functions/collect/dead-letter.ts'
import { readPage as readKalshi } from '../../../functions/collect/kalshi/feed.ts'
import { readSport } from '../../../functions/collect/odds-api/read.ts'
import { readPage as readPolymarket } from '../../../functions/collect/polymarket/feed.ts'
import { readMarkets } from '../../../functions/collect/predictit/read.ts'
import { predictItBody } from '../predictit-body.ts'
import { kalshiBody, oddsBody, polymarketBody } from './invented.ts'
import type { Reading } from './measure.ts'
import { recordedBodies, times } from './recorded.ts'

const observedAtMs = Date.UTC(2026, 0, 1)

/** Every feed that is polled: the bodies of some polls, and the function that reads one. */
export async function polledReadings(): Promise<Reading[]> {
  return [
    await reading(
      'predictit',
      times(20, '/api/marketdata/all/'),
      () => predictItBody(0, { markets: 160, selectionsPerMarket: 5 }),
      (json) => readMarkets(json, observedAtMs, null),
    ),
    await reading(
      'odds-api',
      times(20, oddsAddress('baseball_mlb')),
      () => oddsBody('baseball_mlb'),
      (json) => readSport(json, { sport: 'baseball_mlb', format: 'american', observedAtMs }),
    ),
    await reading(
      'polymarket',
      ['/markets/keyset?limit=100'],
      () => polymarketBody(100),
      (json) => readPolymarket(json, observedAtMs),
    ),
    await reading(
      'kalshi',
      times(5, '/trade-api/v2/markets?limit=1000'),
      () => kalshiBody(300),
      (json) => readKalshi(json, observedAtMs),
    ),
  ]
}

const oddsAddress = (sport: string) =>
  `/v4/sports/${sport}/odds?apiKey=any&regions=us&oddsFormat=american&markets=h2h,spreads,totals`

type Listed = { snapshots: readonly Snapshot[]; rejected: readonly Rejected[] }
/** The readers agree on what a listing is, and not on how it is told that there is none. */
type Answer = Listed | { value: Listed } | object

async function reading(
  feed: string,
  addresses: readonly string[],
  invent: () => string,
  read: (json: unknown) => Answer,
): Promise<Reading> {
  const recorded = await recordedBodies(feed, addresses)
  return {
    feed,
    unit: 'bodies',
    recorded: recorded.length > 0,
    texts: recorded.length > 0 ? recorded : times(5, invent()),
    read(texts) {
      let markets = 0
      for (const text of texts) {
        const answer = read(JSON.parse(text))
        const listed = 'value' in answer ? answer.value : answer
        if (!isListed(listed) || listed.rejected.length > 0)
          throw new Error(`${feed} could not read all: ${JSON.stringify(answer).slice(0, 500)}`)
        markets += listed.snapshots.length
      }
      return markets
    },
  }
}

const isListed = (answer: object): answer is Listed => 'snapshots' in answer
