import type { Json } from '../json.ts'
import type { Selection } from './ast.ts'
import { compileExpression, type Parameters } from './evaluate.ts'

/** What a document becomes in the answer, as JSON text; a `SELECT VALUE` without a value is left out. */
export type Project = (document: Json) => string | undefined

/** `undefined` when the document is returned as it is, and need not be parsed. */
export function compileProjection(
  select: Exclude<Selection, { kind: 'aggregate' }>,
  parameters: Parameters,
): Project | undefined {
  switch (select.kind) {
    case 'document':
      return undefined
    case 'value': {
      const evaluate = compileExpression(select.expression, parameters)
      return (document) => {
        const value = evaluate(document)
        return value === undefined ? undefined : JSON.stringify(value)
      }
    }
    case 'object': {
      const properties = select.properties.map(({ name, expression }) => ({
        name: JSON.stringify(name),
        evaluate: compileExpression(expression, parameters),
      }))
      return (document) => {
        const texts = properties.flatMap(({ name, evaluate }) => {
          const value = evaluate(document)
          return value === undefined ? [] : [`${name}:${JSON.stringify(value)}`]
        })
        return `{${texts.join(',')}}`
      }
    }
  }
}
