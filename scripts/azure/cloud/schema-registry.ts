import { readFile } from 'node:fs/promises'
import path from 'node:path'

import { type SchemaName, schemaVersions } from '../../../functions/book/schema-ids.ts'
import { ask } from './ask.ts'
import { type Cloud, scopes } from './cloud.ts'

/** What crosses the hubs; `functions/book/schemas/README.md` says why no more. */
export const registeredSchema: SchemaName = 'snapshot-message'

export async function schemaText(root: string, name: SchemaName): Promise<string> {
  return readFile(path.join(root, 'functions/book/schemas', name, `${schemaVersions[name]}.json`), 'utf8')
}

/** The registry's id of this schema; the same one again for a schema that it has already. The role for it was given a moment ago, so that refusals are waited out. */
export async function registerSchema(
  cloud: Cloud,
  { namespace, group, name, text }: { namespace: string; group: string; name: SchemaName; text: string },
): Promise<string> {
  const { headers } = await ask(cloud, {
    what: `schema ${name}`,
    method: 'PUT',
    url: `${cloud.endpoints.schemaRegistryOf(namespace)}/$schemaGroups/${group}/schemas/${name}?api-version=2023-07-01`,
    scope: scopes.eventHubs,
    bytes: { type: 'application/json; serialization=Json', content: Buffer.from(text) },
    tries: 15,
    again: ({ status }) =>
      status === 401 || status === 403 ? `it answers ${status}: the role for it may be on its way` : undefined,
  })
  const id = headers.get('schema-id')
  if (id === null) throw new Error(`schema ${name}: the registry took it and told no id`)
  return id
}
