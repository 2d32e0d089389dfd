import { request as openRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'

import type { Clock } from '../../clock.ts'
import type { MakeInput } from '../invocations.ts'
import type { InvocationResult } from '../worker-channel.ts'
import { joinedHeaders } from './http-message.ts'

export type StreamedCall = {
  request: IncomingMessage
  response: ServerResponse
  params: Record<string, string>
  invocationId: string
  invoke: (makeInput: MakeInput) => Promise<InvocationResult>
  clock: Clock
}

/** In Azure a handler that returns nothing is waited for until the load balancer gives up, after 240 s. */
const afterHandlerMs = 1_000

/**
 * With HTTP streaming the invocation carries no request at all: the request itself is passed on to a server that the library
 * opens in the worker, which finds the invocation by its id, and the response comes back on the same connection.
 */
export async function streamHttp(call: StreamedCall): Promise<InvocationResult | 'no-answer'> {
  const { request, response, params, clock } = call
  const answered = Promise.withResolvers<void>()
  let proxied: ClientRequest | undefined
  const result = await call.invoke(({ capabilities }) => {
    proxied = passOn(call, new URL(capabilities.HttpUri ?? '').port, answered.resolve)
    return {
      data: { http: {} },
      triggerMetadata: {
        ...Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { string: value }])),
        Headers: { json: JSON.stringify(joinedHeaders(request)) },
        Query: { json: '{}' },
      },
    }
  })
  if (result.kind !== 'succeeded') {
    proxied?.destroy()
    return result
  }
  const overdue = Promise.withResolvers<'no-answer'>()
  const cancel = clock.after(afterHandlerMs, () => overdue.resolve('no-answer'))
  const outcome = await Promise.race([answered.promise.then(() => result), overdue.promise])
  cancel()
  if (outcome === 'no-answer' && response.headersSent) return result
  if (outcome === 'no-answer') proxied?.destroy()
  return outcome
}

function passOn({ request, response, invocationId }: StreamedCall, port: string, answered: () => void): ClientRequest {
  const { host = '' } = request.headers
  const headers = {
    ...request.headers,
    'x-ms-invocation-id': invocationId,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
  }
  const proxied = openRequest({ host: '127.0.0.1', port, method: request.method, path: request.url, headers })
  proxied.once('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.headers)
    pipeline(incoming, response, () => answered())
  })
  proxied.once('error', () => answered())
  pipeline(request, proxied, () => {})
  response.once('close', () => proxied.destroy())
  return proxied
}
