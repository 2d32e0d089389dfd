import { parseArgs } from 'node:util'

import { systemClock } from '../infra/local/clock.ts'
import { recordingsFolder } from './replay/folder.ts'
import type { Mode } from './replay/position.ts'
import { type ReplayOptions, startReplay } from './replay/server.ts'
import { shapes } from './replay/shapes.ts'

const names = shapes.map(({ feed }) => feed)
const help = `Plays recorded feeds, each as its venue speaks, on this machine alone.

  npm run replay -- [options]

  --folder <path>   the recordings, a folder a feed: ${names.join(', ')};
                    or a folder of PredictIt's bodies, *.json or *.json.gz, in the order of their names
                    (default: $ODDS_RECORDINGS, or ../shared/recordings)
  --feeds <names>   only these, separated by commas (default: whatever the folder holds)
  --port <number>   of HTTP and WebSocket, and the next one of TCP; 0 takes free ones (default 7080)
  --speed <number>  go by the recorded times, so many times as fast
                    (default: the next body at each poll; streams as fast as they are read)
  --loop            begin anew after the last body (default: stay at it); a stream does so with --speed only
  --quota <number>  what The Odds API still grants (default: as good as endless)
  --help            this text
`

async function main(args: string[]): Promise<void> {
  const options = optionsOf(args)
  if (options === 'help') return console.log(help)
  const replay = await startReplay({ ...options, log: (line) => console.log(line), clock: systemClock })
  for (const [feed, holds] of replay.feeds) console.log(`${feed.padEnd(16)} ${holds}`)
  for (const feed of replay.missing) console.log(`${feed.padEnd(16)} is not in ${options.folder}, so it is not played`)
  console.log(`\nIn another terminal:\n\n  ${commandOf(replay.settings)}\n`)
  process.once('SIGINT', () => void replay.close())
  process.once('SIGTERM', () => void replay.close())
}

/** The past goes into a folder of its own: mixed with what is live, each would bury the markets of the other. */
function commandOf(settings: Readonly<Record<string, string>>): string {
  const words = Object.entries(settings).map(([name, value]) => `${name}=${/[ *{&?]/.test(value) ? `'${value}'` : value}`)
  return [...words, 'npm start -- --data-dir .oddscast/replay'].join(' \\\n  ')
}

export function optionsOf(args: string[]): (Omit<ReplayOptions, 'log' | 'clock'> & { folder: string; mode: Mode }) | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: 'string', default: recordingsFolder(process.env) },
      feeds: { type: 'string' },
      port: { type: 'string', default: '7080' },
      speed: { type: 'string' },
      loop: { type: 'boolean', default: false },
      quota: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_534) throw new Error(`--port takes 0 to 65534, not "${values.port}"`)
  const speed = Number(values.speed ?? 1)
  if (!(speed > 0 && speed < Infinity)) throw new Error(`--speed takes a number above 0, not "${values.speed}"`)
  const quota = Number(values.quota ?? 0)
  if (!Number.isInteger(quota) || quota < 0) throw new Error(`--quota takes a whole number, not "${values.quota}"`)
  const feeds = values.feeds?.split(',').map((feed) => feed.trim())
  const stranger = feeds?.find((feed) => !names.includes(feed))
  if (stranger !== undefined) throw new Error(`--feeds takes ${names.join(', ')}, not "${stranger}"`)
  const pace = values.speed === undefined ? ({ kind: 'each-poll' } as const) : ({ kind: 'timed', speed } as const)
  return {
    folder: values.folder,
    port,
    mode: { pace, loop: values.loop },
    ...(feeds === undefined ? {} : { feeds }),
    ...(values.quota === undefined ? {} : { quota }),
  }
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  })
}
