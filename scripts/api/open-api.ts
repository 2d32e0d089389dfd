import { type SchemaName, schemaVersions } from '../../functions/book/schema-ids.ts'
import type { Answers, Endpoint } from '../../functions/view/api/endpoint.ts'
import { endpoints } from '../../functions/view/api/endpoints.ts'
import type { Parameters } from '../../functions/view/api/parameters.ts'
import { info } from './info.ts'
import { pushedRoutes } from './pushed-routes.ts'
import { componentOf, embedded, refTo } from './schemas.ts'

/** As much of it as we write. */
export type OpenApi = {
  openapi: string
  info: object
  servers: readonly object[]
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: { schemas: Readonly<Record<string, object>>; securitySchemes: object }
}
export type Operation = {
  operationId: string
  summary: string
  parameters?: readonly OpenApiParameter[]
  requestBody?: object
  responses: Readonly<
    Record<string, { description: string; headers?: object; content?: Readonly<Record<string, { schema: object }>> }>
  >
  security?: readonly object[]
}
export type OpenApiParameter = {
  name: string
  in: 'path' | 'query'
  required: boolean
  description: string
  schema: object
  example?: string | number
}

/** The HTTP API as OpenAPI 3.1, of what the code itself checks and answers. */
export function openApi(): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const endpoint of endpoints) (paths[`/${endpoint.route}`] ??= {})[endpoint.method.toLowerCase()] = operationOf(endpoint)
  for (const { route, method, operation } of pushedRoutes) (paths[`/${route}`] ??= {})[method.toLowerCase()] = operation
  const sorted = Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    openapi: '3.1.1',
    info: info('The HTTP API. Each answer names its schema in a Link header; what a field means is said in the schemas.'),
    servers: [{ url: '/' }],
    paths: Object.fromEntries(sorted),
    components: {
      schemas: Object.fromEntries(usedSchemas(JSON.stringify(sorted)).map((name) => [componentOf(name), embedded(name)])),
      securitySchemes: {
        functionKey: { type: 'apiKey', in: 'header', name: 'x-functions-key', description: 'A function key of the app.' },
        functionKeyInQuery: { type: 'apiKey', in: 'query', name: 'code', description: 'The same in the address.' },
      },
    },
  }
}

function operationOf({ name, says, path, query, answers, level, tagged }: Endpoint): Operation {
  const [, first = ''] = /^api(.+)$/.exec(name) ?? []
  return {
    operationId: first.charAt(0).toLowerCase() + first.slice(1),
    summary: says,
    parameters: [...parametersOf('path', path), ...parametersOf('query', query)],
    responses: {
      ...responsesOf(answers),
      ...(tagged ? { 304: { description: 'What If-None-Match names is still so.' } } : {}),
      ...problems(400, 'A parameter is wrong, or there is none of that name. errors says which and why.'),
      ...(Object.keys(path).length > 0 ? problems(404, 'There is none.') : {}),
      ...problems(503, 'A service behind this one does not answer.'),
      ...problems('default', 'Any other problem.'),
    },
    ...(level === 'function' ? { security: keyNeeded } : {}),
  }
}

export const keyNeeded = [{ functionKey: [] }, { functionKeyInQuery: [] }]

const parametersOf = (where: 'path' | 'query', parameters: Parameters): OpenApiParameter[] =>
  Object.entries(parameters).map(([name, { says, takes, schema, example, missing }]) => ({
    name,
    in: where,
    required: !missing.allowed,
    description: `${says} It takes ${takes}.`,
    schema: missing.allowed && missing.value !== undefined ? { ...schema, default: missing.value } : schema,
    ...(example === '' ? {} : { example: schema.type === 'integer' ? Number(example) : example }),
  }))

const responsesOf = (answers: Answers): Operation['responses'] =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { says, schema, csv }]) => [
      status,
      {
        description: says,
        content: {
          'application/json': { schema: schema === undefined ? { type: 'object' } : refTo(schema) },
          ...(csv === undefined ? {} : { 'text/csv': { schema: { type: 'string', description: csv } } }),
        },
      },
    ]),
  )

export const problems = (status: number | 'default', description: string): Operation['responses'] => ({
  [status]: { description, content: { 'application/problem+json': { schema: refTo('problem') } } },
})

function usedSchemas(paths: string): SchemaName[] {
  return (Object.keys(schemaVersions) as SchemaName[]).filter((name) => paths.includes(`"${refTo(name).$ref}"`))
}
