import { app, type HttpRequest } from '@azure/functions'

import { webPubSubHub } from '../../../infra/names.ts'
import type { Connections } from '../../connect/connections.ts'
import { unavailable } from '../../http/reply.ts'
import type { EventProof, Settings } from '../../settings.ts'
import { clientRegister } from './cosmos.ts'
import { EntraTokens } from './entra-token.ts'
import { allowOrigin, type EventDesk, hearEvent } from './hear.ts'
import { refreshClients } from './refresh.ts'
import { listConnected } from './web-pubsub.ts'

const refreshSchedule = '0 */5 * * * *'
const keysDeadlineMs = 5_000

/** Who is connected: as Web PubSub tells it, event by event, and every few minutes as it lists them. */
export function registerClients(settings: Settings, connections: Connections): void {
  const unreadable = (reason: string) => console.error('document unreadable', reason)
  const register = async () => clientRegister(await connections.odds(), unreadable)
  const desk: EventDesk = {
    hub: webPubSubHub,
    origin: originOf(settings),
    proof: proofOf(settings.eventProof),
    register,
    nowMs: Date.now,
  }
  app.http('apiWebPubSubEvent', {
    methods: ['POST', 'OPTIONS'],
    // Where nothing else shows who it is, a key in the address does; the host looks at that one.
    authLevel: settings.eventProof.kind === 'function-key' ? 'function' : 'anonymous',
    route: 'api/webpubsub/{hub}/{event}',
    async handler(request, context) {
      const header = headerOf(request)
      if (request.method === 'OPTIONS') return allowOrigin(header, desk)
      return hearEvent(request.params['hub'] ?? '', header, desk).catch((error: unknown) => {
        context.error('event not kept', error instanceof Error ? error.message : String(error))
        return unavailable
      })
    },
  })
  app.timer('clientsRefresh', {
    schedule: refreshSchedule,
    async handler(_timer, context) {
      const listed = listConnected(await connections.webPubSub())
      context.log('clients refreshed', JSON.stringify(await refreshClients(listed, await register(), Date.now)))
    },
  })
}

const headerOf = (request: HttpRequest) => (name: string) => request.headers.get(name)

function originOf({ webPubSub }: Settings): string {
  const endpoint =
    webPubSub.kind === 'identity' ? webPubSub.host : /(?:^|;)Endpoint=([^;]+)/i.exec(webPubSub.connectionString)?.[1]
  return URL.parse(endpoint ?? '')?.hostname ?? ''
}

function proofOf(proof: EventProof): EventDesk['proof'] {
  return proof.kind === 'token' ? { kind: 'token', tokens: new EntraTokens(proof, fetchKeys) } : proof
}

async function fetchKeys(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(keysDeadlineMs) })
  return response.ok ? await response.json() : undefined
}
