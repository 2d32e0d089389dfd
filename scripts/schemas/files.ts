import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { schemaId, type SchemaName, schemaVersions } from '../../functions/book/schema-ids.ts'
import type { JsonSchema } from './json-schema.ts'
import type { Message } from './messages.ts'

export const schemasFolder = path.resolve(import.meta.dirname, '../../functions/book/schemas')

/** What the code says now. */
export function currentSchema({ name, form, title, description, schema: make }: Message): JsonSchema {
  const schema = make()
  const isWhole = Object.keys(schema.properties ?? {}).every((field) => schema.required?.includes(field))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaId(name),
    title,
    description: `${description} ${form === 'sent' && !isWhole ? sentInPart : formWords[form]}`,
    ...schema,
  }
}

const formWords = {
  read: 'This is what the reader takes: a field with a default may be left out.',
  sent: 'This is what is sent: every field is always there.',
}
const sentInPart = 'This is what is sent: every field that is required is always there.'

export type Version = { major: number; minor: number }
export type Published = Version & { schema: JsonSchema }

/** The versions in the folder, oldest first. */
export function publishedSchemas(name: SchemaName): Published[] {
  const folder = path.join(schemasFolder, name)
  return (existsSync(folder) ? readdirSync(folder) : [])
    .map((file) => ({ ...versionOf(file.replace(/\.json$/, '')), schema: readSchema(path.join(folder, file)) }))
    .sort((a, b) => a.major - b.major || a.minor - b.minor)
}

export const fileOf = (name: SchemaName) => path.join(schemasFolder, name, `${schemaVersions[name]}.json`)

const readSchema = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as JsonSchema

export function versionOf(text: string): Version {
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(text) ?? []
  if (major === undefined || minor === undefined) throw new Error(`"${text}" is no version; one is 1.0`)
  return { major: Number(major), minor: Number(minor) }
}
