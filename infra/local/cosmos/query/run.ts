/**
 * Carries a query out, one page at a time. There is one partition key range, so the answer is complete as it is: sorted, aggregated
 * and cut here, with nothing left for the SDK to merge.
 */
import { queryCharge } from '../charge.ts'
import { documentJson, type Container } from '../container.ts'
import type { Row } from '../document-table.ts'
import type { PartitionKey } from '../partition-key.ts'
import type { Store } from '../store.ts'
import { decodeContinuation, encodeContinuation, type Continuation } from './continuation.ts'
import type { Parameters } from './evaluate.ts'
import { ordered, type Context } from './ordered.ts'
import { maxExaminedPerPage, maxPageBytes, type QueryPage } from './page.ts'
import { documentOf, planQuery } from './plan.ts'
import { compileProjection, type Project } from './projection.ts'
import { aggregatePage, distinctPage } from './whole.ts'

export type QueryRequest = {
  text: string
  parameters: Parameters
  partitionKey: PartitionKey | undefined
  maxItems: number
  continuation: string | undefined
}

export function runQuery(store: Store, container: Container, request: QueryRequest, nowSeconds: number): QueryPage {
  const plan = planQuery(container, request.text, request.parameters, request.partitionKey)
  const context = { store, container, plan, nowSeconds }
  const { select, distinct } = plan.query
  if (select.kind === 'aggregate') return aggregatePage(context, select, request.parameters)
  const project = compileProjection(select, request.parameters)
  const start = request.continuation === undefined ? undefined : decodeContinuation(request.continuation)
  const from = start ?? { position: undefined, skip: plan.offset, left: plan.limit }
  return distinct ? distinctPage(context, project, from, request.maxItems) : plainPage(context, project, from, request.maxItems)
}

function plainPage(context: Context, project: Project | undefined, from: Continuation, maxItems: number): QueryPage {
  const { plan } = context
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
    const text = textOf(context, candidate.row, project)
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

function textOf({ container, plan }: Context, row: Row, project: Project | undefined): string | undefined {
  if (plan.test === undefined && project === undefined) return documentJson(container, row)
  const document = documentOf(container, row)
  if (plan.test?.(document) === false) return undefined
  return project === undefined ? documentJson(container, row) : project(document)
}
