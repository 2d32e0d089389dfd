/** Which operation a request asks for: Cosmos DB tells most of them apart by headers. */
import type { IncomingHttpHeaders } from 'node:http'
import { badRequest, CosmosError } from './errors.ts'

const resourceOperationNames = [
  ...(['readAccount', 'queryOffers', 'readRanges'] as const),
  ...(['createDatabase', 'readDatabase', 'deleteDatabase', 'listDatabases', 'queryDatabases'] as const),
  ...(['createContainer', 'readContainer', 'replaceContainer', 'deleteContainer', 'listContainers', 'queryContainers'] as const),
]
const itemOperationNames = [
  ...(['createItem', 'upsertItem', 'readItem', 'replaceItem', 'patchItem', 'deleteItem'] as const),
  ...(['batch', 'bulk', 'queryItems', 'listItems', 'planQuery', 'changeFeed'] as const),
]
export const operationNames = [...resourceOperationNames, ...itemOperationNames]
export type ResourceOperationName = (typeof resourceOperationNames)[number]
export type ItemOperationName = (typeof itemOperationNames)[number]
export type OperationName = ResourceOperationName | ItemOperationName

export function isResourceOperation(name: OperationName): name is ResourceOperationName {
  return resourceOperationNames.some((each) => each === name)
}

export type Request = { method: string; path: string; segments: readonly string[]; headers: IncomingHttpHeaders }

export function splitPath(path: string): string[] {
  try {
    const segments = path.split('/').filter(Boolean)
    return path.includes('%') ? segments.map(decodeURIComponent) : segments
  } catch {
    throw badRequest(`The path ${path} is not well encoded.`)
  }
}

export function operationOf({ method, segments, headers }: Request): OperationName {
  const shape = segments.map((segment, at) => (at % 2 === 0 ? segment : '*')).join('/')
  const operation = shape === 'dbs/*/colls/*/docs' ? itemsOperation(method, headers) : byShape[`${method} ${shape}`]
  if (operation === undefined) throw notSupported(method, shape)
  if (!isQuery(headers)) return operation
  return queryOperation[operation] ?? operation
}

const byShape: Record<string, OperationName> = {
  'GET ': 'readAccount',
  'POST offers': 'queryOffers',
  'GET dbs': 'listDatabases',
  'POST dbs': 'createDatabase',
  'GET dbs/*': 'readDatabase',
  'DELETE dbs/*': 'deleteDatabase',
  'GET dbs/*/colls': 'listContainers',
  'POST dbs/*/colls': 'createContainer',
  'GET dbs/*/colls/*': 'readContainer',
  'PUT dbs/*/colls/*': 'replaceContainer',
  'DELETE dbs/*/colls/*': 'deleteContainer',
  'GET dbs/*/colls/*/pkranges': 'readRanges',
  'GET dbs/*/colls/*/docs/*': 'readItem',
  'PUT dbs/*/colls/*/docs/*': 'replaceItem',
  'PATCH dbs/*/colls/*/docs/*': 'patchItem',
  'DELETE dbs/*/colls/*/docs/*': 'deleteItem',
}

const queryOperation: Partial<Record<OperationName, OperationName>> = {
  createDatabase: 'queryDatabases',
  createContainer: 'queryContainers',
  createItem: 'queryItems',
}

function itemsOperation(method: string, headers: IncomingHttpHeaders): OperationName | undefined {
  if (method === 'GET') {
    const feed = headers['a-im']
    if (feed === undefined) return 'listItems'
    if (feed === 'Incremental Feed' || feed === 'Incremental feed') return 'changeFeed'
    throw new CosmosError(501, `The local Cosmos DB server does not support the change feed mode '${String(feed)}'.`)
  }
  if (method !== 'POST') return undefined
  if (isTrue(headers['x-ms-cosmos-is-batch-request'])) return isTrue(headers['x-ms-cosmos-batch-atomic']) ? 'batch' : 'bulk'
  if (isTrue(headers['x-ms-cosmos-is-query-plan-request'])) return 'planQuery'
  return isTrue(headers['x-ms-documentdb-is-upsert']) ? 'upsertItem' : 'createItem'
}

function isQuery(headers: IncomingHttpHeaders): boolean {
  return isTrue(headers['x-ms-documentdb-isquery'])
}

export function isTrue(header: string | string[] | undefined): boolean {
  return typeof header === 'string' && header.toLowerCase() === 'true'
}

const otherResources: Record<string, string> = {
  sprocs: 'stored procedures',
  triggers: 'triggers',
  udfs: 'user-defined functions',
  users: 'users and permissions',
  permissions: 'users and permissions',
  conflicts: 'the conflicts feed',
  clientencryptionkeys: 'client encryption keys',
}

function notSupported(method: string, shape: string): CosmosError {
  const resource = shape
    .split('/')
    .map((segment) => otherResources[segment])
    .find(Boolean)
  return new CosmosError(501, `The local Cosmos DB server does not support ${resource ?? `${method} /${shape}`}.`)
}
