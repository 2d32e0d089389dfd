/**
 * The SQLite table of one container. A row is a document:
 *
 * - `rid`: the version it was created with; never changes, so it is the order in which queries page.
 * - `version`: LSN × 128 + position in its batch (a batch has at most 100). It is the order of the change feed, and with `ts` the etag.
 * - `k0…`: sort keys, one column for each path that the indexing policy names, before `body` so that filters never read past it.
 * - `exp`: the second at which TTL hides the document.
 * - `body`: the document's own JSON; system properties are added when it is read.
 *
 * Each key column has an index over the container and one within a partition key: these make the usual queries short walks, and are
 * what an indexed path costs each write here.
 */
import type { ContainerDefinition } from './definition.ts'
import { keyPaths } from './indexing-policy.ts'
import { valueAt, type JsonObject } from './json.ts'
import { sortKey } from './sort-key.ts'
import type { Store } from './store.ts'

export const versionsPerLsn = 128

export type Row = { rid: number; version: number; pk: string; id: string; ts: number; exp: number | null; body: string }
export type KeyedRow = Row & Record<KeyName, string>
type KeyName = `k${number}`
export type KeyColumn = { name: KeyName; path: readonly string[] }

export type DocumentTable = {
  name: string
  keys: readonly KeyColumn[]
  /** Not where every document is a partition of its own: an index within one row would only cost. */
  hasPartitionIndexes: boolean
  find(partitionKey: string, id: string): KeyedRow | undefined
  get(rid: number): Row | undefined
  /** False when the partition already has a row with this id. */
  insert(row: Row, document: JsonObject): boolean
  update(existing: KeyedRow, row: Row, document: JsonObject): void
  remove(rid: number): void
}

export const columns = 'rid, version, pk, id, ts, exp, body'

export function createTable(store: Store, name: string, { keys, hasPartitionIndexes }: Layout): void {
  const keyColumns = keys.map(({ name: key }) => `${key} TEXT NOT NULL,`).join(' ')
  store.exec(`
    CREATE TABLE ${name} (rid INTEGER PRIMARY KEY, version INTEGER NOT NULL, pk TEXT NOT NULL, id TEXT NOT NULL,
      ts INTEGER NOT NULL, exp INTEGER, ${keyColumns} body TEXT NOT NULL);
    CREATE UNIQUE INDEX ${name}_pk_id ON ${name} (pk, id);
    CREATE INDEX ${name}_version ON ${name} (version);`)
  for (const { name: key } of keys) {
    store.exec(`CREATE INDEX ${name}_${key} ON ${name} (${key})`)
    if (hasPartitionIndexes) store.exec(`CREATE INDEX ${name}_pk_${key} ON ${name} (pk, ${key})`)
  }
}

export type Layout = Pick<DocumentTable, 'keys' | 'hasPartitionIndexes'>

export function layoutOf(definition: ContainerDefinition): Layout {
  const keys = keyPaths(definition.indexingPolicy).map((path, at): KeyColumn => ({ name: `k${at}`, path }))
  return { keys, hasPartitionIndexes: definition.partitionKeyPath !== '/id' }
}

export function openTable(store: Store, name: string, { keys, hasPartitionIndexes }: Layout): DocumentTable {
  const names = keys.map(({ name: key }) => `${key}, `).join('')
  const marks = keys.map(() => '?, ').join('')
  const find = store.prepare(`SELECT ${names}${columns} FROM ${name} WHERE pk = ? AND id = ?`)
  const get = store.prepare(`SELECT ${columns} FROM ${name} WHERE rid = ?`)
  const insert = store.prepare(
    `INSERT INTO ${name} (rid, version, pk, id, ts, exp, ${names}body) VALUES (?, ?, ?, ?, ?, ?, ${marks}?) ON CONFLICT DO NOTHING`,
  )
  const remove = store.prepare(`DELETE FROM ${name} WHERE rid = ?`)
  const keysOf = (document: JsonObject) => keys.map(({ path }) => sortKey(valueAt(document, path)))
  return {
    name,
    keys,
    hasPartitionIndexes,
    find: (partitionKey, id) => find.get(partitionKey, id) as KeyedRow | undefined,
    get: (rid) => get.get(rid) as Row | undefined,
    insert: (row, document) =>
      insert.run(row.rid, row.version, row.pk, row.id, row.ts, row.exp, ...keysOf(document), row.body).changes === 1,
    update: (existing, row, document) => {
      // SQLite rewrites the indexes of every column that is named here, changed or not.
      const now = keysOf(document)
      const changed = keys.flatMap(({ name: key }, at): { column: string; value: string }[] =>
        existing[key] === now[at] ? [] : [{ column: key, value: now[at] ?? '' }],
      )
      if (existing.id !== row.id) changed.push({ column: 'id', value: row.id })
      const assignments = changed.map(({ column }) => `${column} = ?, `).join('')
      store
        .prepare(`UPDATE ${name} SET version = ?, ts = ?, exp = ?, ${assignments}body = ? WHERE rid = ?`)
        .run(row.version, row.ts, row.exp, ...changed.map(({ value }) => value), row.body, row.rid)
    },
    remove: (rid) => {
      remove.run(rid)
    },
  }
}

/** Rows of `from` into `to`, whose key columns or expiry differ: how a new indexing policy or default TTL takes effect. */
export function copyTable(
  store: Store,
  from: string,
  to: DocumentTable,
  expiryOf: (row: Row, document: JsonObject) => number | null,
) {
  for (const row of store.prepare(`SELECT ${columns} FROM ${from} ORDER BY rid`).iterate() as Iterable<Row>) {
    const document = JSON.parse(row.body) as JsonObject
    to.insert({ ...row, exp: expiryOf(row, document) }, document)
  }
  store.exec(`DROP TABLE ${from}`)
}
