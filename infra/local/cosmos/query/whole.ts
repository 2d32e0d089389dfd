/** Answers that can only be given once all documents are seen. */
import { queryCharge } from '../charge.ts'
import { documentJson } from '../container.ts'
import { unsupported } from '../errors.ts'
import { aggregate } from './aggregate.ts'
import type { Selection } from './ast.ts'
import { countRows } from './candidates.ts'
import { encodeContinuation, type Continuation } from './continuation.ts'
import { compileExpression, isConstant, type Evaluate, type Parameters } from './evaluate.ts'
import { matching, ordered, type Context } from './ordered.ts'
import { maxExaminedAtOnce, maxExaminedPerPage, type QueryPage } from './page.ts'
import { documentOf } from './plan.ts'
import type { Project } from './projection.ts'
import type { Value } from './values.ts'

export function aggregatePage(
  context: Context,
  select: Extract<Selection, { kind: 'aggregate' }>,
  parameters: Parameters,
): QueryPage {
  const { store, container, plan, nowSeconds } = context
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

/** Distinct values have no position of their own: the continuation counts them. */
export function distinctPage(context: Context, project: Project | undefined, from: Continuation, maxItems: number): QueryPage {
  const seen = new Set<string>()
  let examined = 0
  for (const { row } of ordered(context, undefined, maxExaminedPerPage)) {
    examined += 1
    if (examined > maxExaminedAtOnce) throw unsupported(`DISTINCT over more than ${maxExaminedAtOnce} documents`)
    const document = documentOf(context.container, row)
    if (context.plan.test?.(document) === false) continue
    const text = project === undefined ? documentJson(context.container, row) : project(document)
    if (text === undefined) continue
    if (/^[[{]/.test(text)) throw unsupported('DISTINCT VALUE of objects and arrays')
    seen.add(text)
  }
  const end = from.skip + Math.min(maxItems, from.left)
  const documents = [...seen].slice(from.skip, end)
  const left = from.left - documents.length
  const isMore = left > 0 && end < seen.size
  const continuation = isMore ? encodeContinuation({ position: undefined, skip: end, left }) : undefined
  return { documents, continuation, charge: queryCharge(examined, 0) }
}
