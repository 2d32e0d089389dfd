import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Clock } from '../../clock.ts'
import type { HttpFunction } from '../definitions.ts'
import type { Invocations, MakeInput } from '../invocations.ts'
import { parseRoute, type Route } from '../routes.ts'
import type { InvocationResult } from '../worker-channel.ts'
import { readBody, toRpcHttp, writeResponse } from './http-message.ts'
import { streamHttp } from './http-stream.ts'

/** Answers a request by the HTTP function it belongs to. */
export type HttpRoutes = {
  /** `false`: no function's route and method fit, which is a 404 in Azure (never a 405). */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>
}

export type HttpOptions = {
  definitions: readonly HttpFunction[]
  routePrefix: string
  invocations: Invocations
  /** The key that functions of level `function` and `admin` ask for. */
  key: string
  bodyLimitBytes: number
  /** Whether the app set `enableHttpStream`. */
  streams: boolean
  clock: Clock
  log: (event: string, fields?: object) => void
}

export function createHttpRoutes(options: HttpOptions): HttpRoutes {
  // By name, and the first that fits: `items/{id}` of `aGet` hides `items/special` of `bSpecial`, as in Azure.
  const table = options.definitions
    .toSorted((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map((definition) => ({ definition, route: routeOf(definition, options.routePrefix) }))

  return {
    async answer(request, response, url) {
      for (const { definition, route } of table) {
        const params = definition.methods.includes(request.method ?? '') ? route.match(url.pathname) : undefined
        if (params === undefined) continue
        if (definition.authLevel !== 'anonymous' && givenKey(request, url) !== options.key) {
          response.writeHead(401).end()
          return true
        }
        await run(definition, { request, response, url, params }, options)
        return true
      }
      return false
    },
  }
}

function routeOf({ name, route }: HttpFunction, prefix: string): Route {
  try {
    return parseRoute([prefix, route.replace(/^\//, '')].filter((part) => part !== '').join('/'))
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function givenKey(request: IncomingMessage, url: URL): string | null {
  const header = request.headers['x-functions-key']
  return typeof header === 'string' ? header : url.searchParams.get('code')
}

type Call = { request: IncomingMessage; response: ServerResponse; url: URL; params: Record<string, string> }

async function run(definition: HttpFunction, call: Call, options: HttpOptions): Promise<void> {
  const { request, response, url, params } = call
  const { invocations, clock, log } = options
  if (options.streams) {
    const invocationId = randomUUID()
    const invoke = (makeInput: MakeInput) => invocations.once(definition, makeInput, invocationId)
    const outcome = await streamHttp({ request, response, params, invocationId, invoke, clock })
    if (outcome === 'no-answer') {
      log('function gave no response', {
        function: definition.name,
        advice: 'with enableHttpStream a handler must return a response',
      })
      refuse(response, 502)
    } else if (outcome.kind !== 'succeeded') refuse(response, statusOf(outcome))
    return
  }

  const body = await readBody(request, options.bodyLimitBytes)
  if (body.kind === 'too-large') {
    response.setHeader('connection', 'close')
    refuse(response, 413)
    return
  }
  if (body.kind === 'unsized') {
    log('request body dropped', {
      function: definition.name,
      advice: 'without enableHttpStream Azure reads no body that has no Content-Length',
    })
  }
  const http = toRpcHttp(request, url, params, body.kind === 'bytes' ? body.bytes : undefined)
  const result = await invocations.once(definition, () => ({ data: { http }, triggerMetadata: {} }))
  if (result.kind === 'succeeded') writeResponse(response, result.returnValue, request.method === 'HEAD')
  else refuse(response, statusOf(result))
}

function statusOf(result: Exclude<InvocationResult, { kind: 'succeeded' }>): number {
  return result.kind === 'failed' ? 500 : 502
}

function refuse(response: ServerResponse, status: number): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(status).end()
}
