/**
 * The rows a query must look at, in its order, from a position on: their numbers are read from the index in chunks, and each row is
 * fetched only when it is reached, so a page reads little more than what it returns. Positions are values, not offsets, so that
 * paging neither skips nor repeats what was there all along while other documents come and go.
 */
import type { Container } from '../container.ts'
import type { Row } from '../document-table.ts'
import { badRequest } from '../errors.ts'
import { maxTextLength } from '../sort-key.ts'
import type { Store } from '../store.ts'
import { chooseIndex } from './access-path.ts'
import { clauseSql, type Bound, type Clause } from './clauses.ts'

export type Position = { key: string; rid: number }
export type Sort = { column: string; descending: boolean }
export type Candidate = { position: Position; row: Row }

const maxChunk = 1_000

export function* candidates(
  store: Store,
  container: Container,
  clauses: readonly Clause[],
  sort: Sort | undefined,
  from: Position | undefined,
  chunk: number,
  nowSeconds: number,
): Generator<Candidate> {
  const table = container.documents
  const index = chooseIndex(store, table, clauses, sort?.column)
  const limit = Math.min(Math.max(chunk, 1), maxChunk)
  let position = from
  for (;;) {
    const parts: Condition[] = [...narrowed(clauses, sort, position).map(clauseSql), alive(nowSeconds), after(sort, position)]
    const order = sort === undefined ? 'rid' : sort.descending ? `${sort.column} DESC, rid DESC` : `${sort.column}, rid`
    const statement = store.prepare(
      `SELECT rid, ${sort?.column ?? "''"} AS key FROM ${table.name} ${index === undefined ? 'NOT INDEXED' : `INDEXED BY ${index}`}
       WHERE ${parts.map(({ sql }) => sql).join(' AND ')} ORDER BY ${order} LIMIT ?`,
    )
    const found = statement.all(...parts.flatMap(({ values }) => values), limit) as unknown as Position[]
    for (const next of found) {
      if (next.key.length > maxTextLength) throw badRequest(`ORDER BY met a text longer than ${maxTextLength - 1} characters.`)
      const row = table.get(next.rid)
      if (row !== undefined) yield { position: next, row }
    }
    position = found.at(-1)
    if (position === undefined || found.length < limit) return
  }
}

export function countRows(store: Store, container: Container, clauses: readonly Clause[], nowSeconds: number): number {
  const table = container.documents
  const index = chooseIndex(store, table, clauses, undefined)
  const parts: Condition[] = [...clauses.map(clauseSql), alive(nowSeconds)]
  const statement = store.prepare(
    `SELECT count(*) AS n FROM ${table.name} ${index === undefined ? 'NOT INDEXED' : `INDEXED BY ${index}`}
     WHERE ${parts.map(({ sql }) => sql).join(' AND ')}`,
  )
  const { n } = statement.get(...parts.flatMap(({ values }) => values)) as { n: number }
  return n
}

type Condition = { sql: string; values: (string | number)[] }

function alive(nowSeconds: number): Condition {
  return { sql: '(exp IS NULL OR exp > ?)', values: [nowSeconds] }
}

function after(sort: Sort | undefined, position: Position | undefined): Condition {
  if (position === undefined) return { sql: 'TRUE', values: [] }
  if (sort === undefined) return { sql: 'rid > ?', values: [position.rid] }
  return { sql: `(${sort.column}, rid) ${sort.descending ? '<' : '>'} (?, ?)`, values: [position.key, position.rid] }
}

/** Without this SQLite may start each page at the first bound instead of where the last page ended. */
function narrowed(clauses: readonly Clause[], sort: Sort | undefined, position: Position | undefined): readonly Clause[] {
  if (sort === undefined || position === undefined) return clauses
  const bound: Bound = { value: position.key, inclusive: true }
  return clauses.map((clause) => {
    if (clause.kind !== 'range' || clause.column !== sort.column) return clause
    return sort.descending ? { ...clause, upper: bound } : { ...clause, lower: bound }
  })
}
