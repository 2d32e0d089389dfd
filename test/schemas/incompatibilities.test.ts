import { describe, expect, it } from 'vitest'

import { incompatibilities } from '../../scripts/schemas/incompatibilities.ts'
import type { Form, JsonSchema } from '../../scripts/schemas/json-schema.ts'

const price: JsonSchema = { type: ['number', 'null'], default: null }
const id: JsonSchema = { type: 'string', minLength: 1, maxLength: 256, pattern: '^[a-z:]*$' }
const status: JsonSchema = { type: 'string', enum: ['open', 'closed'] }
const selection = object({ id, back: price }, ['id'])
const base: JsonSchema = {
  ...object(
    {
      id,
      status,
      seq: { type: 'integer', minimum: 0, maximum: 100 },
      selections: { type: 'array', items: selection },
      groups: { type: 'object', properties: {}, required: [], additionalProperties: { type: 'string' } },
      note: { type: 'string' },
    },
    ['id', 'status', 'seq', 'selections'],
  ),
}

function object(properties: Record<string, JsonSchema>, required: string[]): JsonSchema {
  return { type: 'object', properties, required }
}

/** The base, with one of its fields as it is given here. */
function having(fields: Record<string, JsonSchema>, required = base.required ?? []): JsonSchema {
  return { ...base, properties: { ...base.properties, ...fields }, required }
}
function lacking(name: string): JsonSchema {
  const { [name]: _gone, ...properties } = base.properties ?? {}
  return { ...base, properties, required: (base.required ?? []).filter((field) => field !== name) }
}

const same: [string, JsonSchema][] = [
  ['nothing changes', base],
  ['a field that may be left out is new', having({ lay: price })],
  ['only words for people change', { ...base, title: 'Else', description: 'Else', $id: 'urn:oddscast:else:1.1' }],
]

describe('a message that others write', () => {
  it.each<[string, JsonSchema]>([
    ...same,
    ['a word is new', having({ status: { type: 'string', enum: ['open', 'closed', 'suspended'] } })],
    ['any text is read where there were words', having({ status: { type: 'string' } })],
    ['a field need no longer be there', having({}, ['id', 'status', 'seq'])],
    ['a limit is wider', having({ seq: { type: 'integer', minimum: -1, maximum: 101 } })],
    ['a limit is gone', having({ id: { type: 'string' } })],
    ['any number is read where whole ones were', having({ seq: { type: 'number', minimum: 0 } })],
    ['null is read, too', having({ note: { type: ['string', 'null'] } })],
    ['another kind is read, too', { anyOf: [base, object({ kind: { type: 'string', const: 'gone' } }, ['kind'])] }],
  ])('may be the next minor version where %s', (_what, after) => {
    expect(incompatibilities(base, after, 'read')).toEqual([])
  })

  it.each<[string, JsonSchema, string]>([
    ['a field must be there that need not', having({}, [...(base.required ?? []), 'note']), 'note: may be missing'],
    ['a new field must be there', having({ lay: price }, [...(base.required ?? []), 'lay']), 'lay: may be missing'],
    ['a word is gone', having({ status: { type: 'string', enum: ['open'] } }), 'status: may be "closed"'],
    ['a word is gone, and one is left', having({ status: { type: 'string', const: 'open' } }), 'status: may be "closed"'],
    ['text is read as a few words', having({ note: { type: 'string', enum: ['a', 'b'] } }), 'note: may be anything but "a", "b"'],
    ['a word breaks a limit', having({ status: { type: 'string', maxLength: 4 } }), 'status: may be "closed"'],
    ['a word breaks a pattern', having({ status: { type: 'string', pattern: '^o' } }), 'status: may be "closed"'],
    ['a type is another', having({ note: { type: 'number' } }), 'note: may be of type string'],
    ['a type is narrower', having({ seq: { type: 'integer', minimum: 0, maximum: 9 } }), 'seq: maximum is 9'],
    ['a least value is higher', having({ seq: { type: 'integer', minimum: 1, maximum: 100 } }), 'seq: minimum is 1'],
    ['a text may be shorter', having({ id: { ...id, minLength: 2 } }), 'id: minLength is 2'],
    ['a text may be longer', having({ id: { ...id, maxLength: 255 } }), 'id: maxLength is 255'],
    ['a text gets a longest', having({ note: { type: 'string', maxLength: 9 } }), 'note: maxLength is 9'],
    ['a pattern is another', having({ id: { ...id, pattern: '^[a-z0-9:]*$' } }), 'id: pattern is'],
    ['a pattern is new', having({ note: { type: 'string', pattern: '.' } }), 'note: pattern is'],
    ['a field is passed over that was read', lacking('note'), 'note: is no longer read'],
    [
      'null is no longer read',
      having({ selections: { type: 'array', items: object({ id, back: { type: 'number', default: null } }, ['id']) } }),
      'selections[].back: may be of type null',
    ],
    [
      'a default means something else',
      having({ selections: { type: 'array', items: object({ id, back: { ...price, default: 0 } }, ['id']) } }),
      'selections[].back: left out, meant null and would mean 0',
    ],
    [
      'something in a list must be there',
      having({ selections: { type: 'array', items: object({ id, back: price }, ['id', 'back']) } }),
      'selections[].back: may be missing',
    ],
    [
      'whatever its name, a field is another',
      having({ groups: { type: 'object', properties: {}, required: [], additionalProperties: { type: 'number' } } }),
      'groups.*: may be of type string',
    ],
    ['a keyword comes that cannot be compared', { ...base, minProperties: 3 } as JsonSchema, '"minProperties" is a keyword'],
    ['it is another message', { type: 'array', items: base }, 'the message: may be of type object'],
  ])('is broken where %s', (_what, after, reason) => {
    expect(incompatibilities(base, after, 'read').join('\n')).toContain(reason)
  })

  it('is broken where the one number that was read is out of the range now', () => {
    const version = (limits: JsonSchema) => having({ note: { type: 'number', ...limits } })
    expect(incompatibilities(version({ const: 1 }), version({ minimum: 2 }), 'read')).toEqual(['note: may be 1'])
    expect(incompatibilities(version({ const: 1 }), version({ maximum: 0 }), 'read')).toEqual(['note: may be 1'])
    expect(incompatibilities(version({ const: 1 }), version({ minimum: 1, maximum: 1 }), 'read')).toEqual([])
  })

  it('is broken where any type was read', () => {
    expect(incompatibilities(having({ note: {} }), base, 'read')).toEqual(['note: may be of any type'])
    expect(incompatibilities(base, having({ note: {} }), 'read')).toEqual([])
    const numbers = (type: 'number' | 'integer') => having({ note: { type } })
    expect(incompatibilities(numbers('number'), numbers('integer'), 'read')).toEqual(['note: may be of type number'])
  })
})

describe('a message that we send', () => {
  it.each<[string, JsonSchema]>([
    ...same,
    ['a field is new', having({ lay: price }, [...(base.required ?? []), 'lay'])],
    ['a word is no longer sent', having({ status: { type: 'string', enum: ['open'] } })],
    ['a field is always there that was not', having({}, [...(base.required ?? []), 'note'])],
    ['a limit is narrower', having({ seq: { type: 'integer', minimum: 1, maximum: 9 } })],
    ['a field is gone on which nobody could rely', lacking('note')],
  ])('may be the next minor version where %s', (_what, after) => {
    expect(incompatibilities(base, after, 'sent')).toEqual([])
  })

  it.each<[string, JsonSchema, string]>([
    ['a field is gone', lacking('status'), 'status: may be missing'],
    ['a field is not always there', having({}, ['id', 'status', 'seq']), 'selections: may be missing'],
    ['a word is new', having({ status: { type: 'string', enum: ['open', 'closed', 'void'] } }), 'status: may be "void"'],
    ['words become any text', having({ status: { type: 'string' } }), 'status: may be anything but "open", "closed"'],
    ['a type is another', having({ seq: { type: 'string' } }), 'seq: may be of type string'],
    ['a type is wider', having({ seq: { type: 'number', minimum: 0, maximum: 100 } }), 'seq: may be of type number'],
    ['null comes', having({ id: { ...id, type: ['string', 'null'] } }), 'id: may be of type null'],
    ['a limit is wider', having({ seq: { type: 'integer', minimum: 0, maximum: 101 } }), 'seq: maximum is 100'],
    ['a limit is gone', having({ id: { type: 'string' } }), 'id: minLength is 1'],
  ])('is broken where %s', (_what, after, reason) => {
    expect(incompatibilities(base, after, 'sent').join('\n')).toContain(reason)
  })

  it('may have words that grow, if it is not the schema that lists them', () => {
    const growing = (examples: string[]) => having({ status: { type: 'string', pattern: '^[a-z-]*$', examples } })
    expect(incompatibilities(growing(['moved']), growing(['moved', 'in-play']), 'sent')).toEqual([])
  })
})

describe('a union, told apart by a word', () => {
  const branch = (kind: string, more: Record<string, JsonSchema> = {}) =>
    object({ kind: { type: 'string', const: kind }, ...more }, ['kind', ...Object.keys(more)])
  const of = (...anyOf: JsonSchema[]): JsonSchema => ({ anyOf })
  const two = of(branch('delta', { seq: { type: 'integer' } }), branch('feeds'))
  const three = of(...(two.anyOf ?? []), branch('alert'))
  const broken = of(branch('delta', { seq: { type: 'string' } }), branch('feeds'))
  const kinds = (before: JsonSchema, after: JsonSchema, form: Form) => incompatibilities(before, after, form)

  it('may send another kind, since readers pass over it, and may cease to send one', () => {
    expect(kinds(two, three, 'sent')).toEqual([])
    expect(kinds(three, two, 'sent')).toEqual([])
  })

  it('may read another kind, but not cease to read one', () => {
    expect(kinds(two, three, 'read')).toEqual([])
    expect(kinds(three, two, 'read')).toEqual(['the message: kind "alert" is not read'])
  })

  it.each(['read', 'sent'] as const)('is broken (%s) where one kind is, and says in what', (form) => {
    expect(kinds(two, broken, form)).toEqual([`seq: may be of type ${form === 'read' ? 'integer' : 'string'}`])
  })

  it('is new to who knew one message only, and has no kind to pass over', () => {
    expect(kinds(branch('delta'), two, 'sent')).toEqual(['the message: kind "feeds" is not read'])
    expect(kinds(two, of(...(two.anyOf ?? []), object({}, [])), 'sent')).toEqual(['the message: fits no branch'])
  })
})
