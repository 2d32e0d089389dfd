import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

import { bearer } from '../client/admission.ts'
import { applyFault } from '../faults.ts'
import { isHubName } from '../names.ts'
import { errorBody, Refusal } from '../refusal.ts'
import type { Service } from '../service.ts'
import { decodeSegment, parseTarget } from '../target.ts'
import { isMeantFor, verifyToken } from '../tokens.ts'
import { parseJson, utf8 } from './call.ts'
import { type Answer, type Route, routes } from './routes.ts'

/** The service's limit for a message sent over REST. */
const mostBodyBytes = 1_048_576

/** Versions whose calls mean what the newest one's mean. */
const apiVersions = new Set(['2021-10-01', '2022-11-01', '2023-07-01', '2024-01-01', '2024-12-01'])

export function createRest(service: Service, log: (event: string, fields?: object) => void): RequestListener {
  return (request, response) => {
    service.counters.requests++
    answer(service, request).then(
      ({ status, json }) => write(response, status, json === undefined ? '' : JSON.stringify(json)),
      (error: unknown) => {
        const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalServerError', String(error))
        service.counters.refused++
        log('request refused', { method: request.method, target: request.url, status: refusal.status, reason: refusal.message })
        // Whatever is left of the body is read and dropped, so that the answer reaches a caller who is still sending.
        request.resume()
        write(response, refusal.status, errorBody(refusal), { 'x-ms-error-code': refusal.code, ...refusal.headers })
      },
    )
  }
}

async function answer(service: Service, request: IncomingMessage): Promise<Answer> {
  const { method = '', url: target = '/' } = request
  const { pathname, searchParams: query } = parseTarget(target)
  if (pathname.startsWith('/_local/')) return local(service, `${method} ${pathname}`, request)
  if (pathname === '/api/health' && method === 'HEAD') return { status: 200 }
  const { route, path, hubName } = match(method, pathname)
  authenticate(service, request.headers.authorization, target)
  checkQuery(route, query)
  const body = await readBody(request)
  const origin = `http://${request.headers.host ?? 'localhost'}`
  const contentType = request.headers['content-type'] ?? ''
  return route.run({ service, hubName, path, query, body, contentType, target, origin }, service.hub(hubName))
}

async function local(service: Service, what: string, request: IncomingMessage): Promise<Answer> {
  if (what === 'GET /_local/stats') return { status: 200, json: service.stats() }
  if (what !== 'POST /_local/faults') throw new Refusal(404, 'NotFound', `There is no '${what}'.`)
  // A page on the web can post a form to this port, but not this type without asking first.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new Refusal(415, 'UnsupportedMediaType', 'A fault is posted as application/json.', 'Content-Type')
  }
  return { status: 200, json: { count: applyFault(service.faults, parseJson(utf8(await readBody(request)))) } }
}

const parsedRoutes = routes.map((route) => {
  const [method = '', path = ''] = route.request.split(' ')
  return { route, method, parts: path.split('/') }
})

function match(method: string, pathname: string): { route: Route; hubName: string; path: Record<string, string> } {
  const [api, hubs, rawHub, ...rest] = pathname.slice(1).split('/')
  if (api !== 'api' || hubs !== 'hubs' || rawHub === undefined) throw new Refusal(404, 'NotFound', `There is no '${pathname}'.`)
  const hubName = decodeSegment(rawHub)
  if (!isHubName(hubName)) throw new Refusal(400, 'InvalidHub', `'${hubName}' is no hub name.`, 'hub')
  const fitting = parsedRoutes.filter(({ parts }) => fits(parts, rest))
  const chosen = fitting.find((candidate) => candidate.method === method)
  if (chosen === undefined) {
    if (fitting.length === 0) throw new Refusal(404, 'NotFound', `'${method} ${pathname}' is not supported.`)
    throw new Refusal(405, 'MethodNotAllowed', `'${method}' is not supported for '${pathname}'.`)
  }
  const named = chosen.parts.flatMap((part, at) =>
    part.startsWith('{') ? [[part.slice(1, -1), decodeSegment(rest[at] ?? '')]] : [],
  )
  return { route: chosen.route, hubName, path: Object.fromEntries(named) as Record<string, string> }
}

const fits = (parts: readonly string[], given: readonly string[]): boolean =>
  parts.length === given.length && parts.every((part, at) => part.startsWith('{') || part === given[at])

function authenticate(service: Service, authorization: string | undefined, target: string): void {
  const token = bearer(authorization)
  if (token === undefined) throw new Refusal(401, 'Unauthorized', 'There is no bearer token.', 'Authorization')
  const verdict = verifyToken(token, service.accessKey, service.clock.nowMs())
  if (verdict.kind === 'invalid') throw new Refusal(401, 'Unauthorized', verdict.problem, 'Authorization')
  if (!isMeantFor(verdict.claims, target)) {
    throw new Refusal(401, 'Unauthorized', "The token's audience is not this request's URL.", 'Authorization')
  }
}

function checkQuery(route: Route, query: URLSearchParams): void {
  const version = query.get('api-version')
  if (version === null || !apiVersions.has(version)) {
    const known = [...apiVersions].join(', ')
    throw new Refusal(
      400,
      'UnsupportedApiVersion',
      `api-version '${version ?? ''}' is not supported; use one of ${known}.`,
      'api-version',
    )
  }
  const strange = [...query.keys()].find((name) => name !== 'api-version' && !route.query.includes(name))
  if (strange !== undefined)
    throw new Refusal(400, 'NotSupported', `Query parameter '${strange}' is not supported here.`, strange)
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= mostBodyBytes) chunks.push(chunk)
      else reject(new Refusal(413, 'PayloadTooLarge', `A body has at most ${mostBodyBytes} bytes.`, 'body'))
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}

function write(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  const type: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json' }
  const length: Record<string, number> = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...type, ...length, ...headers }).end(body)
}
