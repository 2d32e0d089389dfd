import { DefaultSettings, Language, TaskUtils } from '@microsoft/powerquery-parser'

import { equal, isA, isFunction, isList, MError, record, table, timeOf, typeName, type MFunction, type Value } from './values.ts'

const { LiteralKind, NodeKind } = Language.Ast
const { EqualityOperator, LogicalOperator, UnaryOperator } = Language.Constant

type Node = Language.Ast.TNode
/** A name, and how to work out what it stands for: once, and not before it is asked for. */
export type Scope = ReadonlyMap<string, () => Value>

/** Microsoft's parser reads it; `reason` is its complaint. */
export async function parseM(m: string): Promise<{ ok: true; node: Node } | { ok: false; reason: string }> {
  const task = await TaskUtils.tryLexParse(DefaultSettings, m)
  if (TaskUtils.isParseStageOk(task)) return { ok: true, node: task.ast }
  return { ok: false, reason: task.error.message }
}

export function once(work: () => Value): () => Value {
  let done: { value: Value } | undefined
  return () => (done ??= { value: work() }).value
}

/** Works out an expression of M, as its specification says. What the project's queries do not use is refused by name. */
export function evaluate(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case NodeKind.LetExpression: {
      const inner = new Map(scope)
      for (const { node: pair } of node.variableList.elements) {
        inner.set(
          plain(pair.key.literal),
          once(() => evaluate(pair.value, inner)),
        )
      }
      return evaluate(node.expression, inner)
    }
    case NodeKind.IdentifierExpression:
      return lookUp(node.identifier.literal, scope)
    case NodeKind.LiteralExpression:
      return literal(node)
    case NodeKind.ParenthesizedExpression:
      return evaluate(node.content, scope)
    case NodeKind.ListExpression:
      return node.content.elements.map(({ node: item }) => evaluate(item, scope))
    case NodeKind.RecordExpression:
      return record(
        node.content.elements.map(({ node: pair }) => [plain(pair.key.literal), evaluate(pair.value, scope)] as const),
      )
    case NodeKind.RecursivePrimaryExpression:
      return node.recursiveExpressions.elements.reduce<Value>((on, next) => apply(on, next, scope), evaluate(node.head, scope))
    case NodeKind.FieldSelector:
      return apply(lookUp('_', scope), node, scope)
    case NodeKind.EachExpression:
      return (item = null) =>
        evaluate(
          node.paired,
          new Map(scope).set('_', () => item),
        )
    case NodeKind.FunctionExpression:
      return functionOf(node, scope)
    case NodeKind.IfExpression:
      return evaluate(truth(evaluate(node.condition, scope)) ? node.trueExpression : node.falseExpression, scope)
    case NodeKind.ErrorHandlingExpression: {
      const { handler } = node
      if (handler?.kind !== NodeKind.OtherwiseExpression) throw new Error('try is only known with otherwise')
      try {
        return evaluate(node.protectedExpression, scope)
      } catch (error) {
        if (error instanceof MError) return evaluate(handler.paired, scope)
        throw error
      }
    }
    case NodeKind.LogicalExpression: {
      const left = truth(evaluate(node.left, scope))
      if (node.operatorConstant.constantKind === LogicalOperator.And) return left && truth(evaluate(node.right, scope))
      return left || truth(evaluate(node.right, scope))
    }
    case NodeKind.EqualityExpression: {
      const same = equal(evaluate(node.left, scope), evaluate(node.right, scope))
      return node.operatorConstant.constantKind === EqualityOperator.EqualTo ? same : !same
    }
    case NodeKind.RelationalExpression:
      return compare(evaluate(node.left, scope), node.operatorConstant.constantKind, evaluate(node.right, scope))
    case NodeKind.ArithmeticExpression:
      return calculate(evaluate(node.left, scope), node.operatorConstant.constantKind, evaluate(node.right, scope))
    case NodeKind.UnaryExpression: {
      const value = evaluate(node.typeExpression, scope)
      const [operator] = node.operators.elements
      if (operator?.constantKind === UnaryOperator.Not) return !truth(value)
      return calculate(0, '-', value)
    }
    case NodeKind.MetadataExpression:
      return evaluate(node.left, scope)
    case NodeKind.TypePrimaryType:
      if (node.paired.kind !== NodeKind.PrimitiveType) throw new Error(`the type ${node.paired.kind} is not known here`)
      return { type: 'type', name: node.paired.primitiveTypeKind }
    default:
      throw new Error(`${node.kind} is not known here`)
  }
}

function lookUp(name: string, scope: Scope): Value {
  const found = scope.get(plain(name))
  if (found === undefined) throw new Error(`The name '${name}' wasn't recognized.`)
  return found()
}

function literal({ literal, literalKind }: Language.Ast.LiteralExpression): Value {
  switch (literalKind) {
    case LiteralKind.Text:
      return literal.slice(1, -1).replaceAll('""', '"').replaceAll('#(lf)', '\n')
    case LiteralKind.Numeric:
      return Number(literal)
    case LiteralKind.Logical:
      return literal === 'true'
    case LiteralKind.Null:
      return null
    default:
      throw new Error(`${literalKind} is no literal that is known here`)
  }
}

/** `f(x)`, `t{0}`, `t{[Item = "x"]}`, `r[field]`. */
function apply(on: Value, by: Node, scope: Scope): Value {
  if (by.kind === NodeKind.InvokeExpression) {
    if (!isFunction(on)) throw new MError(`We cannot convert a value of type ${typeName(on)} to type Function.`)
    return on(...by.content.elements.map(({ node }) => evaluate(node, scope)))
  }
  if (by.kind === NodeKind.FieldSelector) {
    const name = plain(by.content.literal)
    if (isA(on, 'table')) {
      const at = on.columns.indexOf(name)
      if (at < 0) throw new MError(`The column '${name}' of the table wasn't found.`)
      return on.rows.map((row) => row[at] ?? null)
    }
    if (!isA(on, 'record')) throw new MError(`We cannot apply field access to the type ${typeName(on)}.`)
    const found = on.fields.get(name)
    if (found !== undefined) return found
    if (by.optionalConstant !== undefined) return null
    throw new MError(`The field '${name}' of the record wasn't found.`)
  }
  if (by.kind === NodeKind.ItemAccessExpression) {
    const key = evaluate(by.content, scope)
    if (typeof key === 'number' && isList(on)) {
      const found = on[key]
      if (found === undefined) throw new MError("There weren't enough elements in the enumeration to complete the operation.")
      return found
    }
    if (isA(key, 'record') && isA(on, 'table')) {
      const rows = on.rows.filter((row) =>
        [...key.fields].every(([name, value]) => equal(row[on.columns.indexOf(name)] ?? null, value)),
      )
      const [row] = rows
      if (row === undefined || rows.length > 1) throw new MError("The key didn't match any rows in the table.")
      return rowOf(on.columns, row)
    }
  }
  throw new Error(`${by.kind} on ${typeName(on)} is not known here`)
}

export const rowOf = (columns: readonly string[], row: readonly Value[]) =>
  record(columns.map((name, i) => [name, row[i] ?? null] as const))

function functionOf(node: Language.Ast.FunctionExpression, scope: Scope): MFunction {
  const parameters = node.parameters.content.elements.map(({ node: parameter }) => parameter)
  return (...args) => {
    const least = parameters.filter(({ optionalConstant }) => optionalConstant === undefined).length
    if (args.length < least || args.length > parameters.length) {
      throw new MError(`${args.length} arguments were passed to a function which expects ${parameters.length}.`)
    }
    const inner = new Map(scope)
    for (const [i, { name, parameterType }] of parameters.entries()) {
      const value = ascribed(args[i] ?? null, parameterType)
      inner.set(plain(name.literal), () => value)
    }
    return ascribed(evaluate(node.expression, inner), node.functionReturnType)
  }
}

/** `x as nullable text`: the value as it is, or an error where it is of another type. */
function ascribed(value: Value, type: Language.Ast.AsNullablePrimitiveType | undefined): Value {
  if (type === undefined) return value
  const { paired } = type
  const [mayBeNull, wanted]: [boolean, string] =
    paired.kind === NodeKind.NullablePrimitiveType ? [true, paired.paired.primitiveTypeKind] : [false, paired.primitiveTypeKind]
  if (wanted === 'any' || (mayBeNull && value === null) || typeName(value) === wanted) return value
  throw new MError(`We cannot convert a value of type ${typeName(value)} to type ${wanted}.`)
}

export function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new MError(`We cannot convert a value of type ${typeName(value)} to type Logical.`)
  return value
}

/** Null is neither more nor less than anything: to compare with it gives null, which is no condition. */
function compare(left: Value, operator: string, right: Value): Value {
  if (left === null || right === null) return null
  const order = orderOf(left, right)
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

export function orderOf(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return left === right ? 0 : left < right ? -1 : 1
  const [a, b] = [left, right].map((value) => (typeof value === 'number' ? value : timeOf(value)))
  if (a === undefined || b === undefined || typeName(left) !== typeName(right)) {
    throw new MError(`We cannot apply operator < to types ${typeName(left)} and ${typeName(right)}.`)
  }
  return a - b
}

function calculate(left: Value, operator: string, right: Value): Value {
  if (left === null || right === null) return null
  if (typeof left === 'number' && typeof right === 'number') return calculated(left, operator, right)
  if (operator === '&') {
    if (typeof left === 'string' && typeof right === 'string') return left + right
    if (isList(left) && isList(right)) return [...left, ...right]
    if (isA(left, 'record') && isA(right, 'record')) return record([...left.fields, ...right.fields])
    if (isA(left, 'table') && isA(right, 'table')) return table(left.columns, [...left.rows, ...right.rows])
  }
  const [a, b] = [timeOf(left), timeOf(right)]
  if (a !== undefined && b !== undefined) {
    const sameKind = typeName(left) === typeName(right)
    if (operator === '-' && sameKind) return { type: 'duration', ms: a - b }
    if (isA(right, 'duration') && !isA(left, 'duration') && (isA(left, 'datetime') || isA(left, 'datetimezone'))) {
      if (operator === '+') return { ...left, ms: a + b }
      if (operator === '-') return { ...left, ms: a - b }
    }
  }
  throw new MError(`We cannot apply operator ${operator} to types ${typeName(left)} and ${typeName(right)}.`)
}

function calculated(left: number, operator: string, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    default:
      throw new MError(`We cannot apply operator ${operator} to types Number and Number.`)
  }
}

/** `#"a name"` is the name inside the quotes. */
const plain = (name: string) => (name.startsWith('#"') ? name.slice(2, -1) : name)
