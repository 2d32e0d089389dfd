/**
 * Expressions as closures over a document. Logic has three values: `undefined AND false` is false, `undefined OR true` is true, any
 * other combination with `undefined` stays undefined.
 */
import { badRequest } from '../errors.ts'
import { valueAt, type Json } from '../json.ts'
import type { Expression } from './ast.ts'
import { functions } from './functions.ts'
import { compare, type Value } from './values.ts'

export type Parameters = ReadonlyMap<string, Json>
export type Evaluate = (document: Json) => Value

export function compileExpression(expression: Expression, parameters: Parameters): Evaluate {
  const compile = (inner: Expression) => compileExpression(inner, parameters)
  switch (expression.kind) {
    case 'literal':
    case 'parameter': {
      const value = constantOf(expression, parameters)
      return () => value
    }
    case 'path':
      return (document) => valueAt(document, expression.path)
    case 'array': {
      const items = expression.items.map(compile)
      return (document) => items.map((item) => item(document)).filter((value) => value !== undefined)
    }
    case 'not': {
      const operand = compile(expression.operand)
      return (document) => {
        const value = operand(document)
        return typeof value === 'boolean' ? !value : undefined
      }
    }
    case 'and':
      return joined(compile(expression.left), compile(expression.right), false)
    case 'or':
      return joined(compile(expression.left), compile(expression.right), true)
    case 'comparison': {
      const [left, right] = [compile(expression.left), compile(expression.right)]
      return (document) => compare(expression.operator, left(document), right(document))
    }
    case 'between': {
      const [operand, low, high] = [compile(expression.operand), compile(expression.low), compile(expression.high)]
      const atLeast: Evaluate = (document) => compare('>=', operand(document), low(document))
      return joined(atLeast, (document) => compare('<=', operand(document), high(document)), false)
    }
    case 'in': {
      const operand = compile(expression.operand)
      const equals = expression.list.map(compile).map(
        (item): Evaluate =>
          (document) =>
            compare('=', operand(document), item(document)),
      )
      return equals.reduce((left, right) => joined(left, right, true))
    }
    case 'call': {
      const parametersOf = expression.parameters.map(compile)
      const apply = functions.get(expression.name)?.apply
      if (apply === undefined) throw badRequest(`Unknown function ${expression.name}.`)
      return (document) => apply(parametersOf.map((parameter) => parameter(document)))
    }
  }
}

export function isConstant(expression: Expression): expression is Extract<Expression, { kind: 'literal' | 'parameter' }> {
  return expression.kind === 'literal' || expression.kind === 'parameter'
}

export function constantOf(expression: Extract<Expression, { kind: 'literal' | 'parameter' }>, parameters: Parameters): Value {
  if (expression.kind === 'literal') return expression.value
  if (!parameters.has(expression.name))
    throw badRequest(`The query uses ${expression.name}, and no parameter of that name was sent.`)
  return parameters.get(expression.name)
}

/** AND with `decisive` false, OR with `decisive` true. */
function joined(left: Evaluate, right: Evaluate, decisive: boolean): Evaluate {
  return (document) => {
    const first = left(document)
    if (first === decisive) return decisive
    const second = right(document)
    if (second === decisive) return decisive
    return typeof first === 'boolean' && typeof second === 'boolean' ? !decisive : undefined
  }
}
