import { type SchemaName, schemaVersions } from '../../functions/book/schema-ids.ts'
import { publishedSchemas } from '../schemas/files.ts'
import type { JsonSchema } from '../schemas/json-schema.ts'

/** `markets-answer` → `MarketsAnswer`. */
export const componentOf = (name: SchemaName) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

export const refTo = (name: SchemaName) => ({ $ref: `#/components/schemas/${componentOf(name)}` })

/** The schema that answers name, as a part of another document: its own id would give every reference inside it another base. */
export function embedded(name: SchemaName): JsonSchema & { 'x-schema-id': string | undefined } {
  const version = schemaVersions[name]
  const published = publishedSchemas(name).find(({ major, minor }) => `${major}.${minor}` === version)
  if (published === undefined) throw new Error(`${name} ${version} is not written: npm run schemas`)
  const { $schema: _dialect, $id, ...schema } = published.schema
  return { ...schema, 'x-schema-id': $id }
}
