/** Databases and containers: kept in memory, written through to the store, and read back at start. */
import type { Clock } from '../clock.ts'
import type { Container } from './container.ts'
import { definitionBody, parseDefinition, parseResourceId, type ContainerDefinition } from './definition.ts'
import { copyTable, createTable, layoutOf, openTable, type DocumentTable } from './document-table.ts'
import { badRequest, CosmosError, ownerNotFound } from './errors.ts'
import { parseObject, parsePropertyPath, type JsonObject } from './json.ts'
import { documentRids, newContainerRid, newDatabaseRid } from './rid.ts'
import type { Store } from './store.ts'
import { expiryOf } from './ttl.ts'

export type Database = { id: string; rid: string; changedSeconds: number; containers: Map<string, Container> }
export type Catalog = ReturnType<typeof openCatalog>

type ContainerRow = {
  number: number
  database: string
  rid: string
  definition: string
  revision: number
  changed: number
  documents: string
  lsn: number
}

export function openCatalog(store: Store, clock: Clock) {
  store.exec(`
    CREATE TABLE IF NOT EXISTS databases (id TEXT PRIMARY KEY, rid TEXT NOT NULL, changed INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS containers (number INTEGER PRIMARY KEY AUTOINCREMENT, database TEXT NOT NULL, id TEXT NOT NULL,
      rid TEXT NOT NULL, definition TEXT NOT NULL, revision INTEGER NOT NULL, changed INTEGER NOT NULL, documents TEXT NOT NULL,
      lsn INTEGER NOT NULL, UNIQUE (database, id));`)
  const databases = load(store)
  const nowSeconds = () => Math.floor(clock.nowMs() / 1_000)

  const database = (id: string): Database => {
    const found = databases.get(id)
    if (found === undefined) throw ownerNotFound(`The database '${id}'`)
    return found
  }
  const container = (databaseId: string, id: string): Container => {
    const found = databases.get(databaseId)?.containers.get(id)
    if (found === undefined) throw ownerNotFound(`The container '${databaseId}/${id}'`)
    return found
  }

  return {
    databases: (): Iterable<Database> => databases.values(),
    containers: (): Container[] => [...databases.values()].flatMap((owner) => [...owner.containers.values()]),
    database,
    container,

    createDatabase(body: JsonObject): Database {
      const id = parseResourceId(body['id'])
      if (databases.has(id)) throw new CosmosError(409, `The database '${id}' already exists.`)
      const created = { id, rid: newDatabaseRid(), changedSeconds: nowSeconds(), containers: new Map<string, Container>() }
      store.prepare('INSERT INTO databases (id, rid, changed) VALUES (?, ?, ?)').run(id, created.rid, created.changedSeconds)
      databases.set(id, created)
      return created
    },

    deleteDatabase(id: string): void {
      const { containers } = database(id)
      store.transact(() => {
        for (const { documents } of containers.values()) store.exec(`DROP TABLE ${documents.name}`)
        store.prepare('DELETE FROM containers WHERE database = ?').run(id)
        store.prepare('DELETE FROM databases WHERE id = ?').run(id)
        return { keep: true, result: undefined }
      })
      databases.delete(id)
    },

    createContainer(databaseId: string, definition: ContainerDefinition): Container {
      const owner = database(databaseId)
      if (owner.containers.has(definition.id)) throw new CosmosError(409, `The container '${definition.id}' already exists.`)
      const created = store.transact(() => ({ keep: true, result: insertContainer(store, owner, definition, nowSeconds()) }))
      owner.containers.set(definition.id, created)
      return created
    },

    /** Keeps the documents; a change of what is indexed or of the default TTL copies them into a new table. */
    replaceContainer(databaseId: string, id: string, definition: ContainerDefinition): Container {
      const current = container(databaseId, id)
      if (definition.id !== id) throw badRequest('The id of a container cannot be changed.')
      if (definition.partitionKeyPath !== current.definition.partitionKeyPath) {
        throw badRequest('The partition key of a container cannot be changed.')
      }
      const revision = current.revision + 1
      const changed = nowSeconds()
      const documents = store.transact(() => {
        const table = rebuilt(store, current, definition, revision)
        store
          .prepare('UPDATE containers SET definition = ?, revision = ?, changed = ?, documents = ? WHERE number = ?')
          .run(JSON.stringify(definitionBody(definition)), revision, changed, table.name, current.number)
        return { keep: true, result: table }
      })
      return Object.assign(current, { definition, revision, changedSeconds: changed, documents })
    },

    deleteContainer(databaseId: string, id: string): void {
      const { documents, number } = container(databaseId, id)
      store.transact(() => {
        store.exec(`DROP TABLE ${documents.name}`)
        store.prepare('DELETE FROM containers WHERE number = ?').run(number)
        return { keep: true, result: undefined }
      })
      database(databaseId).containers.delete(id)
    },
  }
}

function load(store: Store): Map<string, Database> {
  const databases = new Map<string, Database>()
  const rows = store.prepare('SELECT id, rid, changed AS changedSeconds FROM databases').all() as Omit<Database, 'containers'>[]
  for (const row of rows) databases.set(row.id, { ...row, containers: new Map() })
  for (const row of store.prepare('SELECT * FROM containers').all() as ContainerRow[]) {
    const owner = databases.get(row.database)
    const container = owner && openContainer(store, owner, row)
    if (container !== undefined) owner?.containers.set(container.definition.id, container)
  }
  return databases
}

function insertContainer(store: Store, owner: Database, definition: ContainerDefinition, changed: number): Container {
  const rid = newContainerRid(owner.rid)
  const text = JSON.stringify(definitionBody(definition))
  const { lastInsertRowid } = store
    .prepare(
      `INSERT INTO containers (database, id, rid, definition, revision, changed, documents, lsn) VALUES (?, ?, ?, ?, 0, ?, '', 0)`,
    )
    .run(owner.id, definition.id, rid, text, changed)
  const number = Number(lastInsertRowid)
  const documents = `documents_${number}_0`
  store.prepare('UPDATE containers SET documents = ? WHERE number = ?').run(documents, number)
  createTable(store, documents, layoutOf(definition))
  return openContainer(store, owner, {
    number,
    database: owner.id,
    rid,
    definition: text,
    revision: 0,
    changed,
    documents,
    lsn: 0,
  })
}

function openContainer(store: Store, owner: Database, row: ContainerRow): Container {
  const definition = parseDefinition(parseObject(row.definition))
  const last = store.prepare(`SELECT ts FROM ${row.documents} ORDER BY version DESC LIMIT 1`).get() as { ts: number } | undefined
  return {
    number: row.number,
    database: row.database,
    rid: row.rid,
    self: `dbs/${owner.rid}/colls/${row.rid}/`,
    partitionKeyPath: parsePropertyPath(definition.partitionKeyPath),
    ridOf: documentRids(row.rid),
    definition,
    revision: row.revision,
    changedSeconds: row.changed,
    documents: openTable(store, row.documents, layoutOf(definition)),
    lsn: row.lsn,
    lastWriteSeconds: last?.ts ?? 0,
  }
}

function rebuilt(store: Store, current: Container, definition: ContainerDefinition, revision: number): DocumentTable {
  const layout = layoutOf(definition)
  const isSameLayout = JSON.stringify(layout.keys) === JSON.stringify(current.documents.keys)
  if (isSameLayout && definition.defaultTtlSeconds === current.definition.defaultTtlSeconds) return current.documents
  const name = `documents_${current.number}_${revision}`
  createTable(store, name, layout)
  const table = openTable(store, name, layout)
  copyTable(store, current.documents.name, table, (row, document) => expiryOf(document, definition.defaultTtlSeconds, row.ts))
  return table
}
