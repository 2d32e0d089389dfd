import { type OddsFormat, oddsFormats } from './raw.ts'

/** What is asked for, as the settings have it. */
export type Wanted = {
  sports: readonly string[]
  format: OddsFormat
  /** Of every question alike; the key is not in it. */
  query: Readonly<Record<string, string>>
  /**
   * What one sport costs at most: each market in each region is a credit, ten bookmakers count as a region, and nothing found
   * costs nothing.
   */
  creditsPerSport: number
}

/** Throws where a setting makes no sense, and says what would. */
export function wantedOf(options: Readonly<Record<string, string>>): Wanted {
  const sports = list(options, 'SPORTS', 'keys of sports', 'baseball_mlb,soccer_epl')
  const markets = list(options, 'MARKETS', 'keys of markets', 'h2h,spreads,totals')
  const bookmakers = options['BOOKMAKERS'] ? list(options, 'BOOKMAKERS', 'keys of bookmakers', 'fanduel,pinnacle') : []
  const regions = bookmakers.length > 0 ? [] : list(options, 'REGIONS', 'regions of bookmakers', 'us,uk,eu,au')
  const format = oddsFormats.find((format) => format === options['ODDS_FORMAT']?.trim().toLowerCase())
  if (format === undefined)
    throw new Error(`ODDS_API_ODDS_FORMAT is "${options['ODDS_FORMAT']}"; it takes one of ${oddsFormats.join(', ')}`)
  if (sports.includes('upcoming')) {
    const why = 'it lists the next few events of any sport, and of one that drops out nobody could say whether it is gone'
    throw new Error(`ODDS_API_SPORTS names "upcoming": ${why}. It takes sports by their own keys, such as baseball_mlb`)
  }
  const from: Record<string, string> = bookmakers.length > 0 ? { bookmakers: bookmakers.join() } : { regions: regions.join() }
  return {
    sports,
    format,
    query: { ...from, markets: markets.join(), oddsFormat: format, dateFormat: 'iso' },
    creditsPerSport: markets.length * (bookmakers.length > 0 ? Math.ceil(bookmakers.length / 10) : regions.length),
  }
}

function list(options: Readonly<Record<string, string>>, name: string, what: string, example: string): string[] {
  const said = options[name] ?? ''
  const words = said.split(',').map((word) => word.trim().toLowerCase())
  if (!words.every((word) => /^[a-z][a-z0-9_]*$/.test(word)))
    throw new Error(`ODDS_API_${name} is "${said}"; it takes ${what}, separated by commas, such as ${example}`)
  return [...new Set(words)]
}
