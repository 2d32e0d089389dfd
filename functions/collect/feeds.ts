import type { FeedDefaults, FeedSettings } from '../settings.ts'
import type { Feed } from './feed.ts'
import { kalshiFeed } from './kalshi/feed.ts'
import { oddsApiFeed } from './odds-api/feed.ts'
import { polymarketFeed } from './polymarket/feed.ts'
import { predictItFeed } from './predictit/feed.ts'
import { intervalMsOf } from './schedule.ts'
import { simulatedFeed } from './simulated/feed.ts'

/** Every feed that can be polled, and how it is unless settings say otherwise. A new one is its folder, and its line here. */
export const polledFeeds: Readonly<Record<string, PolledFeed>> = {
  predictit: { url: 'https://www.predictit.org/api/marketdata/all/', schedule: '*/30 * * * * *', open: predictItFeed },
  polymarket: {
    url: 'https://gamma-api.polymarket.com/markets/keyset?closed=false&active=true&order=volume24hr&ascending=false',
    schedule: '*/30 * * * * *',
    options: { PAGES: '5' },
    open: polymarketFeed,
  },
  kalshi: {
    url: 'https://api.elections.kalshi.com/trade-api/v2/markets?status=open&mve_filter=exclude',
    schedule: '*/30 * * * * *',
    options: { PAGES: '2' },
    open: kalshiFeed,
  },
  'odds-api': {
    url: 'https://api.the-odds-api.com',
    schedule: '0 * * * * *',
    needsKey: 'A key is had at https://the-odds-api.com; one with 500 credits a month is free.',
    options: {
      SPORTS: 'americanfootball_nfl,basketball_nba,baseball_mlb,icehockey_nhl',
      REGIONS: 'us',
      MARKETS: 'h2h,spreads,totals',
      ODDS_FORMAT: 'decimal',
      BOOKMAKERS: '',
    },
    open: oddsApiFeed,
  },
  simulated: { url: 'seed:1', schedule: '* * * * * *', open: simulatedFeed },
}

export type PolledFeed = FeedDefaults & { schedule: string; open: (options: FeedOptions) => Feed }
/** `options` are those that the feed's line names, each with a value. A feed throws where one makes no sense, and says what would. */
export type FeedOptions = {
  url: string
  key: string | undefined
  everyMs: number
  options: Readonly<Record<string, string>>
}

export function openFeed(name: string, { url, schedule, key, options }: FeedSettings): Feed {
  const known = polledFeeds[name]
  if (known === undefined) throw new Error(`FEEDS names "${name}", which nothing in functions/collect polls`)
  return known.open({ url, key, options, everyMs: intervalMsOf(schedule) })
}
