/** What infrastructure would create in Azure, made here from the same names. */
import { containers, database } from '../../names.ts'
import type { Catalog } from './catalog.ts'
import { definitionBody, parseDefinition, type ContainerDefinition } from './definition.ts'

export type DatabaseLayout = { database: string; containers: readonly ContainerDefinition[] }

export const oddsLayout: DatabaseLayout = {
  database,
  containers: Object.entries(containers).map(([id, { partitionKey, defaultTtlSeconds, indexedPaths }]) =>
    parseDefinition({
      id,
      partitionKey: { paths: [partitionKey], kind: 'Hash', version: 2 },
      ...(defaultTtlSeconds === undefined ? {} : { defaultTtl: defaultTtlSeconds }),
      indexingPolicy: { includedPaths: indexedPaths.map((path) => ({ path })), excludedPaths: [{ path: '/*' }] },
    }),
  ),
}

/** Creates what is absent, and gives a container whose definition has moved on the new one, keeping its documents. */
export function provision(catalog: Catalog, layout: DatabaseLayout, log: (event: string, fields?: object) => void): void {
  if (![...catalog.databases()].some(({ id }) => id === layout.database)) catalog.createDatabase({ id: layout.database })
  const existing = catalog.database(layout.database).containers
  for (const definition of layout.containers) {
    const current = existing.get(definition.id)
    if (current === undefined) {
      catalog.createContainer(layout.database, definition)
      log('container created', { container: definition.id })
    } else if (JSON.stringify(definitionBody(current.definition)) !== JSON.stringify(definitionBody(definition))) {
      catalog.replaceContainer(layout.database, definition.id, definition)
      log('container definition replaced', { container: definition.id })
    }
  }
}
