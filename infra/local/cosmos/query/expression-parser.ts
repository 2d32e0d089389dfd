/** Scalar expressions, loosest first: OR, AND, NOT, one comparison or BETWEEN or IN, then operands. */
import { badRequest, unsupported } from '../errors.ts'
import { aggregateNames, type ComparisonOperator, type Expression, type Step } from './ast.ts'
import { functions } from './functions.ts'
import type { TokenReader } from './token-reader.ts'

export function parseExpression(reader: TokenReader, alias: string, level: 'any' | 'operand' = 'any'): Expression {
  return level === 'any' ? parseOr(reader, alias) : parseOperand(reader, alias)
}

function parseOr(reader: TokenReader, alias: string): Expression {
  let left = parseAnd(reader, alias)
  while (reader.takeWord('OR')) left = { kind: 'or', left, right: parseAnd(reader, alias) }
  return left
}

function parseAnd(reader: TokenReader, alias: string): Expression {
  let left = parseNot(reader, alias)
  while (reader.takeWord('AND')) left = { kind: 'and', left, right: parseNot(reader, alias) }
  return left
}

function parseNot(reader: TokenReader, alias: string): Expression {
  if (reader.takeWord('NOT')) return { kind: 'not', operand: parseNot(reader, alias) }
  return parseComparison(reader, alias)
}

const comparisons: readonly ComparisonOperator[] = ['=', '!=', '<', '<=', '>', '>=']

function parseComparison(reader: TokenReader, alias: string): Expression {
  const left = parseOperand(reader, alias)
  const operator = comparisons.find((symbol) => reader.takeSymbol(symbol))
  if (operator !== undefined) return { kind: 'comparison', operator, left, right: parseOperand(reader, alias) }
  const negated = reader.takeWord('NOT')
  const found = parseBetween(reader, alias, left) ?? parseIn(reader, alias, left)
  if (reader.isWord('LIKE')) throw unsupported('LIKE')
  if (negated && found === undefined) throw badRequest(`Expected BETWEEN or IN after NOT at position ${reader.peek().at}.`)
  const expression = found ?? left
  refuseOperator(reader)
  return negated ? { kind: 'not', operand: expression } : expression
}

function parseBetween(reader: TokenReader, alias: string, operand: Expression): Expression | undefined {
  if (!reader.takeWord('BETWEEN')) return undefined
  const low = parseOperand(reader, alias)
  if (!reader.takeWord('AND')) throw badRequest("BETWEEN needs 'AND'.")
  return { kind: 'between', operand, low, high: parseOperand(reader, alias) }
}

function parseIn(reader: TokenReader, alias: string, operand: Expression): Expression | undefined {
  if (!reader.takeWord('IN')) return undefined
  reader.expectSymbol('(')
  const list = parseList(reader, alias, ')')
  if (list.length === 0) throw badRequest('IN needs at least one value.')
  return { kind: 'in', operand, list }
}

function parseOperand(reader: TokenReader, alias: string): Expression {
  const token = reader.next()
  switch (token.kind) {
    case 'number':
    case 'text':
      return { kind: 'literal', value: token.value }
    case 'parameter':
      return { kind: 'parameter', name: token.text }
    case 'name':
      return parseNamed(reader, alias, token.text)
    case 'end':
      throw badRequest('The query ends where a value was expected.')
    case 'symbol':
      return parseSymbol(reader, alias, token.text, token.at)
  }
}

function parseSymbol(reader: TokenReader, alias: string, symbol: string, at: number): Expression {
  const token = reader.peek()
  switch (symbol) {
    case '(': {
      if (reader.isWord('SELECT')) throw unsupported('a subquery')
      const inner = parseOr(reader, alias)
      reader.expectSymbol(')')
      return inner
    }
    case '[':
      return { kind: 'array', items: parseList(reader, alias, ']') }
    case '-':
      if (token.kind !== 'number') throw unsupported('arithmetic')
      reader.next()
      return { kind: 'literal', value: -token.value }
    case '{':
      throw unsupported('an object literal: pass it as a parameter')
    default:
      throw badRequest(`Unexpected '${symbol}' at position ${at}.`)
  }
}

const constants = new Map<string, null | boolean | undefined>(
  Object.entries({ NULL: null, TRUE: true, FALSE: false, UNDEFINED: undefined }),
)

function parseNamed(reader: TokenReader, alias: string, name: string): Expression {
  if (name === alias) return { kind: 'path', path: parseSteps(reader) }
  const upper = name.toUpperCase()
  if (reader.takeSymbol('(')) return parseCall(reader, alias, upper)
  if (upper === 'UDF') throw unsupported('user-defined functions')
  if (upper === 'EXISTS' || upper === 'ARRAY') throw unsupported(upper)
  if (constants.has(upper)) return { kind: 'literal', value: constants.get(upper) }
  throw badRequest(`The identifier '${name}' could not be resolved: the query's alias is '${alias}'.`)
}

function parseCall(reader: TokenReader, alias: string, name: string): Expression {
  const known = functions.get(name)
  if (known === undefined) {
    throw unsupported(
      aggregateNames.some((aggregate) => aggregate === name) ? `the aggregate ${name} here` : `the function or clause ${name}`,
    )
  }
  const parameters = parseList(reader, alias, ')')
  if (parameters.length < known.least || parameters.length > known.most) {
    throw badRequest(`${name} takes ${known.least === known.most ? known.least : `${known.least} or ${known.most}`} arguments.`)
  }
  return { kind: 'call', name, parameters }
}

function parseList(reader: TokenReader, alias: string, close: string): Expression[] {
  const list: Expression[] = []
  if (reader.takeSymbol(close)) return list
  do list.push(parseOr(reader, alias))
  while (reader.takeSymbol(','))
  reader.expectSymbol(close)
  return list
}

/** `.name`, `["name"]`, `[0]`, one after another. */
function parseSteps(reader: TokenReader): Step[] {
  const steps: Step[] = []
  for (;;) {
    if (reader.takeSymbol('.')) steps.push(reader.takeName('a property name'))
    else if (reader.takeSymbol('[')) {
      const token = reader.next()
      if (token.kind !== 'number' && token.kind !== 'text')
        throw badRequest(`Expected a name or a position in [] at ${token.at}.`)
      steps.push(token.value)
      reader.expectSymbol(']')
    } else return steps
  }
}

const otherOperators = ['+', '-', '*', '/', '%', '||', '??', '?', '&', '|', '^', '~']

function refuseOperator(reader: TokenReader): void {
  const operator = otherOperators.find((symbol) => reader.isSymbol(symbol))
  if (operator !== undefined) throw unsupported(`the operator ${operator}`)
}
