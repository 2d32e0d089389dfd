import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import type { Feed } from '../../functions/collect/feed.ts'
import { polledFeeds } from '../../functions/collect/feeds.ts'
import type { GetAnswer } from '../../functions/collect/http-get.ts'
import { oddsApiFeed } from '../../functions/collect/odds-api/feed.ts'
import { recordingsFolder } from './recordings.ts'

export type Outcome = { name: string; price: number; point?: number; description?: string }
export type Market = { key: string; last_update: string; outcomes: Outcome[] }
export type Bookmaker = { key: string; title: string; last_update: string; markets: Market[] }
export type Event = {
  id: string
  sport_key: string
  sport_title: string
  commence_time: string
  home_team: string | null
  away_team: string | null
  bookmakers: Bookmaker[]
}

/**
 * Invented bodies. `american`: two games and three bookmakers. `decimal`: an exchange that lays, a ladder of totals, bets on
 * players. `politics`: an election, which has no teams.
 */
export const oddsApiBody = (name: 'american' | 'decimal' | 'politics'): Event[] =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../fixtures/odds-api/${name}.json`), 'utf8')) as never

/** A market of the first event, as a bookmaker has it; to be changed by a test. */
export function marketIn(body: readonly Event[], bookmaker: string, market: string): Market {
  const found = body[0]?.bookmakers.find(({ key }) => key === bookmaker)?.markets.find(({ key }) => key === market)
  if (found === undefined) throw new Error(`no ${market} of ${bookmaker}`)
  return found
}

export const sportOf = { mlb: 'baseball_mlb', nfl: 'americanfootball_nfl' }
export type RecordedSet = keyof typeof sportOf

export type Recorded = { fetchedAtMs: number; text: string }

/** Recorded bodies of one sport in the order of their fetch times, each read when it is asked for. */
export function recordedOdds(set: RecordedSet): Recorded[] {
  const folder = path.join(recordingsFolder() ?? '', 'odds-api', set)
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      fetchedAtMs: Date.parse(file.replace(/T(\d\d)-(\d\d)-(\d\d)Z.*/, 'T$1:$2:$3Z')),
      get text() {
        return gunzipSync(readFileSync(path.join(folder, file))).toString()
      },
    }))
}

/** Recorded bodies in decimal odds; the list of sports, which is recorded beside them, is none. */
export function recordedDecimalOdds(): Event[][] {
  const folder = path.join(recordingsFolder() ?? '', 'odds-api', 'decimal')
  const files = readdirSync(folder).filter((file) => !file.startsWith('sports.'))
  return files.sort().map((file) => JSON.parse(gunzipSync(readFileSync(path.join(folder, file))).toString()) as Event[])
}

export type Settings = { url?: string; key?: string; everyMs?: number } & Partial<Record<OptionName, string>>
type OptionName = 'SPORTS' | 'REGIONS' | 'MARKETS' | 'ODDS_FORMAT' | 'BOOKMAKERS'

/** The feed as it is unless settings say otherwise. */
export function openOddsApi(settings: Settings = {}, ask?: Ask): Feed {
  const { url = 'http://odds.example', key = 'k3y-k3y', everyMs = 60_000, ...options } = settings
  const usual = polledFeeds['odds-api']?.options
  return oddsApiFeed({ url, key, everyMs, options: { ...usual, ...options } }, ask)
}

export type Ask = (address: string) => Promise<GetAnswer>

export const answered = (json: unknown, headers: Record<string, string> = {}): GetAnswer => ({
  kind: 'body',
  json,
  validators: null,
  headers: new Headers(headers),
})
