import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'

import { format } from 'oxfmt'

import { adviceFor } from './schemas/advice.ts'
import { currentSchema, fileOf } from './schemas/files.ts'
import { type Message, messages } from './schemas/messages.ts'

const help = `Writes the JSON Schema of every message into functions/book/schemas/, one file a version.

  npm run schemas -- [options]

  --rewrite    also the files that are there already: only while nobody has relied on that version
  --help       this text
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rewrite: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  if (values.help) return console.log(help)
  for (const message of messages) {
    const advice = adviceFor(message)
    const isNew = !existsSync(fileOf(message.name))
    if (advice === undefined) continue
    if (isNew || values.rewrite) console.log(await write(message))
    else {
      process.exitCode = 1
      console.log(advice)
    }
  }
}

async function write(message: Message): Promise<string> {
  const file = fileOf(message.name)
  await mkdir(path.dirname(file), { recursive: true })
  const { code } = await format(file, JSON.stringify(currentSchema(message)), { printWidth: 130 })
  await writeFile(file, code)
  return `${path.relative('', file)} written`
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
