import type { JsonObject } from '../json.ts'
import { compileExpression } from './evaluate.ts'
import { parseConditionQuery } from './parser.ts'

export function parseCondition(text: string): (document: JsonObject) => boolean {
  const evaluate = compileExpression(parseConditionQuery(text), new Map())
  return (document) => evaluate(document) === true
}
