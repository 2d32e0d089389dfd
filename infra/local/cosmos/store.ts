/**
 * One SQLite file, owned by one process: the lock is exclusive, so a second server on the same folder is refused instead of
 * corrupting the first one's memory of it. WAL with synchronous=NORMAL: what was committed survives the end of the process at any
 * instant; only a failing machine could take back the last moments.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

export type Store = {
  /** A prepared statement, kept for the next time. */
  prepare(sql: string): StatementSync
  exec(sql: string): void
  /** Runs `work` in one transaction, and undoes it when it throws or answers `keep: false`. */
  transact<T>(work: () => { keep: boolean; result: T }): T
  close(): void
}

const maxKeptStatements = 500

export function openStore(dataDir: string): Store {
  mkdirSync(dataDir, { recursive: true })
  const file = join(dataDir, 'cosmos.sqlite')
  const database = new DatabaseSync(file)
  try {
    // Larger pages than the default: a write dirties a page of each index, and every dirty page is checksummed and logged.
    database.exec(`
      PRAGMA page_size = 8192;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = 8000;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY;
      BEGIN IMMEDIATE; COMMIT;`)
  } catch (cause) {
    database.close()
    throw new Error(`Cannot open ${file}: is another local Cosmos DB server using this folder?`, { cause })
  }
  const kept = new Map<string, StatementSync>()
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  return {
    prepare(sql) {
      let statement = kept.get(sql)
      if (statement === undefined) {
        statement = database.prepare(sql)
        if (kept.size >= maxKeptStatements) kept.delete(kept.keys().next().value ?? '')
        kept.set(sql, statement)
      }
      return statement
    },
    exec: (sql) => database.exec(sql),
    transact(work) {
      begin.run()
      try {
        const { keep, result } = work()
        ;(keep ? commit : rollback).run()
        return result
      } catch (error) {
        if (database.isTransaction) rollback.run()
        throw error
      }
    },
    close: () => database.close(),
  }
}
