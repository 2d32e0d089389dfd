/**
 * Carries a query out, one page at a time. There is one partition key range, so the answer is complete as it is: sorted, aggregated
 * and cut here, with nothing left for the SDK to merge.
 */
import { queryCharge } from '../charge.ts'
import { documentJson, type Container } from '../container.ts'
import { badRequest, unsupported } from '../errors.ts'
import { isObject, valueAt } from '../json.ts'
import type { PartitionKey } from '../partition-key.ts'
import { isExact, sortKey } from '../sort-key.ts'
import type { Store } from '../store.ts'
import { aggregate } from './aggregate.ts'
import { candidates, countRows, type Candidate, type Position } from './candidates.ts'
import { decodeContinuation, encodeContinuation, type Continuation } from './continuation.ts'
import { compileExpression, isConstant, type Evaluate, type Parameters } from './evaluate.ts'
import { documentOf, planQuery, type Order, type Plan } from './plan.ts'
import { compileProjection } from './projection.ts'
import { compareText, type Value } from './values.ts'

export type QueryRequest = {
  text: string
  parameters: Parameters
  partitionKey: PartitionKey | undefined
  maxItems: number
  continuation: string | undefined
}
export type QueryPage = { documents: string[]; continuation: string | undefined; charge: number }

/** The service answers at most 4 MB at once. */
export const maxPageBytes = 4 * 1024 * 1024
/** Like the service, gives a page back early, even empty, rather than search on and on while others wait. */
const maxExaminedPerPage = 10_000
/** What must be seen whole has no pages: aggregates, DISTINCT, and sorting without a column. */
const maxExaminedAtOnce = 250_000

type Context = { store: Store; container: Container; plan: Plan; nowSeconds: number }

export function runQuery(store: Store, container: Container, request: QueryRequest, nowSeconds: number): QueryPage {
  const plan = planQuery(container, request.text, request.parameters, request.partitionKey)
  const context = { store, container, plan, nowSeconds }
  const { select, distinct } = plan.query
  if (select.kind === 'aggregate') return aggregatePage(context, request.parameters)
  const project = compileProjection(select, request.parameters)
  const start = request.continuation === undefined ? undefined : decodeContinuation(request.continuation)
  const from = start ?? { position: undefined, skip: plan.offset, left: plan.limit }
  return distinct ? distinctPage(context, project, from, request.maxItems) : plainPage(context, project, from, request.maxItems)
}

function plainPage(
  context: Context,
  project: ReturnType<typeof compileProjection>,
  from: Continuation,
  maxItems: number,
): QueryPage {
  const { container, plan } = context
  let { position, skip, left } = from
  const documents: string[] = []
  let bytes = 0
  let examined = 0
  const chunk = plan.test === undefined ? skip + Math.min(maxItems, left) + 1 : maxExaminedPerPage
  for (const candidate of ordered(context, position, chunk)) {
    if (left === 0) break
    if (documents.length >= maxItems || bytes >= maxPageBytes || examined >= maxExaminedPerPage) {
      return { documents, continuation: encodeContinuation({ position, skip, left }), charge: queryCharge(examined, bytes) }
    }
    examined += 1
    position = candidate.position
    const text = textOf(container, candidate, plan, project)
    if (text === undefined) continue
    if (skip > 0) skip -= 1
    else {
      left -= 1
      bytes += text.length
      documents.push(text)
    }
  }
  return { documents, continuation: undefined, charge: queryCharge(examined, bytes) }
}

function textOf(
  container: Container,
  { row }: Candidate,
  plan: Plan,
  project: ReturnType<typeof compileProjection>,
): string | undefined {
  if (plan.test === undefined && project === undefined) return documentJson(container, row)
  const document = documentOf(container, row)
  if (plan.test?.(document) === false) return undefined
  return project === undefined ? documentJson(container, row) : project(document)
}

function ordered(context: Context, position: Position | undefined, chunk: number): Iterable<Candidate> {
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

function* matching({ store, container, plan, nowSeconds }: Context) {
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

function aggregatePage(context: Context, parameters: Parameters): QueryPage {
  const { store, container, plan, nowSeconds } = context
  const { select } = plan.query
  if (select.kind !== 'aggregate') throw new TypeError('Only an aggregate has an aggregate page.')
  let examined = 0
  function* values(expression: Evaluate): Generator<Value> {
    for (const { document } of matching(context)) {
      examined += 1
      yield expression(document)
    }
  }
  const isPlainCount = select.name === 'COUNT' && isConstant(select.expression) && plan.test === undefined
  const value = isPlainCount
    ? countRows(store, container, plan.clauses, nowSeconds)
    : aggregate(select.name, values(compileExpression(select.expression, parameters)))
  return {
    documents: value === undefined ? [] : [JSON.stringify(value)],
    continuation: undefined,
    charge: queryCharge(examined, 0),
  }
}

function distinctPage(
  context: Context,
  project: ReturnType<typeof compileProjection>,
  from: Continuation,
  maxItems: number,
): QueryPage {
  const seen = new Set<string>()
  let examined = 0
  for (const { row } of ordered(context, undefined, maxExaminedPerPage)) {
    examined += 1
    if (examined > maxExaminedAtOnce) throw unsupported(`DISTINCT over more than ${maxExaminedAtOnce} documents`)
    const document = documentOf(context.container, row)
    if (context.plan.test?.(document) === false) continue
    const text = project === undefined ? documentJson(context.container, row) : project(document)
    if (text === undefined) continue
    if (isObject(JSON.parse(text)) || text.startsWith('[')) throw unsupported('DISTINCT VALUE of objects and arrays')
    seen.add(text)
  }
  const end = from.skip + Math.min(maxItems, from.left)
  const documents = [...seen].slice(from.skip, end)
  const left = from.left - documents.length
  const isMore = left > 0 && end < seen.size
  const continuation = isMore ? encodeContinuation({ position: undefined, skip: end, left }) : undefined
  return { documents, continuation, charge: queryCharge(examined, 0) }
}
