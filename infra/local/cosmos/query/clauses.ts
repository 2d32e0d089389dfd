/**
 * WHERE, divided: conjuncts that compare a column of the document table with a constant become clauses of the SQL statement, exactly,
 * since sort keys are type-strict; what is left over is evaluated on the parsed document.
 */
import type { Json } from '../json.ts'
import { endOfType, isExact, sortKey, startOfType } from '../sort-key.ts'
import type { ComparisonOperator, Expression, Step } from './ast.ts'
import { constantOf, isConstant, type Parameters } from './evaluate.ts'

export type Bound = { value: string; inclusive: boolean }
export type Clause =
  | { kind: 'equal'; column: string; value: string }
  | { kind: 'among'; column: string; values: string[] }
  | { kind: 'range'; column: string; lower: Bound | undefined; upper: Bound | undefined }

/** `pk` and `id` hold other encodings than key columns and know equality only. */
export type ColumnOf = (path: readonly Step[], use: 'equality' | 'range') => string | undefined

const maxListed = 100

export function divide(where: Expression | undefined, parameters: Parameters, columnOf: ColumnOf) {
  const clauses: Clause[] = []
  let rest: Expression | undefined
  for (const conjunct of conjunctsOf(where)) {
    const clause = clauseOf(conjunct, parameters, columnOf)
    if (clause !== undefined) clauses.push(clause)
    else rest = rest === undefined ? conjunct : { kind: 'and', left: rest, right: conjunct }
  }
  return { clauses, rest }
}

export function clauseSql(clause: Clause): { sql: string; values: string[] } {
  const { column } = clause
  switch (clause.kind) {
    case 'equal':
      return { sql: `${column} = ?`, values: [clause.value] }
    case 'among':
      return { sql: `${column} IN (${clause.values.map(() => '?').join(', ')})`, values: clause.values }
    case 'range': {
      const { lower, upper } = clause
      const parts = [
        lower && `${column} ${lower.inclusive ? '>=' : '>'} ?`,
        upper && `${column} ${upper.inclusive ? '<=' : '<'} ?`,
      ]
      return { sql: parts.filter(Boolean).join(' AND ') || 'TRUE', values: [lower, upper].flatMap((bound) => bound?.value ?? []) }
    }
  }
}

function conjunctsOf(expression: Expression | undefined): Expression[] {
  if (expression === undefined) return []
  return expression.kind === 'and' ? [...conjunctsOf(expression.left), ...conjunctsOf(expression.right)] : [expression]
}

function clauseOf(expression: Expression, parameters: Parameters, columnOf: ColumnOf): Clause | undefined {
  switch (expression.kind) {
    case 'comparison':
      return (
        comparison(expression.left, expression.operator, expression.right, parameters, columnOf) ??
        comparison(expression.right, mirrored[expression.operator], expression.left, parameters, columnOf)
      )
    case 'between': {
      const { operand, low, high } = expression
      const lower = comparison(operand, '>=', low, parameters, columnOf)
      const upper = comparison(operand, '<=', high, parameters, columnOf)
      if (lower?.kind !== 'range' || upper?.kind !== 'range') return undefined
      const isOneType = startOfType(lower.lower?.value ?? '') === upper.lower?.value
      return isOneType ? { kind: 'range', column: lower.column, lower: lower.lower, upper: upper.upper } : undefined
    }
    case 'in': {
      const equals = expression.list.map((item) => comparison(expression.operand, '=', item, parameters, columnOf))
      const values = equals.flatMap((clause) => (clause?.kind === 'equal' ? [clause.value] : []))
      const column = equals[0]?.column
      if (column === undefined || values.length !== expression.list.length || values.length > maxListed) return undefined
      return { kind: 'among', column, values }
    }
    default:
      return undefined
  }
}

const mirrored: Record<ComparisonOperator, ComparisonOperator> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

function comparison(
  left: Expression,
  operator: ComparisonOperator,
  right: Expression,
  parameters: Parameters,
  columnOf: ColumnOf,
) {
  if (left.kind !== 'path' || !isConstant(right) || operator === '!=') return undefined
  const value = constantOf(right, parameters)
  const column = columnOf(left.path, operator === '=' ? 'equality' : 'range')
  if (column === undefined || value === undefined) return undefined
  if (column === 'pk' || column === 'id') return equality(column, value)
  const key = sortKey(value)
  return isExact(key) ? keyClause(column, operator, key) : undefined
}

function equality(column: 'pk' | 'id', value: Json): Clause | undefined {
  if (column === 'pk')
    return typeof value === 'object' && value !== null ? undefined : { kind: 'equal', column, value: JSON.stringify(value) }
  return typeof value === 'string' ? { kind: 'equal', column, value } : undefined
}

function keyClause(column: string, operator: Exclude<ComparisonOperator, '!='>, key: string): Clause {
  const isUpper = operator === '<' || operator === '<='
  if (operator === '=') return { kind: 'equal', column, value: key }
  const bound = { value: key, inclusive: operator.endsWith('=') }
  const first = { value: startOfType(key), inclusive: true }
  const end = { value: endOfType(key), inclusive: false }
  return { kind: 'range', column, lower: isUpper ? first : bound, upper: isUpper ? bound : end }
}
