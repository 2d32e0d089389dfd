import path from 'node:path'
import { parseArgs } from 'node:util'

import { systemClock } from '../infra/local/clock.ts'
import type { Mode } from './replay/position.ts'
import { startReplay } from './replay/server.ts'

const help = `Serves recorded PredictIt bodies as PredictIt does, on this machine alone.

  npm run replay -- [options]

  --folder <path>   bodies, *.json or *.json.gz, in the order of their names
                    (default: predictit/ in $ODDS_RECORDINGS, or in ../shared/recordings)
  --port <number>   0 takes a free one (default 7080)
  --speed <number>  go by the recorded times, so many times as fast (default: the next body at each poll)
  --loop            begin anew after the last body (default: stay at it)
  --help            this text
`

async function main(args: string[]): Promise<void> {
  const options = optionsOf(args)
  if (options === 'help') return console.log(help)
  const replay = await startReplay({ ...options, log: (line) => console.log(line), clock: systemClock })
  console.log(`${replay.bodies} bodies of ${options.folder} at ${replay.url}`)
  console.log(`In another terminal:\n\n  PREDICTIT_URL=${replay.url} PREDICTIT_SCHEDULE='* * * * * *' npm start\n`)
  process.once('SIGINT', () => void replay.close())
  process.once('SIGTERM', () => void replay.close())
}

export function optionsOf(args: string[]): { folder: string; port: number; mode: Mode } | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: 'string', default: path.join(process.env['ODDS_RECORDINGS'] ?? recordings, 'predictit') },
      port: { type: 'string', default: '7080' },
      speed: { type: 'string' },
      loop: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port takes 0 to 65535, not "${values.port}"`)
  const speed = Number(values.speed ?? 1)
  if (!(speed > 0 && speed < Infinity)) throw new Error(`--speed takes a number above 0, not "${values.speed}"`)
  const pace = values.speed === undefined ? ({ kind: 'each-poll' } as const) : ({ kind: 'timed', speed } as const)
  return { folder: values.folder, port, mode: { pace, loop: values.loop } }
}

const recordings = path.resolve(import.meta.dirname, '../../shared/recordings')

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  })
}
