import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'

import { format } from 'oxfmt'

import { schemaVersions } from '../functions/book/schema-ids.ts'
import { currentSchema, fileOf, publishedSchemas, versionOf } from './schemas/files.ts'
import { incompatibilities } from './schemas/incompatibilities.ts'
import type { JsonSchema } from './schemas/json-schema.ts'
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
  for (const message of messages) console.log(`${message.name.padEnd(20)}${await written(message, values.rewrite)}`)
}

async function written(message: Message, rewrite: boolean): Promise<string> {
  const { name } = message
  const schema = currentSchema(message)
  const { major, minor } = versionOf(schemaVersions[name])
  const published = publishedSchemas(name).find((version) => version.major === major && version.minor === minor)
  if (isDeepStrictEqual(published?.schema, schema)) return `${schemaVersions[name]}  as it was`
  if (published !== undefined && !rewrite) {
    process.exitCode = 1
    return `${schemaVersions[name]}  left alone, and the code says otherwise. ${advice(message, published.schema, schema)}`
  }
  const file = fileOf(name)
  await mkdir(path.dirname(file), { recursive: true })
  const { code } = await format(file, JSON.stringify(schema), { printWidth: 130 })
  await writeFile(file, code)
  return `${schemaVersions[name]}  written`
}

function advice({ name, form }: Message, before: JsonSchema, after: JsonSchema): string {
  const { major, minor } = versionOf(schemaVersions[name])
  const breaks = incompatibilities(before, after, form)
  const next = breaks.length === 0 ? `${major}.${minor + 1}` : `${major + 1}.0`
  const why = breaks.length === 0 ? '' : `, since it breaks who relies on ${major}.${minor}:\n    ${breaks.join('\n    ')}`
  return `Make it ${next} in functions/book/schema-ids.ts${why}`
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
