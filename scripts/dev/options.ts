import { parseArgs } from 'node:util'

import { feedsHelp, knownFeeds } from './known-feeds.ts'
import { replayDataDir } from './replayed.ts'

/** `replay`: recorded feeds instead of live ones, so many times as fast as they were. */
export type Options = {
  port: number
  dataDir: string
  feed: string | undefined
  replay: { speed: number } | undefined
  verbose: boolean
  /** Under `func start` of the Core Tools in place of our own Functions host. */
  func: boolean
}

const help = `Runs all of Oddscast on this machine: four local servers, and the app on top of them.

  npm start -- [options]

  --port <n>         where the board is wanted (default 7071; any free port if that is taken)
  --data-dir <path>  where everything is kept (default .oddscast); a restart goes on from there
  --feed <names>     feeds, separated by commas (default: FEEDS; else PredictIt if it can be reached, else simulated)
  --replay           every feed that was recorded ($ODDS_RECORDINGS, or ../shared/recordings), or those of --feed; kept in
                     ${replayDataDir}, which begins anew at each start
  --speed <n>        of the replay: so many times as fast as it was recorded (default 60)
  --func             the app under \`func start\` of the Azure Functions Core Tools, in place of the local Functions host; npm run start:func
  --verbose          every line that the servers write, not only what matters
  --help             this text

Settings of the app come from the environment, as on Azure: FEEDS, TICK_TTL_DAYS, and these of each feed, here with what they are unless set.

${feedsHelp(process.env)}
`

export function optionsOf(args: string[]): Options | { help: string } {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      'data-dir': { type: 'string' },
      feed: { type: 'string' },
      replay: { type: 'boolean', default: false },
      speed: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      func: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return { help }
  const { replay, verbose, func } = values
  const port = Number(values.port ?? 7071)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}"`)
  const feeds = values.feed?.split(',').map((name) => name.trim().toLowerCase())
  const stranger = feeds?.find((name) => knownFeeds[name] === undefined)
  if (stranger !== undefined) throw new Error(`--feed takes ${Object.keys(knownFeeds).join(', ')}, not "${stranger}"`)
  const speed = Number(values.speed ?? 60)
  if (!(speed > 0 && speed < Infinity)) throw new Error(`--speed takes a number above 0, not "${values.speed}"`)
  if (values.speed !== undefined && !replay) throw new Error('--speed is that of --replay, which was not asked for')
  return {
    port,
    dataDir: values['data-dir'] ?? (replay ? replayDataDir : '.oddscast'),
    feed: feeds?.join(','),
    replay: replay ? { speed } : undefined,
    verbose,
    func,
  }
}
