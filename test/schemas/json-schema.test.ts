import * as v from '@badrap/valita'
import { describe, expect, it } from 'vitest'

import { told } from '../../functions/book/limits.ts'
import { type Form, jsonSchema } from '../../scripts/schemas/json-schema.ts'

const describeIt = (parent: string, field: string) => `${field} of ${parent}`
const schemaOf = (type: v.Type, form: Form = 'read') => jsonSchema(type, form, 'it', describeIt)

const short = told(
  v.string().assert((s) => s.length <= 5),
  { maxLength: 5 },
)

describe('a wire type, as JSON Schema', () => {
  it('lets a reader be given less than what a sender promises', () => {
    const type = v.object({
      name: v.string(),
      price: v
        .number()
        .nullable()
        .optional(() => null),
      note: short.optional(),
    })
    const properties = {
      name: { description: 'name of it', type: 'string' },
      price: { description: 'price of it', type: ['number', 'null'] },
      note: { description: 'note of it', type: 'string', maxLength: 5 },
    }
    expect(schemaOf(type, 'sent')).toEqual({ type: 'object', properties, required: ['name', 'price', 'note'] })
    expect(schemaOf(type, 'read')).toEqual({
      type: 'object',
      properties: { ...properties, price: { ...properties.price, default: null } },
      required: ['name'],
    })
  })

  it('has lists, words, records, and unions told apart by a word', () => {
    const one = v.object({ kind: v.literal('one') })
    const two = v.object({ kind: v.literal('two') })
    const kind = (word: string) => ({
      type: 'object',
      properties: { kind: { description: 'kind of it', type: 'string', const: word } },
      required: ['kind'],
    })
    expect(schemaOf(v.union(one, two))).toEqual({ anyOf: [kind('one'), kind('two')] })
    expect(schemaOf(v.array(v.boolean()))).toEqual({ type: 'array', items: { type: 'boolean' } })
    expect(schemaOf(v.record(v.number()))).toMatchObject({ type: 'object', additionalProperties: { type: 'number' } })
    const word = v.union(v.literal('won'), v.literal('lost'))
    expect(schemaOf(word)).toEqual({ type: 'string', enum: ['won', 'lost'] })
    expect(schemaOf(word.nullable())).toEqual({ type: ['string', 'null'], enum: ['won', 'lost', null] })
  })

  it('sees through a map and a chain, to what was told of them', () => {
    const type = v.object({
      id: told(
        short.map((s) => s.toUpperCase()),
        { maxLength: 5, pattern: '^[a-z]*$' },
      ),
    })
    expect(schemaOf(told(type.chain(v.ok), {}))).toMatchObject({
      properties: { id: { type: 'string', maxLength: 5, pattern: '^[a-z]*$' } },
    })
  })

  it.each([
    ['an assert of which nothing was told', v.string().assert((s) => s !== ''), 'it.x[] is asserted'],
    ['what was told of the type beneath an assert', short.assert((s) => s !== ''), 'it.x[] is asserted'],
    [
      'an assert over a union',
      told(
        v.union(v.string(), v.number()).assert((x) => x !== ''),
        {},
      ),
      'it.x[] is asserted as a union',
    ],
    ['a union of unlike things', v.union(v.string(), v.number()), 'it.x[] is a union of unlike things'],
    ['a tuple', v.tuple([v.string(), v.number()]), 'it.x[] is a tuple'],
    ['anything', v.unknown(), 'it.x[] is of kind "unknown"'],
  ])('does not guess at %s, and says where it is', (_what, type, reason) => {
    expect(() => schemaOf(v.object({ x: v.array(type) }))).toThrow(reason)
  })
})
