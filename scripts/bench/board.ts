import { cpus, loadavg } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { buildPage } from '../build.ts'
import { inventedTape } from './board/invented.ts'
import { measureBoard } from './board/measure.ts'
import { optionsOf } from './board/options.ts'
import { recordedTape } from './board/recorded.ts'
import { selectionsOf } from './board/tape.ts'
import { tableOf } from './board/table.ts'

const root = path.resolve(import.meta.dirname, '../..')

async function main(args: string[]): Promise<void> {
  const options = optionsOf(args)
  if ('help' in options) return console.log(options.help)
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, load ${loadavg()[0]?.toFixed(1)} before it begins`,
  )
  const files = Object.entries(await buildPage(path.join(root, 'functions/view/page'))).map(([name, { text }]) => ({
    name,
    bytes: gzipSync(text).length,
  }))
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`
  const weight = files.reduce((sum, { bytes }) => sum + bytes, 0)
  console.log(`The page weighs ${kb(weight)} gzipped: ${files.map(({ name, bytes }) => `${name} ${kb(bytes)}`).join(', ')}\n`)

  const measured = []
  for (const tape of [await recordedTape(), inventedTape(10_000)]) {
    const name = `${selectionsOf(tape).toLocaleString('en')} selections (${tape.name})`
    console.log(name)
    measured.push(await measureBoard(root, tape, options, (line) => console.log(`  ${line}`)))
  }
  console.log(`\n${tableOf(measured)}`)
}

main(process.argv.slice(2)).then(
  // The SDK's idle connections would keep the process for a while.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof TypeError ? `${error.message}\nnpm run bench:board -- --help lists the options` : error)
    process.exit(1)
  },
)
