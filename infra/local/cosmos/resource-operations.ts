/** Everything above the documents: the account, databases, containers and their one partition key range. */
import type { Catalog, Database } from './catalog.ts'
import { smallCharge } from './charge.ts'
import type { Container } from './container.ts'
import { definitionBody, parseDefinition } from './definition.ts'
import { badRequest } from './errors.ts'
import { isObject, parseObject, type Json, type JsonObject } from './json.ts'
import { queryResources } from './query/in-memory.ts'
import { containerHeaders, feedReply, reply, type Reply } from './reply.ts'
import type { Request, ResourceOperationName } from './route.ts'

export function carryOutResource(catalog: Catalog, operation: ResourceOperationName, request: Request, body: string): Reply {
  const [, databaseId = '', , containerId = ''] = request.segments
  const list = () => [...catalog.databases()].map(databaseBody)
  const listContainers = () => [...catalog.database(databaseId).containers.values()].map(containerBody)
  switch (operation) {
    case 'readAccount':
      return reply(200, smallCharge, JSON.stringify(accountBody(request.headers.host ?? '')))
    case 'queryOffers':
      return feedReply('', 'Offers', [], smallCharge, {})
    case 'readRanges':
      return rangesReply(catalog.container(databaseId, containerId), request.headers['if-none-match'])

    case 'createDatabase':
      return databaseReply(201, catalog.createDatabase(parseObject(body)))
    case 'readDatabase':
      return databaseReply(200, catalog.database(databaseId))
    case 'deleteDatabase':
      catalog.deleteDatabase(databaseId)
      return reply(204, smallCharge, '')
    case 'listDatabases':
      return feedReply('', 'Databases', list().map(stringify), smallCharge, {})
    case 'queryDatabases':
      return feedReply('', 'Databases', query(body, list()), smallCharge, {})

    case 'createContainer':
      return containerReply(201, catalog.createContainer(databaseId, parseDefinition(parseObject(body))))
    case 'readContainer':
      return containerReply(200, catalog.container(databaseId, containerId))
    case 'replaceContainer':
      return containerReply(200, catalog.replaceContainer(databaseId, containerId, parseDefinition(parseObject(body))))
    case 'deleteContainer':
      catalog.deleteContainer(databaseId, containerId)
      return reply(204, smallCharge, '')
    case 'listContainers':
      return feedReply(catalog.database(databaseId).rid, 'DocumentCollections', listContainers().map(stringify), smallCharge, {})
    case 'queryContainers':
      return feedReply(catalog.database(databaseId).rid, 'DocumentCollections', query(body, listContainers()), smallCharge, {})
  }
}

/** `{query, parameters: [{name, value}]}` */
export function parseQueryBody(body: string): { text: string; parameters: Map<string, Json> } {
  const { query: text, parameters = [] } = parseObject(body)
  if (typeof text !== 'string') throw badRequest("A query needs a 'query' that is text.")
  if (!Array.isArray(parameters)) throw badRequest("The 'parameters' of a query must be an array.")
  const named = parameters.map((parameter): [string, Json] => {
    const name = isObject(parameter) ? parameter['name'] : undefined
    if (!isObject(parameter) || typeof name !== 'string') throw badRequest('Every parameter of a query needs a name.')
    const value = parameter['value']
    if (value === undefined) throw badRequest(`The parameter ${name} of the query has no value.`)
    return [name, value]
  })
  return { text, parameters: new Map(named) }
}

function query(body: string, resources: JsonObject[]): string[] {
  const { text, parameters } = parseQueryBody(body)
  return queryResources(text, parameters, resources)
}

/** The SDK sends what follows to the locations named here, so they must be the address it came by. */
function accountBody(host: string): JsonObject {
  const locations = [{ name: 'Local', databaseAccountEndpoint: `http://${host}/` }]
  return {
    _self: '',
    id: 'local',
    _rid: 'local',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    media: '//media/',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 1 },
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    systemReplicationPolicy: { minReplicaSetSize: 1, maxReplicasetSize: 1 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
  }
}

function databaseBody(database: Database): JsonObject {
  const { id, rid, changedSeconds } = database
  return {
    id,
    _rid: rid,
    _self: `dbs/${rid}/`,
    _etag: databaseEtag(database),
    _colls: 'colls/',
    _users: 'users/',
    _ts: changedSeconds,
  }
}

function databaseEtag({ rid }: Database): string {
  return `"${rid}"`
}

function containerBody(container: Container): JsonObject {
  return {
    ...definitionBody(container.definition),
    _rid: container.rid,
    _ts: container.changedSeconds,
    _self: container.self,
    _etag: containerEtag(container),
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  }
}

function containerEtag({ rid, revision }: Container): string {
  return `"${rid}-${revision}"`
}

function containerReply(status: number, container: Container): Reply {
  return reply(status, smallCharge, JSON.stringify(containerBody(container)), {
    ...containerHeaders(container),
    etag: containerEtag(container),
  })
}

function databaseReply(status: number, database: Database): Reply {
  return reply(status, smallCharge, JSON.stringify(databaseBody(database)), { etag: databaseEtag(database) })
}

/** Some SDKs read the ranges as a feed and go on until they are told that nothing is new. There is one range, and it never splits. */
function rangesReply(container: Container, known: string | undefined): Reply {
  const headers = { ...containerHeaders(container), etag: containerEtag(container) }
  if (known === headers.etag) return reply(304, smallCharge, '', headers)
  const range = {
    _rid: container.rid,
    id: '0',
    _etag: containerEtag(container),
    minInclusive: '',
    maxExclusive: 'FF',
    ridPrefix: 0,
    _self: `${container.self}pkranges/0/`,
    throughputFraction: 1,
    status: 'online',
    parents: [],
    _ts: container.changedSeconds,
  }
  return feedReply(container.rid, 'PartitionKeyRanges', [stringify(range)], smallCharge, headers)
}

function stringify(resource: JsonObject): string {
  return JSON.stringify(resource)
}
