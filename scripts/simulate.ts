import path from 'node:path'
import { parseArgs } from 'node:util'

import { systemClock } from '../infra/local/clock.ts'
import { type Board, findBoard, put } from './simulate/board.ts'
import { upcomingGames } from './simulate/games.ts'
import { bodyOf, type Shape, shapes, updates } from './simulate/odds.ts'
import { lineOf, startPusher } from './simulate/pusher.ts'

const help = `Pushes invented odds through PUT /api/feeds/<feed>/odds, as a provider would, until stopped.

  npm run simulate -- [options]

  --rate <n>         updates a second (default 50); each changes a price, a line, or whether bets are taken
  --for <time>       how long, as in 30s or 5m (default: until Ctrl-C)
  --shape <name>     own, our message, or aws, the AWS sample's (default own)
  --markets <n>      how many, one a game; npm run seed writes these games as fixtures (default 12)
  --feed <name>      who pushes (default sim-push)
  --seed <text>      another one moves otherwise, the same one alike (default 1)
  --url <address>    the board's address (default: where npm start runs)
  --key <key>        the function key (default: that of npm start)
  --data-dir <path>  where npm start keeps everything (default .oddscast)
  --help             this text
`

export type SimulateOptions = {
  rate: number
  forMs: number | undefined
  shape: Shape
  markets: number
  feed: string
  seed: string
  url: string | undefined
  key: string | undefined
  dataDir: string
}

async function main(args: string[]): Promise<void> {
  const options = optionsOf(args)
  if (options === 'help') return console.log(help)
  const board = await findBoard(options, process.env)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const { forMs = Infinity } = options
  const cancel = forMs === Infinity ? () => {} : systemClock.after(forMs, () => stop.abort())
  await simulate(options, board, stop.signal, (line) => console.log(line))
  cancel()
}

/** Until `signal` says so; throws when the board refuses what it is sent. */
export async function simulate(
  { rate, shape, markets, feed, seed }: Pick<SimulateOptions, 'rate' | 'shape' | 'markets' | 'feed' | 'seed'>,
  board: Board,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const startedMs = systemClock.nowMs()
  const standings = updates(upcomingGames(startedMs, markets), seed)
  say(`${rate} updates a second of ${markets} markets to ${board.url.origin}/api/feeds/${feed}/odds. Ctrl-C stops.`)
  const ended = Promise.withResolvers<string | undefined>()
  const pusher = startPusher({
    rate,
    clock: systemClock,
    body: (count) => bodyOf(shape, take(standings, count), systemClock.nowMs()),
    put: (body) => put(board, `/api/feeds/${feed}/odds`, body),
    say,
    onRefused: ended.resolve,
  })
  signal.addEventListener('abort', () => ended.resolve(undefined), { once: true })
  if (signal.aborted) ended.resolve(undefined)
  const refused = await ended.promise
  await pusher.stop()
  if (refused !== undefined) throw new Error(refused)
  say(`In all: ${lineOf(pusher.totals(), systemClock.nowMs() - startedMs)}`)
}

function take<T>(endless: Generator<T, never>, count: number): T[] {
  return Array.from({ length: count }, () => endless.next().value)
}

export function optionsOf(args: string[]): SimulateOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rate: { type: 'string', default: '50' },
      for: { type: 'string' },
      shape: { type: 'string', default: 'own' },
      markets: { type: 'string', default: '12' },
      feed: { type: 'string', default: 'sim-push' },
      seed: { type: 'string', default: '1' },
      url: { type: 'string' },
      key: { type: 'string' },
      'data-dir': { type: 'string', default: '.oddscast' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { feed, seed, url, key } = values
  const rate = Number(values.rate)
  if (!(rate > 0 && rate <= 10_000)) throw new Error(`--rate takes a number from above 0 to 10000, not "${values.rate}"`)
  const markets = Number(values.markets)
  if (!(Number.isInteger(markets) && markets > 0 && markets <= 1_000)) {
    throw new Error(`--markets takes a whole number from 1 to 1000, not "${values.markets}"`)
  }
  const shape = shapes.find((name) => name === values.shape)
  if (shape === undefined) throw new Error(`--shape takes ${shapes.join(' or ')}, not "${values.shape}"`)
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(feed)) throw new Error(`--feed takes small letters, digits and hyphens, not "${feed}"`)
  const forMs = values.for === undefined ? undefined : durationMs(values.for)
  return { rate, forMs, shape, markets, feed, seed, url, key, dataDir: path.resolve(root, values['data-dir']) }
}

const root = path.resolve(import.meta.dirname, '..')

function durationMs(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text) ?? []
  if (amount === undefined || Number(amount) === 0) throw new Error(`--for takes a time, as in 30s, 5m or 1h, not "${text}"`)
  return Number(amount) * (unit === 'h' ? 3_600_000 : unit === 'm' ? 60_000 : 1_000)
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    if (error instanceof TypeError && 'code' in error) console.error('npm run simulate -- --help lists the options')
    process.exitCode = 1
  })
}
