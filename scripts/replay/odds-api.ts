import path from 'node:path'

import { json } from './answers.ts'
import { readBody } from './bodies.ts'
import { type Event, oddsRecordings, type Series } from './odds-api-recordings.ts'
import { isFull, player } from './player.ts'
import type { Answer, Shape } from './shape.ts'

/**
 * Each sport plays bodies of its own, each in the format that was recorded: to ask for another is refused as what cannot be asked, for no
 * price is made up here. `markets` and `bookmakers` that were not asked for are left out; `regions` only cost.
 */
export const oddsApi: Shape = {
  feed: 'odds-api',
  async open(folder, conditions) {
    const { series, sports } = await oddsRecordings(path.join(folder, 'odds-api'))
    if (series.length === 0) return undefined
    const playing = series.flatMap(({ sport, format, bodies }) => {
      const log = (line: string) => conditions.log(`${sport} ${format}  ${line}`)
      return isFull(bodies) ? [{ sport, format, bodies: player(bodies, { ...conditions, log }) }] : []
    })
    let used = 0
    const spend = (last: number): Answer['headers'] => {
      used += last
      const remaining = conditions.quota - used
      return { 'x-requests-remaining': `${remaining}`, 'x-requests-used': `${used}`, 'x-requests-last': `${last}` }
    }

    async function odds(sport: string, query: URLSearchParams): Promise<Answer> {
      const format = query.get('oddsFormat') ?? 'decimal'
      const recorded = playing.filter((one) => one.sport === sport)
      const asked = recorded.find((one) => one.format === format)
      if (recorded.length === 0) return error(404, 'UNKNOWN_SPORT', `Recorded are ${playing.map((one) => one.sport).join(', ')}`)
      if (asked === undefined)
        return error(422, 'INVALID_ODDS_FORMAT', `${sport} was recorded in ${recorded[0]?.format} odds only`)
      const cost = creditsFor(query)
      if (cost === 0) return error(422, 'MISSING_REGION', 'Missing regions or bookmakers')
      if (used + cost > conditions.quota)
        return error(401, 'OUT_OF_USAGE_CREDITS', 'The quota of this replay is used up', spend(0))
      const { body, position } = asked.bodies.next()
      const bytes = narrowed(await readBody(body), query)
      asked.bodies.say(position, body.name, `  ${Math.round(bytes.length / 1024)} KB`)
      return json(bytes, spend(cost))
    }

    return {
      holds: series.map(({ sport, format, bodies }) => `${sport} ${bodies.length} (${format})`).join(', '),
      settings: ({ http }) => settingsOf(http, series),
      speaks: {
        kind: 'http',
        under: ['/v4/'],
        async answer({ pathname, query }) {
          if (!query.get('apiKey')) return error(401, 'MISSING_KEY', 'API key is missing')
          const [, , collection, sport, what] = pathname.split('/')
          if (collection === 'sports' && sport && what === 'odds') return odds(sport, query)
          if (collection === 'sports' && !sport && sports !== undefined) return json(await readBody(sports), spend(0))
          return error(404, 'NOT_RECORDED', 'Only /v4/sports and /v4/sports/{sport}/odds are served here')
        },
      },
    }
  },
}

/** The app asks for one format at a time: for American odds where there are any, since of those there are most. */
function settingsOf(http: string, series: readonly Series[]): Record<string, string> {
  const format = series.some((one) => one.format === 'american') ? 'american' : 'decimal'
  return {
    ODDS_API_URL: http,
    ODDS_API_KEY: 'replay',
    ODDS_API_SPORTS: series.flatMap((one) => (one.format === format ? [one.sport] : [])).join(','),
    ODDS_API_ODDS_FORMAT: format,
    ODDS_API_SCHEDULE: '*/2 * * * * *',
  }
}

/** In the API's own shape. */
const error = (status: number, code: string, message: string, headers = {}): Answer =>
  json({ message, error_code: code, details_url: errorCodes }, headers, status)
const errorCodes = 'https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html'

const wordsOf = (query: URLSearchParams, name: string, usual = '') =>
  (query.get(name) ?? usual).split(',').filter((word) => word !== '')

/** One a region and market; ten bookmakers are a region. */
function creditsFor(query: URLSearchParams): number {
  const bookmakers = wordsOf(query, 'bookmakers').length
  const regions = bookmakers > 0 ? Math.ceil(bookmakers / 10) : wordsOf(query, 'regions').length
  return regions * wordsOf(query, 'markets', 'h2h').length
}

/** Byte for byte as it was recorded, unless it holds what was not asked for. */
function narrowed(bytes: Buffer, query: URLSearchParams): Buffer {
  const markets = new Set(wordsOf(query, 'markets', 'h2h'))
  const bookmakers = new Set(wordsOf(query, 'bookmakers'))
  const events = JSON.parse(bytes.toString()) as Event[]
  const all = countMarkets(events)
  const asked = events.map((event) => ({
    ...event,
    bookmakers: event.bookmakers
      .filter(({ key }) => bookmakers.size === 0 || bookmakers.has(key))
      .map((bookmaker) => ({ ...bookmaker, markets: bookmaker.markets.filter(({ key }) => markets.has(key)) }))
      .filter((bookmaker) => bookmaker.markets.length > 0),
  }))
  return countMarkets(asked) === all ? bytes : Buffer.from(JSON.stringify(asked))
}

const countMarkets = (events: readonly Event[]) =>
  events.reduce((sum, { bookmakers }) => sum + bookmakers.reduce((own, { markets }) => own + markets.length, 0), 0)
