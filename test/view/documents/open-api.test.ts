import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { endpoints } from '../../../functions/view/api/endpoints.ts'
import { openApi } from '../../../scripts/api/open-api.ts'
import { pushedRoutes } from '../../../scripts/api/pushed-routes.ts'

const document = openApi()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsIn(inner)))
}

const found = (pointer: string): unknown =>
  pointer
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)

describe('the OpenAPI document', () => {
  it('has every route that is declared, and none besides', () => {
    const declared = [...endpoints, ...pushedRoutes].map(({ method, route }) => `${method} /${route}`)
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(declared.sort())
  })

  it('refers to nothing that is not in it, and has no schema that nothing refers to', () => {
    const refs = refsIn(document)
    expect(refs.filter((ref) => found(ref) === undefined)).toEqual([])
    const used = new Set(refs)
    expect(Object.keys(document.components.schemas).filter((name) => !used.has(`#/components/schemas/${name}`))).toEqual([])
  })

  it('has schemas that are valid, each the one that its answer names', () => {
    const ajv = new Ajv2020({ strict: false })
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect([name, ajv.validateSchema(schema)]).toEqual([name, true])
      expect(schema).toMatchObject({ 'x-schema-id': expect.stringMatching(/^urn:oddscast:/) })
    }
  })

  it.each(operations)('$method $path: names its parameters, answers and problems', ({ path, operation }) => {
    const { parameters = [], responses } = operation
    const inPath = parameters.filter((parameter) => parameter.in === 'path')
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
    expect(inPath.every(({ required }) => required)).toBe(true)
    const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
    expect(new Set(names).size).toBe(names.length)
    for (const { description } of [...parameters, ...Object.values(responses)]) expect(description).toMatch(/\S/)
    for (const status of ['400', '503']) expect(Object.keys(responses)).toContain(status)
    expect(operation.summary).toMatch(/\S/)
  })

  it('names each operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('what the document says of a parameter', () => {
  const parameters = endpoints.flatMap((endpoint) =>
    Object.entries({ ...endpoint.path, ...endpoint.query }).map(([name, parameter]) => ({
      name: `${endpoint.name} ${name}`,
      parameter,
    })),
  )
  const validate = new Ajv2020({ strict: true })

  it.each(parameters)('$name: whatever is read keeps to the schema, the example with it', ({ parameter }) => {
    const check = validate.compile(parameter.schema)
    const asSaid = (text: string) => (parameter.schema.type === 'integer' ? Number(text) : text)
    if (parameter.example !== '')
      expect([parameter.read(parameter.example) !== undefined, check(asSaid(parameter.example))]).toEqual([true, true])
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.integer().map(String),
      fc.constantFrom(...(parameter.schema.enum ?? ['auto', '1d'])),
      fc.stringMatching(/^[a-z0-9-]{1,8}:[a-z0-9 ]{1,8}$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    )
    fc.assert(
      fc.property(texts, (text) => {
        if (parameter.read(text) !== undefined) expect([text, check(asSaid(text))]).toEqual([text, true])
      }),
    )
  })

  it.each(parameters.filter(({ parameter: { schema } }) => schema.enum !== undefined || schema.type === 'integer'))(
    '$name: whatever keeps to the schema is read',
    ({ parameter: { schema, read } }) => {
      const { minimum = 0, maximum = 0 } = schema
      const values = schema.enum ?? [minimum, Math.floor((minimum + maximum) / 2), maximum].map(String)
      expect(values.map((value) => read(value))).not.toContain(undefined)
      if (schema.type === 'integer')
        expect([minimum - 1, maximum + 1].map((value) => read(String(value)))).toEqual([undefined, undefined])
    },
  )
})
