/** A query against a container, decided: which rows to walk in which order, what to test on each, and what to make of it. */
import { documentJson, type Container } from '../container.ts'
import { badRequest } from '../errors.ts'
import { isIndexed } from '../indexing-policy.ts'
import type { Json } from '../json.ts'
import type { PartitionKey } from '../partition-key.ts'
import type { Row } from '../document-table.ts'
import type { Expression, Query, Step } from './ast.ts'
import type { Sort } from './candidates.ts'
import { divide, type Clause, type ColumnOf } from './clauses.ts'
import { compileExpression, constantOf, isConstant, type Parameters } from './evaluate.ts'
import { parseQuery } from './parser.ts'

export type Order =
  | { kind: 'creation' }
  | ({ kind: 'column' } & Sort)
  | { kind: 'memory'; path: readonly Step[]; descending: boolean }

export type Plan = {
  query: Query
  clauses: readonly Clause[]
  /** What SQL could not decide. */
  test: ((document: Json) => boolean) | undefined
  order: Order
  offset: number
  limit: number
}

export function planQuery(
  container: Container,
  text: string,
  parameters: Parameters,
  partitionKey: PartitionKey | undefined,
): Plan {
  const query = parseQuery(text)
  const { clauses, rest } = divide(query.where, parameters, columnsOf(container))
  if (partitionKey !== undefined) clauses.unshift({ kind: 'equal', column: 'pk', value: partitionKey })
  return {
    query,
    clauses,
    test: rest === undefined ? undefined : testOf(rest, parameters),
    order: orderOf(container, query.orderBy),
    offset: countOf(query.offset, parameters, 0),
    limit: countOf(query.limit, parameters, Infinity),
  }
}

export function documentOf(container: Container, row: Row): Json {
  return JSON.parse(documentJson(container, row)) as Json
}

function testOf(expression: Expression, parameters: Parameters): (document: Json) => boolean {
  const evaluate = compileExpression(expression, parameters)
  return (document) => evaluate(document) === true
}

function columnsOf(container: Container): ColumnOf {
  return (path, use) => {
    if (use === 'equality' && isSame(path, container.partitionKeyPath)) return 'pk'
    if (use === 'equality' && isSame(path, ['id'])) return 'id'
    return container.documents.keys.find((key) => isSame(path, key.path))?.name
  }
}

function orderOf(container: Container, orderBy: Query['orderBy']): Order {
  if (orderBy === undefined) return { kind: 'creation' }
  const { path, descending } = orderBy
  const names = path.filter((step) => typeof step === 'string')
  if (names.length < path.length || !isIndexed(container.definition.indexingPolicy, names)) {
    throw badRequest(
      `The order-by item requires a range index to be defined on the corresponding index path: add /${names.join('/')}/? to includedPaths.`,
    )
  }
  const column = container.documents.keys.find((key) => isSame(path, key.path))?.name
  return column === undefined ? { kind: 'memory', path, descending } : { kind: 'column', column, descending }
}

function countOf(expression: Expression | undefined, parameters: Parameters, fallback: number): number {
  if (expression === undefined || !isConstant(expression)) return fallback
  const count = constantOf(expression, parameters)
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0) {
    throw badRequest(`TOP, OFFSET and LIMIT need whole numbers from 0 on, not ${JSON.stringify(count)}.`)
  }
  return count
}

function isSame(left: readonly Step[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((step, at) => step === right[at])
}
