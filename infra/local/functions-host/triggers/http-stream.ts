import { request as openRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'

import type { Clock } from '../../clock.ts'
import type { InvocationInput } from '../invocations.ts'
import type { InvocationResult } from '../worker-channel.ts'
import { joinedHeaders } from './http-message.ts'

export type StreamedCall = {
  request: IncomingMessage
  response: ServerResponse
  params: Record<string, string>
  /** Where the library's own server listens, which it opens when the app sets `enableHttpStream`. */
  workerUri: string
  invocationId: string
  invoke: (input: InvocationInput) => Promise<InvocationResult>
  clock: Clock
}

/** In Azure a handler that returns nothing is waited for until the load balancer gives up, after 240 s. */
const afterHandlerMs = 1_000

/**
 * With HTTP streaming the invocation carries no request at all: the request itself is passed on to the library's server, which
 * finds the invocation by its id, and the response comes back on the same connection.
 */
export async function streamHttp(call: StreamedCall): Promise<InvocationResult | 'no-answer'> {
  const { request, response, params, invocationId, clock } = call
  const { port } = new URL(call.workerUri)
  const headers = {
    ...request.headers,
    'x-ms-invocation-id': invocationId,
    'x-forwarded-host': request.headers.host ?? '',
    'x-forwarded-proto': 'http',
  }
  const proxied = openRequest({ host: '127.0.0.1', port, method: request.method, path: request.url, headers })
  const answered = new Promise<void>((resolve) => {
    proxied.once('response', (incoming) => {
      response.writeHead(incoming.statusCode ?? 502, incoming.headers)
      pipeline(incoming, response, () => resolve())
    })
    proxied.once('error', () => resolve())
  })
  pipeline(request, proxied, () => {})
  response.once('close', () => proxied.destroy())

  const result = await call.invoke({
    data: { http: {} },
    triggerMetadata: {
      ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
      Headers: { json: JSON.stringify(joinedHeaders(request)) },
      Query: { json: '{}' },
    },
  })
  if (result.kind !== 'succeeded') {
    proxied.destroy()
    return result
  }
  const overdue = Promise.withResolvers<'no-answer'>()
  const cancel = clock.after(afterHandlerMs, () => overdue.resolve('no-answer'))
  const outcome = await Promise.race([answered.then(() => result), overdue.promise])
  cancel()
  if (outcome === 'no-answer' && response.headersSent) return result
  if (outcome === 'no-answer') proxied.destroy()
  return outcome
}
