import type { Snapshot } from '../../../functions/book/market.ts'
import type { Rejected } from '../../../functions/collect/dead-letter.ts'
import { readPage as readKalshi } from '../../../functions/collect/kalshi/feed.ts'
import { readSport } from '../../../functions/collect/odds-api/read.ts'
import { readPage as readPolymarket } from '../../../functions/collect/polymarket/feed.ts'
import { readMarkets } from '../../../functions/collect/predictit/read.ts'
import { predictItBody } from '../predictit-body.ts'
import { kalshiBody, oddsBody, polymarketBody } from './invented.ts'
import type { Reading } from './measure.ts'
import { recordedBodies } from './recorded.ts'

/** `asked`: where on the venue, so many times; `invent`: a body, for where nothing was recorded. */
type Polled = {
  feed: string
  what: string
  asked: { address: string; times: number }
  invent: (() => string) | undefined
  read: (json: unknown) => Answer
}
type Listed = { snapshots: readonly Snapshot[]; rejected: readonly Rejected[] }
/** The readers agree on what a listing is, and not on how it is told that there is none. */
type Answer = Listed | { value: Listed } | object

const observedAtMs = Date.UTC(2026, 0, 1)
const oddsQuery = 'apiKey=any&regions=us&oddsFormat=american&markets=h2h,spreads,totals'

const all: readonly Polled[] = [
  {
    feed: 'predictit',
    what: 'all markets',
    asked: { address: '/api/marketdata/all/', times: 20 },
    invent: () => predictItBody(0, { markets: 160, selectionsPerMarket: 5 }),
    read: (json) => readMarkets(json, observedAtMs, null),
  },
  {
    feed: 'odds-api',
    what: 'one sport',
    asked: { address: `/v4/sports/baseball_mlb/odds?${oddsQuery}`, times: 20 },
    invent: () => oddsBody('baseball_mlb'),
    read: (json) => readSport(json, { sport: 'baseball_mlb', format: 'american', observedAtMs }),
  },
  {
    feed: 'polymarket',
    what: 'one page',
    asked: { address: '/markets/keyset?limit=100', times: 1 },
    invent: () => polymarketBody(100),
    read: (json) => readPolymarket(json, observedAtMs),
  },
  {
    feed: 'kalshi',
    what: 'one page',
    // The first five of the recorded markets have today's shape.
    asked: { address: '/trade-api/v2/markets?limit=5', times: 1 },
    invent: () => kalshiBody(300),
    read: (json) => readKalshi(json, observedAtMs),
  },
  {
    feed: 'kalshi',
    what: 'one page, of 2024 nearly all',
    asked: { address: '/trade-api/v2/markets?limit=1000', times: 5 },
    invent: undefined,
    read: (json) => readKalshi(json, observedAtMs),
  },
]

/** Every feed that is polled: the bodies of some polls, and what reads one. */
export async function polledReadings(): Promise<Reading[]> {
  return (await Promise.all(all.map(readingOf))).flatMap((reading) => reading ?? [])
}

async function readingOf({ feed, what, asked, invent, read }: Polled): Promise<Reading | undefined> {
  const recorded = await recordedBodies(feed, asked.address, asked.times)
  const texts = recorded.length > 0 ? recorded : invent === undefined ? [] : [invent()]
  if (texts.length === 0) return undefined
  return {
    feed,
    what,
    unit: 'bodies',
    recorded: recorded.length > 0,
    texts,
    read(bodies) {
      let snapshots = 0
      for (const body of bodies) {
        const answer = read(JSON.parse(body))
        const listed = 'value' in answer ? answer.value : answer
        if (!isListed(listed) || listed.rejected.length > 0)
          throw new Error(`${feed} could not read all: ${JSON.stringify(answer).slice(0, 500)}`)
        snapshots += listed.snapshots.length
      }
      return snapshots
    },
  }
}

const isListed = (answer: object): answer is Listed => 'snapshots' in answer
