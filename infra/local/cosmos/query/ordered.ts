/** The rows that a query looks at, in its order: from an index where one has that order, otherwise sorted in memory. */
import type { Container } from '../container.ts'
import { badRequest, unsupported } from '../errors.ts'
import { valueAt, type Json } from '../json.ts'
import { isExact, sortKey } from '../sort-key.ts'
import type { Store } from '../store.ts'
import { candidates, type Candidate, type Position } from './candidates.ts'
import { maxExaminedAtOnce, maxExaminedPerPage } from './page.ts'
import { documentOf, type Order, type Plan } from './plan.ts'
import { compareText } from './values.ts'

export type Context = { store: Store; container: Container; plan: Plan; nowSeconds: number }

export function ordered(context: Context, position: Position | undefined, chunk: number): Iterable<Candidate> {
  const { store, container, plan, nowSeconds } = context
  switch (plan.order.kind) {
    case 'creation':
      return candidates(store, container, plan.clauses, undefined, position, chunk, nowSeconds)
    case 'column':
      return candidates(store, container, plan.clauses, plan.order, position, chunk, nowSeconds)
    case 'memory':
      return sorted(context, plan.order, position)
  }
}

/** A path that only a wildcard covers. Documents without the property are left out, as the service does under a wildcard. */
function* sorted(context: Context, order: Extract<Order, { kind: 'memory' }>, from: Position | undefined): Generator<Candidate> {
  const positions: Position[] = []
  for (const { document, rid } of matching(context)) {
    const value = valueAt(document, order.path)
    if (value === undefined) continue
    const key = sortKey(value)
    if (typeof value === 'string' && !isExact(key)) throw badRequest('ORDER BY met a text of more than 255 characters.')
    positions.push({ key, rid })
  }
  const sign = order.descending ? -1 : 1
  const compare = (left: Position, right: Position) => sign * (compareText(left.key, right.key) || left.rid - right.rid)
  for (const position of positions.sort(compare)) {
    if (from !== undefined && compare(position, from) <= 0) continue
    const row = context.container.documents.get(position.rid)
    if (row !== undefined) yield { position, row }
  }
}

/** All documents that fit, parsed, in no particular order. */
export function* matching({ store, container, plan, nowSeconds }: Context): Generator<{ document: Json; rid: number }> {
  let examined = 0
  for (const { row } of candidates(store, container, plan.clauses, undefined, undefined, maxExaminedPerPage, nowSeconds)) {
    examined += 1
    if (examined > maxExaminedAtOnce) {
      throw unsupported(`an aggregate, DISTINCT or unindexed ORDER BY over more than ${maxExaminedAtOnce} documents`)
    }
    const document = documentOf(container, row)
    if (plan.test?.(document) !== false) yield { document, rid: row.rid }
  }
}
