/** One container while the server runs: its definition, its documents, and its clock of writes. */
import type { ContainerDefinition } from './definition.ts'
import { versionsPerLsn, type DocumentTable, type Row } from './document-table.ts'

export type Container = {
  readonly number: number
  readonly database: string
  readonly rid: string
  /** `dbs/<rid>/colls/<rid>/`, the start of every document's `_self`. */
  readonly self: string
  readonly partitionKeyPath: readonly string[]
  readonly ridOf: (row: number) => string
  definition: ContainerDefinition
  revision: number
  changedSeconds: number
  documents: DocumentTable
  /** Log sequence number of the last committed write. */
  lsn: number
  /** `_ts` never goes back, even where the clock does: the change feed from a point in time relies on it. */
  lastWriteSeconds: number
}

export function lsnOf(version: number): number {
  return Math.floor(version / versionsPerLsn)
}

/** Quoted, as it travels in headers. Derived from what is stored, so it is the same after a restart. */
export function etagOf({ version, ts }: { version: number; ts: number }): string {
  const position = hex(version % versionsPerLsn, 4)
  return `"${hex(lsnOf(version), 8)}-0000-${position}-0000-${hex(ts, 8)}0000"`
}

/** The document as a client sees it. Joined as text: the body is never parsed to be read. */
export function documentJson(container: Container, row: Row, isFeed = false): string {
  const rid = container.ridOf(row.rid)
  const etag = etagOf(row).slice(1, -1)
  const lsn = isFeed ? `,"_lsn":${lsnOf(row.version)}` : ''
  const system = `"_rid":"${rid}","_self":"${container.self}docs/${rid}/","_etag":"\\"${etag}\\"","_attachments":"attachments/"`
  return `${row.body.slice(0, -1)},${system},"_ts":${row.ts}${lsn}}`
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0')
}
