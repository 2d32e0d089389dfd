import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { incompatibilities } from '../../scripts/schemas/incompatibilities.ts'
import type { Form, JsonSchema } from '../../scripts/schemas/json-schema.ts'
import { type JsonValue, type Spot, spoilt } from '../support/fuzz.ts'
import { checkOf } from '../support/schema-check.ts'

type Node = { [keyword: string]: JsonValue }

/** A small message with everything that the large ones have. */
const id = { type: 'string', minLength: 1, maxLength: 40, pattern: '^[a-z-]*:[^\\n]+$' }
const selection = {
  type: 'object',
  properties: {
    id,
    back: { type: ['number', 'null'], maximum: 1, default: null },
    outcome: { type: ['string', 'null'], enum: ['won', null] },
  },
  required: ['id'],
}
const market = {
  type: 'object',
  properties: {
    kind: { type: 'string', const: 'market', default: 'market' },
    seq: { type: 'integer', minimum: 0, maximum: 1_000 },
    status: { type: 'string', enum: ['open', 'closed'] },
    complete: { type: 'boolean' },
    selections: { type: 'array', items: selection },
  },
  required: ['seq', 'status', 'selections'],
}
const goneMarket = { type: 'object', properties: { kind: { type: 'string', const: 'gone' }, id }, required: ['kind', 'id'] }
const union: Node = { anyOf: [market, goneMarket] }

const bodies = [
  {
    kind: 'market',
    seq: 7,
    status: 'open',
    complete: true,
    selections: [{ id: 'a:1', back: 0.5, outcome: 'won' }, { id: 'a:2' }],
  },
  { kind: 'gone', id: 'a:1' },
].flatMap((body) => [body, ...fc.sample(spoilt(body), { numRuns: 250, seed: 3 }).map(({ body }) => body)])

/** Ways in which a hand that means well changes a schema, wherever it can. */
const changes: readonly ((schema: Node) => void)[] = [
  ({ required }) => Array.isArray(required) && required.pop(),
  (schema) => isNode(schema['properties']) && (schema['required'] = Object.keys(schema['properties'])),
  ({ required, properties }) => Array.isArray(required) && isNode(properties) && delete properties[required[0] as string],
  (schema) => isNode(schema['properties']) && (schema['properties']['surprise'] = { type: 'string' }),
  ({ enum: words }) => Array.isArray(words) && words.shift(),
  ({ enum: words }) => Array.isArray(words) && words.push('surprise'),
  ({ anyOf }) => Array.isArray(anyOf) && anyOf.pop(),
  ({ type }) => Array.isArray(type) && type.pop(),
  ({ type }) => Array.isArray(type) && !type.includes('string') && type.push('string'),
  (schema) => void (schema['type'] = 'string'),
  (schema) => void (schema['type'] = ['string', 'number', 'boolean', 'null', 'object', 'array']),
  (schema) => void (schema['pattern'] = '^[a-z]*$'),
  (schema) => void (schema['minimum'] = 1),
  (schema) => void (schema['minimum'] = -5),
  (schema) => void (schema['maximum'] = 0.75),
  (schema) => void (schema['maximum'] = 2_000),
  (schema) => void (schema['minLength'] = 4),
  (schema) => void (schema['maxLength'] = 5),
  (schema) => void (schema['maxLength'] = 50),
  (schema) => void (schema['items'] = {}),
  ...['type', 'const', 'enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'items', 'anyOf', 'required'].map(
    (keyword) => (schema: Node) => void delete schema[keyword],
  ),
]

/** Every place in a schema that is a schema itself. */
function placesIn(schema: Node, at: Spot = []): Spot[] {
  const inner = (child: JsonValue | undefined, ...step: Spot) => (isNode(child) ? placesIn(child, [...at, ...step]) : [])
  const { properties, items, anyOf } = schema
  return [
    at,
    ...(isNode(properties) ? Object.entries(properties).flatMap(([name, child]) => inner(child, 'properties', name)) : []),
    ...inner(items, 'items'),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((child, i) => inner(child, 'anyOf', i)) : []),
  ]
}

const isNode = (value: JsonValue | undefined): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function changed(schema: Node, at: Spot, change: (schema: Node) => void): JsonSchema {
  const copy = structuredClone(schema)
  let node = copy as Record<string | number, JsonValue>
  for (const step of at) node = node[step] as Record<string | number, JsonValue>
  change(node)
  return copy
}

const allChanges = new Map(
  placesIn(union)
    .flatMap((at) => changes.map((change) => changed(union, at, change)))
    .map((after) => [JSON.stringify(after), after]),
)
const before = union as JsonSchema
const accepts = (schema: JsonSchema) => {
  const check = checkOf(schema, { strict: false })
  return bodies.map((body) => check(body) === undefined)
}

describe('two versions against which nothing is said', () => {
  it.each<[Form, string]>([
    ['read', 'take whatever was taken before'],
    ['sent', 'send nothing that could not be taken before'],
  ])('(%s) %s', (form) => {
    const old = accepts(before)
    const allowed = [...allChanges.values()].filter((after) => incompatibilities(before, after, form).length === 0)
    const wrong = allowed.flatMap((after) => {
      const now = accepts(after)
      const [written, read] = form === 'read' ? [old, now] : [now, old]
      return bodies.filter((_, i) => written[i] === true && read[i] === false).map((body) => ({ body, after }))
    })
    expect(wrong.slice(0, 1)).toEqual([])
    expect(allowed.length).toBeGreaterThan(50)
    expect(allChanges.size - allowed.length).toBeGreaterThan(50)
  })
})
