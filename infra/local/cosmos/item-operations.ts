/** Documents over HTTP: headers and bodies into operations, outcomes into replies. */
import type { IncomingHttpHeaders } from 'node:http'
import { runBatch } from './batch.ts'
import type { Catalog } from './catalog.ts'
import { readFeed, type FeedStart } from './change-feed.ts'
import { smallCharge } from './charge.ts'
import type { Container } from './container.ts'
import { badRequest, errorBody, unsupported } from './errors.ts'
import { isSuccess, perform, type ItemOperation, type Outcome, type Precondition } from './items.ts'
import { parseJson, parseObject } from './json.ts'
import { parsePartitionKey, type PartitionKey } from './partition-key.ts'
import { parsePatch } from './patch.ts'
import { runQuery } from './query/run.ts'
import { containerHeaders, feedReply, reply, type Reply } from './reply.ts'
import { parseQueryBody } from './resource-operations.ts'
import { isTrue, type ItemOperationName, type Request } from './route.ts'
import type { Store } from './store.ts'
import { write } from './write.ts'

export function carryOutItem(
  store: Store,
  catalog: Catalog,
  operation: ItemOperationName,
  { segments, headers }: Request,
  body: string,
  nowSeconds: number,
): Reply {
  const [, databaseId = '', , containerId = '', , id = ''] = segments
  const container = catalog.container(databaseId, containerId)
  const precondition: Precondition = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] }
  const single = (item: ItemOperation) => outcomeReply(container, performAlone(store, container, item, nowSeconds))
  switch (operation) {
    case 'createItem':
      return single({ kind: 'create', partitionKey: requiredKey(headers), document: parseObject(body), precondition })
    case 'upsertItem':
      return single({ kind: 'upsert', partitionKey: requiredKey(headers), document: parseObject(body), precondition })
    case 'replaceItem':
      return single({ kind: 'replace', partitionKey: requiredKey(headers), id, document: parseObject(body), precondition })
    case 'patchItem':
      return single({ kind: 'patch', partitionKey: requiredKey(headers), id, patch: parsePatch(parseJson(body)), precondition })
    case 'readItem':
      return single({ kind: 'read', partitionKey: requiredKey(headers), id, precondition })
    case 'deleteItem':
      return single({ kind: 'delete', partitionKey: requiredKey(headers), id, precondition })
    case 'batch':
    case 'bulk': {
      const mode =
        operation === 'batch'
          ? { kind: 'atomic' as const, partitionKey: requiredKey(headers) }
          : { kind: 'bulk' as const, continueOnError: isTrue(headers['x-ms-cosmos-batch-continue-on-error']) }
      const result = runBatch(store, container, parseJson(body), mode, headers.prefer === 'return=minimal', nowSeconds)
      return reply(result.status, result.charge, result.body, containerHeaders(container))
    }
    case 'planQuery':
      return reply(200, smallCharge, passThroughPlan, containerHeaders(container))
    case 'queryItems':
      return queryReply(store, container, headers, parseQueryBody(body), nowSeconds)
    case 'listItems':
      return queryReply(store, container, headers, { text: 'SELECT * FROM c', parameters: new Map() }, nowSeconds)
    case 'changeFeed':
      return changeFeedReply(store, container, headers, nowSeconds)
  }
}

/**
 * Asked for with every query, and used only when a caller forces it. There is one range, and it answers completely: nothing is left
 * to sort, merge or sum up for the SDK, whatever the query.
 */
const passThroughPlan = JSON.stringify({
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    distinctType: 'None',
    top: null,
    offset: null,
    limit: null,
    orderBy: [],
    orderByExpressions: [],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: '',
    hasSelectValue: false,
    hasNonStreamingOrderBy: false,
    dCountInfo: null,
  },
  queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
})

function performAlone(store: Store, container: Container, item: ItemOperation, nowSeconds: number): Outcome {
  if (item.kind === 'read') {
    return perform(container, item, { nowSeconds, writeSeconds: nowSeconds, nextVersion: () => 0 })
  }
  return write(store, container, nowSeconds, 'each', (moment) => {
    const outcome = perform(container, item, moment)
    return { keep: isSuccess(outcome), result: outcome }
  })
}

function outcomeReply(container: Container, outcome: Outcome): Reply {
  const headers = containerHeaders(container)
  switch (outcome.kind) {
    case 'document':
      return reply(outcome.status, outcome.charge, outcome.json, { ...headers, etag: outcome.etag })
    case 'empty':
      return reply(outcome.status, outcome.charge, '', outcome.status === 304 ? { ...headers, etag: outcome.etag } : headers)
    case 'refused':
      return reply(outcome.status, outcome.charge, errorBody(outcome.status, outcome.message), headers)
  }
}

function queryReply(
  store: Store,
  container: Container,
  headers: IncomingHttpHeaders,
  query: ReturnType<typeof parseQueryBody>,
  nowSeconds: number,
): Reply {
  checkRange(headers)
  const continuation = headers['x-ms-continuation']
  const page = runQuery(
    store,
    container,
    {
      ...query,
      partitionKey: optionalKey(headers),
      maxItems: maxItemsOf(headers),
      continuation: continuation === undefined ? undefined : String(continuation),
    },
    nowSeconds,
  )
  const next: Record<string, string> = page.continuation === undefined ? {} : { 'x-ms-continuation': page.continuation }
  return feedReply(container.rid, 'Documents', page.documents, page.charge, { ...containerHeaders(container), ...next })
}

function changeFeedReply(store: Store, container: Container, headers: IncomingHttpHeaders, nowSeconds: number): Reply {
  checkRange(headers)
  const page = readFeed(store, container, startOf(headers), optionalKey(headers), maxItemsOf(headers), nowSeconds)
  const described = { ...containerHeaders(container), etag: `"${page.lsn}"` }
  if (page.documents.length === 0) return reply(304, page.charge, '', described)
  return feedReply(container.rid, 'Documents', page.documents, page.charge, described)
}

/** A token wins over a time, since the SDK goes on sending the time it started with. */
function startOf(headers: IncomingHttpHeaders): FeedStart {
  const token = headers['if-none-match']
  if (token === '*') return { from: 'now' }
  if (token !== undefined) {
    const lsn = Number(/^"?(\d+)"?$/.exec(token)?.[1])
    if (!Number.isSafeInteger(lsn)) throw badRequest(`The change feed token ${token} is not one that this server gave.`)
    return { from: 'token', lsn }
  }
  const since = headers['if-modified-since']
  if (since === undefined) return { from: 'beginning' }
  const sinceMs = Date.parse(since)
  if (Number.isNaN(sinceMs)) throw badRequest(`The time ${since} of if-modified-since is not an HTTP date.`)
  return { from: 'time', seconds: Math.floor(sinceMs / 1_000) }
}

/** There is one range, '0', from '' to 'FF'. */
function checkRange(headers: IncomingHttpHeaders): void {
  const range = headers['x-ms-documentdb-partitionkeyrangeid'] ?? '0'
  if (range !== '0') throw badRequest(`There is no partition key range '${String(range)}', only '0'.`)
  const [start = '', end = 'FF'] = [headers['x-ms-start-epk'], headers['x-ms-end-epk']]
  if (start !== '' || end !== 'FF') throw unsupported(`a part of a partition key range ('${String(start)}' to '${String(end)}')`)
}

function optionalKey(headers: IncomingHttpHeaders): PartitionKey | undefined {
  const header = headers['x-ms-documentdb-partitionkey']
  return typeof header === 'string' ? parsePartitionKey(header) : undefined
}

function requiredKey(headers: IncomingHttpHeaders): PartitionKey {
  const key = optionalKey(headers)
  if (key === undefined) throw badRequest('The request needs the header x-ms-documentdb-partitionkey.')
  return key
}

/** Without a wish, or with -1 for as many as fit, the service decides. */
function maxItemsOf(headers: IncomingHttpHeaders): number {
  const wished = Number(headers['x-ms-max-item-count'] ?? 100)
  return Number.isInteger(wished) && wished > 0 ? wished : 1_000
}
