import type { Endpoint } from '../../functions/view/api/endpoint.ts'
import { RateLimit } from '../../functions/view/api/rate-limit.ts'
import type { Ports } from '../../functions/view/api/ports.ts'
import type { Reply } from '../../functions/http/reply.ts'

/** What the API is served with in a test: what is not given is not there. */
export function portsOf(given: Partial<Ports> = {}): Ports {
  const absent = async () => {
    throw new Error('this test has no such service')
  }
  return {
    odds: absent,
    alerts: absent,
    fixtures: absent,
    clients: absent,
    doorkeeper: absent,
    negotiating: { settings: { callers: 'anonymous', perMinute: 120, trustedProxies: 1 }, limit: new RateLimit(120) },
    documents: { openApi: '{"paths":{}}', asyncApi: '{}' },
    topics: ['politics', 'sports'],
    nowMs: () => 1_000,
    newId: () => 'new',
    ...given,
  }
}

export type Asking = {
  params?: Record<string, string>
  headers?: Record<string, string>
  body?: Uint8Array
}

/** `ask(getMarket, '?a=b', { params: { id: 'x:1' } })`, as the host asks. */
export function asking(ports: Ports) {
  return (endpoint: Endpoint, search = '', { params = {}, headers = {}, body = new Uint8Array() }: Asking = {}): Promise<Reply> =>
    endpoint.respond(
      {
        params,
        search: search === '' || search.startsWith('?') ? search : `?${search}`,
        header: (name) => new Headers(headers).get(name),
        body: { contentLength: String(body.byteLength), bytes: async () => body },
      },
      ports,
    )
}

export const jsonIn = (reply: Reply): unknown => JSON.parse(Buffer.from(reply.body).toString())
