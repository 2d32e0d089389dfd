/** What a container is made of, parsed from the body of its creation or replacement; what is not supported is refused by name. */
import { badRequest, CosmosError, unsupported } from './errors.ts'
import { parseIndexingPolicy, type IndexingPolicy } from './indexing-policy.ts'
import { isObject, parsePropertyPath, type Json, type JsonObject } from './json.ts'

export type ContainerDefinition = {
  id: string
  partitionKeyPath: string
  partitionKeyVersion: number
  indexingPolicy: IndexingPolicy
  /** -1: items may carry a `ttl` of their own; `undefined`: nothing expires, whatever items say. */
  defaultTtlSeconds: number | undefined
}

/** `_rid`, `_ts` and the like come back when a client replaces what it has read. */
const accepted = new Set(['id', 'partitionKey', 'indexingPolicy', 'defaultTtl'])
const acceptedBack = new Set(['_rid', '_ts', '_self', '_etag', '_docs', '_sprocs', '_triggers', '_udfs', '_conflicts'])

export function parseDefinition(body: JsonObject): ContainerDefinition {
  for (const [name, value] of Object.entries(body)) {
    if (accepted.has(name) || acceptedBack.has(name) || isEmptyUniqueKeyPolicy(name, value)) continue
    throw unsupported(`the container property '${name}'`)
  }
  return {
    id: parseResourceId(body['id']),
    ...parsePartitionKeyDefinition(body['partitionKey']),
    indexingPolicy: parseIndexingPolicy(body['indexingPolicy']),
    defaultTtlSeconds: parseDefaultTtl(body['defaultTtl']),
  }
}

export function definitionBody(definition: ContainerDefinition): JsonObject {
  return {
    id: definition.id,
    indexingPolicy: definition.indexingPolicy,
    partitionKey: { paths: [definition.partitionKeyPath], kind: 'Hash', version: definition.partitionKeyVersion },
    ...(definition.defaultTtlSeconds === undefined ? {} : { defaultTtl: definition.defaultTtlSeconds }),
  }
}

/** Ids of databases and containers: at most 255 characters. */
export function parseResourceId(id: Json | undefined): string {
  if (typeof id !== 'string' || id === '' || id.length > 255) throw badRequest('An id must be text of 1 to 255 characters.')
  if (/[/\\?#]/.test(id) || id.endsWith(' ')) throw badRequest(`The id '${id}' must not contain / \\ ? # or end with a space.`)
  return id
}

/** Ids of documents: at most 1,023 bytes. */
export function parseItemId(id: Json | undefined): string {
  if (typeof id !== 'string' || id === '') throw badRequest("The document needs an 'id' that is a text and not empty.")
  if (id.length > 341 && Buffer.byteLength(id) > 1_023) throw badRequest('A document id must not be longer than 1,023 bytes.')
  if (/[/\\?#]/.test(id)) throw badRequest(`The document id '${id}' must not contain / \\ ? or #.`)
  return id
}

function parsePartitionKeyDefinition(body: Json | undefined): { partitionKeyPath: string; partitionKeyVersion: number } {
  if (!isObject(body) || !Array.isArray(body['paths'])) throw badRequest('A container needs a partitionKey with paths.')
  const [path, ...more] = body['paths']
  if (more.length > 0 || body['kind'] === 'MultiHash') throw unsupported('hierarchical partition keys')
  if ((body['kind'] ?? 'Hash') !== 'Hash') throw unsupported(`the partition key kind ${JSON.stringify(body['kind'])}`)
  if (typeof path !== 'string') throw badRequest('A partition key path must be text.')
  parsePropertyPath(path)
  return { partitionKeyPath: path, partitionKeyVersion: body['version'] === 1 ? 1 : 2 }
}

function parseDefaultTtl(ttl: Json | undefined): number | undefined {
  if (ttl === undefined || ttl === null) return undefined
  if (!isTtl(ttl)) throw new CosmosError(400, `defaultTtl must be -1 or a positive integer, not ${JSON.stringify(ttl)}.`)
  return ttl
}

export function isTtl(ttl: Json): ttl is number {
  return typeof ttl === 'number' && Number.isInteger(ttl) && ttl <= 2_147_483_647 && (ttl === -1 || ttl > 0)
}

function isEmptyUniqueKeyPolicy(name: string, value: Json): boolean {
  if (name !== 'uniqueKeyPolicy' || !isObject(value)) return false
  const keys = value['uniqueKeys']
  return Array.isArray(keys) && keys.length === 0
}
