/**
 * Which SQLite index a query walks. SQLite keeps averages at best, and an average misleads here: among a million ticks and a few
 * thousand books, `type` looks useless, yet for 'book' it is the answer. So the candidates are counted, up to a limit: the first
 * that selects few rows is taken. A sort is worth following only when none does.
 */
import type { DocumentTable } from '../document-table.ts'
import type { Store } from '../store.ts'
import { clauseSql, type Clause } from './clauses.ts'

/** A hundred rows are hardly worth a comparison; ten thousand are still cheaper to fetch and sort than a walk past all others. */
const probeLimits = [100, 10_000]

/** The name of the index, or `undefined` for the table itself in order of creation. */
export function chooseIndex(
  store: Store,
  table: DocumentTable,
  clauses: readonly Clause[],
  sortColumn: string | undefined,
): string | undefined {
  const partition = clauses.find((clause) => clause.column === 'pk')
  const isWithin = partition?.kind === 'equal' && table.hasPartitionIndexes
  if (partition?.kind === 'equal' && (!isWithin || clauses.some(({ column }) => column === 'id'))) return `${table.name}_pk_id`
  const indexOf = (column: string) => `${table.name}_${isWithin ? 'pk_' : ''}${column}`
  const candidates = clauses
    .filter(({ column }) => column.startsWith('k'))
    .sort((left, right) => Number(right.column === sortColumn) - Number(left.column === sortColumn))

  const [only] = candidates
  if (only === undefined) {
    if (sortColumn !== undefined) return indexOf(sortColumn)
    return partition === undefined ? undefined : `${table.name}_pk_id`
  }
  if (candidates.length === 1 && (sortColumn === undefined || sortColumn === only.column)) return indexOf(only.column)
  for (const limit of probeLimits) {
    const narrow = candidates.find(
      (clause) => count(store, table, indexOf(clause.column), [...(isWithin ? [partition] : []), clause], limit) < limit,
    )
    if (narrow !== undefined) return indexOf(narrow.column)
  }
  if (sortColumn !== undefined) return indexOf(sortColumn)
  const equal = candidates.find(({ kind }) => kind === 'equal')
  if (equal !== undefined) return indexOf(equal.column)
  return isWithin ? indexOf(only.column) : undefined
}

function count(store: Store, table: DocumentTable, index: string, clauses: readonly Clause[], limit: number): number {
  const parts = clauses.map(clauseSql)
  const where = parts.map(({ sql }) => sql).join(' AND ')
  const statement = store.prepare(
    `SELECT count(*) AS n FROM (SELECT 1 FROM ${table.name} INDEXED BY ${index} WHERE ${where} LIMIT ?)`,
  )
  const { n } = statement.get(...parts.flatMap(({ values }) => values), limit) as { n: number }
  return n
}
