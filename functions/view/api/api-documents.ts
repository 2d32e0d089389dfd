import { madeWhenNew } from '../../http/reply.ts'
import { endpoint } from './endpoint.ts'

/** What describes the API, as text: made when the app is built. */
export type ApiDocuments = { openApi: string; asyncApi: string }

/** They change when the app does. */
const documentCache = 'public, max-age=300, stale-while-revalidate=3600'

export const getOpenApi = endpoint({
  name: 'apiOpenApi',
  method: 'GET',
  route: 'api/openapi.json',
  tagged: true,
  says: 'This document: the HTTP API, as OpenAPI 3.1.',
  answers: { 200: { says: 'An OpenAPI document.' } },
  answer: async ({ ifNoneMatch }, { documents }) =>
    madeWhenNew(() => documents.openApi, {
      type: 'application/json',
      cache: documentCache,
      tagged: documents.openApi,
      ifNoneMatch,
    }),
})

export const getAsyncApi = endpoint({
  name: 'apiAsyncApi',
  method: 'GET',
  route: 'api/asyncapi.json',
  tagged: true,
  says: 'What the socket brings: its groups and messages, as AsyncAPI 3.0.',
  answers: { 200: { says: 'An AsyncAPI document.' } },
  answer: async ({ ifNoneMatch }, { documents }) =>
    madeWhenNew(() => documents.asyncApi, {
      type: 'application/json',
      cache: documentCache,
      tagged: documents.asyncApi,
      ifNoneMatch,
    }),
})

/** The methods of each path, as the document has them. */
export function pathsIn({ openApi }: ApiDocuments): ReadonlyMap<string, readonly string[]> {
  const { paths } = JSON.parse(openApi) as { paths: Record<string, object> }
  return new Map(Object.entries(paths).map(([path, operations]) => [path, Object.keys(operations)]))
}
