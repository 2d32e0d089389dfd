/**
 * A local Azure Cosmos DB for NoSQL: the REST protocol of its gateway over loopback http, kept in SQLite. The store is synchronous,
 * so a request is carried out in one go once its body is there, and requests never see each other half done.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock, type Clock } from '../clock.ts'
import { checkSignature, localKey } from './auth.ts'
import { openCatalog } from './catalog.ts'
import { openCharges } from './charges.ts'
import { badRequest, CosmosError, errorBody } from './errors.ts'
import { openFaults, parseFault, type Fault, type Faults } from './faults.ts'
import { carryOutItem } from './item-operations.ts'
import { parseObject } from './json.ts'
import { provision, type DatabaseLayout } from './layout.ts'
import { errorReply, reply, type Reply } from './reply.ts'
import { readBody } from './request-body.ts'
import { carryOutResource } from './resource-operations.ts'
import { isResourceOperation, operationOf, splitPath } from './route.ts'
import { openStore, type Store } from './store.ts'
import { sweepExpired } from './ttl.ts'

export type CosmosOptions = {
  /** 0 for any free port. */
  port: number
  dataDir: string
  clock?: Clock
  log?: (event: string, fields?: object) => void
  /** Created when absent, before the first request is taken. */
  layout?: DatabaseLayout
}
export type CosmosServer = { port: number; endpoint: string; connectionString: string; faults: Faults; close(): Promise<void> }

const host = '127.0.0.1'
/** The SDK retries a write whose idle connection was closed under it only after a second, so idle connections are kept long. */
const keepAliveMs = 600_000
const closeWithinMs = 2_000

export async function startCosmos(options: CosmosOptions): Promise<CosmosServer> {
  const store = openStore(options.dataDir)
  try {
    return await serve(store, options)
  } catch (error) {
    store.close()
    throw error
  }
}

async function serve(store: Store, { port, clock = systemClock, log = () => {}, layout }: CosmosOptions): Promise<CosmosServer> {
  const catalog = openCatalog(store, clock)
  if (layout !== undefined) provision(catalog, layout, log)
  const faults = openFaults()
  const charges = openCharges()

  const answer = async (incoming: IncomingMessage): Promise<Reply> => {
    const path = (incoming.url ?? '/').split('?', 1)[0] ?? '/'
    const method = incoming.method ?? 'GET'
    const body = method === 'GET' ? '' : await readBody(incoming)
    if (path === '/_local/faults') return faultsReply(faults, method, body)
    if (path === '/_local/charges' && method === 'GET') return reply(200, 0, JSON.stringify(charges.all()))
    const request = { method, path, segments: splitPath(path), headers: incoming.headers }
    // Before the signature, so that what is not supported is named even where it is signed in a way that is not known here.
    const operation = operationOf(request)
    checkSignature(method, request.segments, incoming.headers)
    const fault = faults.meet(request.segments, operation)
    if (fault !== undefined) log('fault met', { operation, path, status: fault.status, afterCommit: fault.afterCommit === true })
    if (fault !== undefined && fault.afterCommit !== true) return faultReply(fault)
    const nowSeconds = Math.floor(clock.nowMs() / 1_000)
    const done = isResourceOperation(operation)
      ? carryOutResource(catalog, operation, request, body)
      : carryOutItem(store, catalog, operation, request, body, nowSeconds)
    charges.add(request.segments, operation, done.charge)
    return fault === undefined ? done : faultReply(fault)
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs, noDelay: true }, (incoming, response) => {
    answer(incoming)
      .catch((error: unknown) => {
        if (error instanceof CosmosError) return errorReply(error)
        log('request failed', { method: incoming.method, path: incoming.url, error: String(error) })
        return reply(500, 0, errorBody(500, `The local Cosmos DB server failed: ${String(error)}`))
      })
      .then((sent) => send(response, sent))
      .catch((error: unknown) => {
        log('answer lost', { method: incoming.method, path: incoming.url, error: String(error) })
        response.destroy()
      })
  })
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, host, listening)
  })
  const stopSweeping = sweepExpired(store, catalog.containers, clock)

  const actualPort = (server.address() as AddressInfo).port
  const endpoint = `http://${host}:${actualPort}/`
  return {
    port: actualPort,
    endpoint,
    connectionString: `AccountEndpoint=${endpoint};AccountKey=${localKey};`,
    faults,
    async close() {
      stopSweeping()
      const closed = new Promise<void>((done) => server.close(() => done()))
      server.closeIdleConnections()
      const deadline = setTimeout(() => server.closeAllConnections(), closeWithinMs)
      await closed
      clearTimeout(deadline)
      store.close()
    },
  }
}

function send(response: ServerResponse, { status, charge, headers, body }: Reply): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-ms-activity-id': randomUUID(),
    'x-ms-request-charge': String(charge),
  })
  response.end(body)
}

function faultsReply(faults: Faults, method: string, body: string): Reply {
  if (method === 'POST') faults.add(parseFault(parseObject(body)))
  else if (method === 'DELETE') faults.clear()
  else if (method !== 'GET') throw badRequest(`/_local/faults takes GET, POST and DELETE, not ${method}.`)
  return reply(200, 0, JSON.stringify(faults.pending()))
}

function faultReply({ status, substatus, retryAfterMs }: Fault): Reply {
  const headers: Record<string, string> = {}
  if (substatus !== undefined) headers['x-ms-substatus'] = String(substatus)
  if (retryAfterMs !== undefined) headers['x-ms-retry-after-ms'] = String(retryAfterMs)
  return reply(status, 0, errorBody(status, 'A fault that was asked for.'), headers)
}
