import path from 'node:path'
import { parseArgs } from 'node:util'

import { findBoard } from '../simulate/board.ts'
import { linesOf, smoke } from './smoke/smoke.ts'

const help = `Sends one tick through a running system, from a provider's push to a browser, and tells the time of each hop.

  npm run smoke -- [url] [options]

  url                the board's address (default: where npm start runs)
  --key <key>        the function key (default: ODDSCAST_FUNCTION_KEY, else that of npm start)
  --within <s>       seconds until it is given up (default 60)
  --data-dir <path>  where npm start keeps everything (default .oddscast)
  --help             this text

The key of an app on Azure, without leaving it in the shell's history:

  export ODDSCAST_FUNCTION_KEY=$(az functionapp keys list -g <group> -n <app> --query functionKeys.default -o tsv)

What is pushed is a market of its own, smoke:market, which is closed again at the end.
`

const root = path.resolve(import.meta.dirname, '../..')

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      within: { type: 'string', default: '60' },
      'data-dir': { type: 'string', default: '.oddscast' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(help)
  if (positionals.length > 1) throw new Error(`One address at a time: ${positionals.join(' ')}`)
  const within = Number(values.within)
  if (!(within > 0 && within <= 3_600)) throw new Error(`--within takes seconds, 3600 at most, not "${values.within}"`)
  const key = values.key ?? (process.env['ODDSCAST_FUNCTION_KEY'] || undefined)
  const dataDir = path.resolve(root, values['data-dir'])
  const board = await findBoard({ url: positionals[0], key, dataDir }, process.env)
  console.log(`One tick through ${board.url.origin}`)
  for (const line of linesOf(await smoke(board, within * 1_000))) console.log(`  ${line}`)
}

main(process.argv.slice(2)).then(
  // An idle connection would keep the process for a while.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    if (error instanceof TypeError && 'code' in error) console.error('npm run smoke -- --help lists the options')
    process.exit(1)
  },
)
