import { isDeepStrictEqual } from 'node:util'

import { schemaVersions } from '../../functions/book/schema-ids.ts'
import { currentSchema, publishedSchemas, versionOf } from './files.ts'
import { incompatibilities } from './incompatibilities.ts'
import type { Message } from './messages.ts'

/** What must be done before the code says the same as the folder; nothing, if it does. */
export function adviceFor(message: Message): string | undefined {
  const { name, form } = message
  const version = schemaVersions[name]
  const { major, minor } = versionOf(version)
  const published = publishedSchemas(name).find((known) => known.major === major && known.minor === minor)
  if (published === undefined) return `${name} ${version} is not written: npm run schemas`
  const schema = currentSchema(message)
  if (isDeepStrictEqual(published.schema, schema)) return undefined
  const breaks = incompatibilities(published.schema, schema, form)
  const next = breaks.length === 0 ? `${major}.${minor + 1}` : `${major + 1}.0`
  const why = breaks.length === 0 ? '' : `, since whoever relies on ${version} would be broken:\n    ${breaks.join('\n    ')}`
  return `${name} is no longer what ${version} says. Make it ${next} in functions/book/schema-ids.ts and npm run schemas${why}`
}
