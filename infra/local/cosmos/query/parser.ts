/** Statements: SELECT, FROM, WHERE, ORDER BY, OFFSET LIMIT. Whatever else the language has is refused by its name. */
import { badRequest, unsupported } from '../errors.ts'
import { aggregateNames, type AggregateName, type Expression, type Query, type Selection } from './ast.ts'
import { parseExpression } from './expression-parser.ts'
import { tokenize } from './lexer.ts'
import { tokenReader, type TokenReader } from './token-reader.ts'

const maxKept = 500
const kept = new Map<string, Query>()

/** Parsed queries are kept by their text: an application has a few, and sends each of them thousands of times. */
export function parseQuery(text: string): Query {
  let query = kept.get(text)
  if (query === undefined) {
    query = parse(text)
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value ?? '')
    kept.set(text, query)
  }
  return query
}

/** `FROM c WHERE …`, the condition of a patch. */
export function parseConditionQuery(text: string): Expression {
  const reader = tokenReader(tokenize(text))
  if (!reader.takeWord('FROM')) throw badRequest("A patch condition must start with 'from'.")
  const alias = parseAlias(reader)
  if (!reader.takeWord('WHERE')) throw badRequest("A patch condition needs a 'where'.")
  const condition = parseExpression(reader, alias)
  reader.expectEnd()
  return condition
}

function parse(text: string): Query {
  const reader = tokenReader(tokenize(text))
  if (!reader.takeWord('SELECT')) throw badRequest("A query must start with 'SELECT'.")
  // The alias is declared after it is used, so FROM is read first and the selection once it is known.
  const selectionAt = reader.position()
  reader.skipTo('FROM')
  if (!reader.takeWord('FROM')) throw unsupported('a query without FROM')
  const alias = parseAlias(reader)
  const afterFrom = reader.position()

  reader.moveTo(selectionAt)
  const distinct = reader.takeWord('DISTINCT')
  const top = reader.takeWord('TOP') ? parseCount(reader, alias) : undefined
  const select = parseSelection(reader, alias)
  if (distinct && select.kind !== 'value') throw unsupported('DISTINCT without VALUE')
  if (!reader.isWord('FROM')) throw unsupported(`'${reader.peek().text}' in the SELECT list`)

  reader.moveTo(afterFrom)
  const where = reader.takeWord('WHERE') ? parseExpression(reader, alias) : undefined
  if (reader.isWord('GROUP')) throw unsupported('GROUP BY')
  const orderBy = reader.takeWord('ORDER') ? parseOrderBy(reader, alias) : undefined
  const page = parseOffsetLimit(reader, alias)
  reader.expectEnd()
  if (top !== undefined && page.limit !== undefined) throw badRequest('TOP and OFFSET LIMIT cannot be used together.')
  if (select.kind === 'aggregate' && (orderBy ?? top ?? page.limit) !== undefined) {
    throw unsupported('an aggregate together with TOP, ORDER BY or OFFSET LIMIT')
  }
  return { select, distinct, where, orderBy, offset: page.offset, limit: top ?? page.limit }
}

function parseAlias(reader: TokenReader): string {
  const source = reader.takeName('a container alias after FROM')
  if (reader.isWord('IN')) throw unsupported('iterating an array with IN in FROM')
  if (reader.isSymbol('.') || reader.isSymbol('[')) throw unsupported('a path in FROM')
  const alias = reader.takeWord('AS') || reader.peek().kind === 'name' ? aliasAfter(reader, source) : source
  if (reader.isWord('JOIN')) throw unsupported('JOIN')
  if (reader.isSymbol(',')) throw unsupported('several sources in FROM')
  return alias
}

const clauseWords = ['WHERE', 'ORDER', 'GROUP', 'OFFSET', 'JOIN', 'LIMIT']

function aliasAfter(reader: TokenReader, source: string): string {
  return clauseWords.some((word) => reader.isWord(word)) ? source : reader.takeName('an alias')
}

function parseSelection(reader: TokenReader, alias: string): Selection {
  if (reader.takeSymbol('*')) return { kind: 'document' }
  if (reader.takeWord('VALUE')) return parseValue(reader, alias)
  const properties: { name: string; expression: Expression }[] = []
  do {
    if (takeAggregate(reader) !== undefined) throw unsupported('an aggregate without VALUE')
    const expression = parseExpression(reader, alias)
    const name =
      reader.takeWord('AS') || reader.peek().kind === 'name' ? nameAfter(reader, expression, alias) : implied(expression, alias)
    if (properties.some((property) => property.name === name)) throw badRequest(`The SELECT list names '${name}' twice.`)
    properties.push({ name, expression })
  } while (reader.takeSymbol(','))
  return { kind: 'object', properties }
}

function parseValue(reader: TokenReader, alias: string): Selection {
  const name = takeAggregate(reader)
  if (name === undefined) {
    const expression = parseExpression(reader, alias)
    return expression.kind === 'path' && expression.path.length === 0 ? { kind: 'document' } : { kind: 'value', expression }
  }
  reader.expectSymbol('(')
  const expression = parseExpression(reader, alias)
  reader.expectSymbol(')')
  return { kind: 'aggregate', name, expression }
}

function takeAggregate(reader: TokenReader): AggregateName | undefined {
  if (!reader.isSymbol('(', 1)) return undefined
  return aggregateNames.find((name) => reader.takeWord(name))
}

function nameAfter(reader: TokenReader, expression: Expression, alias: string): string {
  return reader.isWord('FROM') ? implied(expression, alias) : reader.takeName('a name after AS')
}

/** `SELECT c.a.b` gives the property `b`, `SELECT c` the property `c`. */
function implied(expression: Expression, alias: string): string {
  const last = expression.kind === 'path' ? (expression.path.at(-1) ?? alias) : undefined
  if (typeof last !== 'string') throw unsupported('an unnamed expression in the SELECT list: give it a name with AS')
  return last
}

function parseOrderBy(reader: TokenReader, alias: string): Query['orderBy'] {
  if (!reader.takeWord('BY')) throw badRequest("'ORDER' must be followed by 'BY'.")
  const expression = parseExpression(reader, alias)
  if (expression.kind !== 'path' || expression.path.length === 0) throw unsupported('ORDER BY with anything but a property')
  const descending = reader.takeWord('DESC')
  if (!descending) reader.takeWord('ASC')
  if (reader.isSymbol(',')) {
    throw badRequest('The order by query does not have a corresponding composite index that it can be served from.')
  }
  return { path: expression.path, descending }
}

function parseOffsetLimit(reader: TokenReader, alias: string): Pick<Query, 'offset' | 'limit'> {
  if (!reader.takeWord('OFFSET')) return { offset: undefined, limit: undefined }
  const offset = parseCount(reader, alias)
  if (!reader.takeWord('LIMIT')) throw badRequest("'OFFSET' must be followed by a 'LIMIT'.")
  return { offset, limit: parseCount(reader, alias) }
}

function parseCount(reader: TokenReader, alias: string): Expression {
  const token = reader.peek()
  if (token.kind !== 'number' && token.kind !== 'parameter')
    throw badRequest('TOP, OFFSET and LIMIT need a number or a parameter.')
  return parseExpression(reader, alias, 'operand')
}
