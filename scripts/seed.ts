import path from 'node:path'
import { parseArgs } from 'node:util'

import { type Board, findBoard, put } from './simulate/board.ts'
import { type Game, gamesOn, nameOf } from './simulate/games.ts'
import { marketOf, shapes } from './simulate/odds.ts'

const help = `Writes sample fixtures through PUT /api/fixtures/<id>: the invented games of the next days, of which npm run simulate pushes odds.

  npm run seed -- [options]

  --days <n>         how many, from today on (default 4)
  --feed <name>      the feed whose markets they are tied to (default sim-push)
  --url <address>    the board's address (default: where npm start runs)
  --key <key>        the function key (default: that of npm start)
  --data-dir <path>  where npm start keeps everything (default .oddscast)
  --help             this text
`

const root = path.resolve(import.meta.dirname, '..')
const dayMs = 86_400_000
const inFlight = 8
const maxTries = 10

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      days: { type: 'string', default: '4' },
      feed: { type: 'string', default: 'sim-push' },
      url: { type: 'string' },
      key: { type: 'string' },
      'data-dir': { type: 'string', default: '.oddscast' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  const days = Number(values.days)
  if (!(Number.isInteger(days) && days > 0 && days <= 60))
    throw new Error(`--days takes a whole number from 1 to 60, not "${values.days}"`)
  const board = await findBoard(
    { ...values, url: values.url, key: values.key, dataDir: path.resolve(root, values['data-dir']) },
    process.env,
  )
  const { fresh, replaced } = await seed(board, values.feed, Date.now(), days)
  console.log(`${fresh} fixtures written and ${replaced} written again. ${board.url.origin}/api/fixtures lists them.`)
}

export async function seed(
  board: Board,
  feed: string,
  nowMs: number,
  days: number,
): Promise<{ fresh: number; replaced: number }> {
  const games = Array.from({ length: days }, (_, day) => gamesOn(nowMs + day * dayMs)).flat()
  const count = { fresh: 0, replaced: 0 }
  const left = games.values()
  const lane = async () => {
    for (const game of left) count[await write(board, game, feed)]++
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return count
}

async function write(board: Board, game: Game, feed: string): Promise<'fresh' | 'replaced'> {
  let why = ''
  for (let tries = 0; tries < maxTries; tries++) {
    const answer = await put(board, `/api/fixtures/${encodeURIComponent(game.id)}`, fixtureOf(game, feed))
    if (answer.kind === 'taken') return answer.status === 201 ? 'fresh' : 'replaced'
    why = answer.why
    if (answer.kind !== 'again') break
    await new Promise((resolve) => setTimeout(resolve, answer.afterMs))
  }
  throw new Error(why)
}

/** Tied to both markets that are pushed of it, so that who compares venues knows which selections are the same. */
export function fixtureOf(game: Game, feed: string): object {
  const { competition, home, away, startsAtMs } = game
  const links = shapes.map((shape) => {
    const marketId = `${feed}:${marketOf(game, shape)}`
    const selection = (name: string, side: string) => ({ name, quotes: [{ marketId, selectionId: `${marketId}:${side}` }] })
    return { question: shape === 'aws' ? 'spread' : 'winner', selections: [selection(away, 'away'), selection(home, 'home')] }
  })
  return {
    name: nameOf(game),
    topic: 'sports',
    startsAt: new Date(startsAtMs).toISOString(),
    home,
    away,
    competition,
    status: 'scheduled',
    links,
  }
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    if (error instanceof TypeError && 'code' in error) console.error('npm run seed -- --help lists the options')
    process.exitCode = 1
  })
}
