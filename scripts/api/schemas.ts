import type { SchemaName } from '../../functions/book/schema-ids.ts'
import { currentSchema } from '../schemas/files.ts'
import type { JsonSchema } from '../schemas/json-schema.ts'
import { messages } from '../schemas/messages.ts'

/** `markets-answer` → `MarketsAnswer`. */
export const componentOf = (name: SchemaName) => name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())

export const refTo = (name: SchemaName) => ({ $ref: `#/components/schemas/${componentOf(name)}` })

/** As a part of another document: its own id would give every reference inside it another base. */
export function embedded(name: SchemaName): JsonSchema & { 'x-schema-id': string | undefined } {
  const message = messages.find((known) => known.name === name)
  if (message === undefined) throw new Error(`There is no schema of ${name}`)
  const { $schema: _dialect, $id, ...schema } = currentSchema(message)
  return { ...schema, 'x-schema-id': $id }
}
