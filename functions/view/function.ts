import { randomUUID } from 'node:crypto'

import { app, type HttpMethod, type HttpRequest, type InvocationContext } from '@azure/functions'

import type { Connections } from '../connect/connections.ts'
import { bodyOf } from '../http/json-body.ts'
import { type Reply, unavailable } from '../http/reply.ts'
import type { Settings } from '../settings.ts'
import { type ApiDocuments, pathsIn } from './api/api-documents.ts'
import { elsewhere } from './api/elsewhere.ts'
import { endpoints } from './api/endpoints.ts'
import type { OddsStore, Ports } from './api/ports.ts'
import { RateLimit } from './api/rate-limit.ts'
import { clientRegister } from './clients/cosmos.ts'
import { alertStore, fixtureStore, oddsStore } from './cosmos.ts'
import { type PageFiles, pageReply } from './page-files.ts'
import { sent } from './send.ts'
import { asRequest } from './telemetry.ts'
import { webPubSubDoorkeeper } from './web-pubsub.ts'

/**
 * The host takes the first function, by name, whose route matches: every API function starts with `api`, what is left of the API is
 * `apiZ…`, and the page, which takes whatever is left, comes last.
 */
export function registerView(settings: Settings, connections: Connections, page: PageFiles, documents: ApiDocuments): void {
  const ports = portsOf(settings, connections, documents)
  const serve = (name: string, methods: HttpMethod[], route: string, answer: Answer, authLevel: AuthLevel = 'anonymous') =>
    app.http(name, {
      methods,
      authLevel,
      route,
      async handler(request, context) {
        const circumstances = { method: request.method, route, invocationId: context.invocationId }
        const reply = await asRequest(connections.telemetry, circumstances, () =>
          answer(request).catch((error: unknown) => failed(error, context)),
        )
        return sent(reply, callerOf(request), settings.corsOrigins)
      },
    })

  for (const { name, method, route, level, respond } of endpoints) {
    const methods: HttpMethod[] = method === 'GET' ? ['GET', 'HEAD'] : [method]
    serve(name, methods, route, async (request) => respond(askedBy(request), ports), level)
  }
  const known = pathsIn(documents)
  serve('apiZElsewhere', allMethods, 'api/{*path}', async ({ method, params }) =>
    elsewhere(method, `/api/${params['path'] ?? ''}`, known),
  )
  serve('page', ['GET', 'HEAD'], '{*path}', async ({ params, headers }) =>
    pageReply(page, params['path'] ?? '', headers.get('if-none-match')),
  )
}

type Answer = (request: HttpRequest) => Promise<Reply>
type AuthLevel = 'anonymous' | 'function'
const allMethods: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

function portsOf({ topics, negotiate }: Settings, connections: Connections, documents: ApiDocuments): Ports {
  const unreadable = (reason: string) => console.error('document unreadable', reason)
  let opened: Promise<OddsStore> | undefined
  return {
    odds: () => (opened ??= connections.odds().then((odds) => oddsStore(odds, topics, unreadable, Date.now))),
    alerts: async () => alertStore(await connections.odds(), unreadable),
    fixtures: async () => fixtureStore(await connections.odds(), unreadable),
    negotiating: { settings: negotiate, limit: new RateLimit(negotiate.perMinute) },
    clients: async () => clientRegister(await connections.odds(), unreadable),
    doorkeeper: async () => webPubSubDoorkeeper(await connections.webPubSub()),
    documents,
    topics,
    nowMs: Date.now,
    newId: randomUUID,
  }
}

const askedBy = (request: HttpRequest) => ({
  params: request.params,
  // Not `request.query`: the host has joined there what was said twice, and unescaped what could not be.
  search: URL.parse(request.url)?.search ?? '',
  header: (name: string) => request.headers.get(name),
  body: bodyOf(request),
})

const callerOf = ({ method, headers }: HttpRequest) => ({
  method,
  origin: headers.get('origin'),
  acceptEncoding: headers.get('accept-encoding'),
})

/** Which service is away, and how it is reached, is for the log alone. */
function failed(error: unknown, context: InvocationContext): Reply {
  context.error('request failed', error instanceof Error ? error.message : String(error))
  return unavailable
}
