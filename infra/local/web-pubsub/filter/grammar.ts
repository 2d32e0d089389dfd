import { asBool, asInt, asString, type Expression, Unusable } from './expression.ts'
import { functions } from './functions.ts'
import type { Reader } from './reader.ts'

export function or(reader: Reader): Expression {
  let left = and(reader)
  while (reader.takes('or')) {
    const [a, b] = [asBool(left, "The left of 'or'"), asBool(and(reader), "The right of 'or'")]
    left = { type: 'bool', read: (s) => a(s) || b(s) }
  }
  return left
}

function and(reader: Reader): Expression {
  let left = test(reader)
  while (reader.takes('and')) {
    const [a, b] = [asBool(left, "The left of 'and'"), asBool(test(reader), "The right of 'and'")]
    left = { type: 'bool', read: (s) => a(s) && b(s) }
  }
  return left
}

function test(reader: Reader): Expression {
  const left = not(reader)
  if (reader.takes('in')) return membership(left, reader)
  for (const operator of ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const) {
    if (reader.takes(operator)) return comparison(left, operator, not(reader))
  }
  return left
}

function not(reader: Reader): Expression {
  if (!reader.takes('not')) return value(reader)
  const denied = asBool(reader.nested(not), "What follows 'not'")
  return { type: 'bool', read: (s) => !denied(s) }
}

function value(reader: Reader): Expression {
  const word = reader.next()
  if (word.kind === 'string') return { type: 'string', read: () => word.value }
  if (word.kind === 'integer') return { type: 'int', read: () => word.value, constant: word.value }
  if (word.kind === 'mark') {
    if (word.text !== '(') throw new Unusable(`A value cannot start with '${word.text}'.`)
    const inner = reader.nested(or)
    reader.expect(')')
    return inner
  }
  if (reader.takes('(')) return call(word.text, reader)
  switch (word.text.toLowerCase()) {
    case 'userid':
      return { type: 'string', read: (s) => s.userId }
    case 'connectionid':
      return { type: 'string', read: (s) => s.connectionId }
    case 'protocol':
      return { type: 'string', read: (s) => s.protocol }
    case 'groups':
      return { type: 'collection', read: (s) => s.groups }
    case 'true':
    case 'false': {
      const constant = word.text.toLowerCase() === 'true'
      return { type: 'bool', read: () => constant }
    }
    case 'null':
      return { type: 'null', read: () => null }
    default:
      throw new Unusable(`'${word.text}' is not known; use userId, connectionId, groups or protocol.`)
  }
}

function comparison(left: Expression, operator: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le', right: Expression): Expression {
  if (operator === 'eq' || operator === 'ne') {
    if (left.type === 'collection' || right.type === 'collection')
      throw new Unusable(`'${operator}' does not compare collections.`)
    if (left.type !== right.type && left.type !== 'null' && right.type !== 'null') {
      throw new Unusable(`'${operator}' cannot compare ${left.type} with ${right.type}.`)
    }
    return { type: 'bool', read: (s) => (left.read(s) === right.read(s)) === (operator === 'eq') }
  }
  const [a, b] = [asInt(left, `The left of '${operator}'`), asInt(right, `The right of '${operator}'`)]
  const compare = orders[operator]
  return {
    type: 'bool',
    read(s) {
      const [x, y] = [a(s), b(s)]
      return x !== null && y !== null && compare(x, y)
    },
  }
}

const orders = {
  gt: (x: number, y: number) => x > y,
  ge: (x: number, y: number) => x >= y,
  lt: (x: number, y: number) => x < y,
  le: (x: number, y: number) => x <= y,
}

function membership(left: Expression, reader: Reader): Expression {
  const options: Expression[] = []
  if (reader.takes('(')) {
    do options.push(reader.nested(or))
    while (reader.takes(','))
    reader.expect(')')
  } else {
    const right = value(reader)
    if (right.type !== 'collection') throw new Unusable("The right of 'in' must be groups or a list in parentheses.")
    options.push(right)
  }
  const [first] = options
  if (options.length === 1 && first?.type === 'collection') {
    const wanted = asString(left, "The left of 'in groups'")
    return {
      type: 'bool',
      read(s) {
        const group = wanted(s)
        return group !== null && first.read(s).has(group)
      },
    }
  }
  const equals = options.map((option) => asBool(comparison(left, 'eq', option), "'in'"))
  return { type: 'bool', read: (s) => equals.some((equal) => equal(s)) }
}

function call(name: string, reader: Reader): Expression {
  const given: Expression[] = []
  if (!reader.takes(')')) {
    do given.push(reader.nested(or))
    while (reader.takes(','))
    reader.expect(')')
  }
  const make = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (make === undefined) throw new Unusable(`There is no function '${name}'; known are ${Object.keys(functions).join(', ')}.`)
  return make(given, name)
}
