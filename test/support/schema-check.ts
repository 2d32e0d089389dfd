import { Ajv2020 } from 'ajv/dist/2020.js'

import type { SchemaName } from '../../functions/book/schema-ids.ts'
import { publishedSchemas } from '../../scripts/schemas/files.ts'
import type { JsonSchema } from '../../scripts/schemas/json-schema.ts'

/** What a validator that knows nothing of us makes of a value that has been JSON: nothing, or the first thing that is wrong. */
export type Check = (value: unknown) => string | undefined

const strictly = new Ajv2020({ allowUnionTypes: true, strict: true })
const anyhow = new Ajv2020({ strict: false })

export function checkOf({ $id: _already, ...schema }: JsonSchema, { strict = true } = {}): Check {
  const validate = (strict ? strictly : anyhow).compile(schema)
  return (value) => {
    if (validate(JSON.parse(JSON.stringify(value)))) return undefined
    const [first] = validate.errors ?? []
    return `${first?.instancePath ?? ''} ${first?.message ?? 'not accepted'}`
  }
}

/** By the newest version in the folder. */
export function publishedCheck(name: SchemaName): Check {
  const newest = publishedSchemas(name).at(-1)
  if (newest === undefined) throw new Error(`There is no schema of ${name}: npm run schemas writes it`)
  return checkOf(newest.schema)
}
