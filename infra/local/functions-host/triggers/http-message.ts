import type { IncomingMessage, ServerResponse } from 'node:http'

import type { RpcCookie, RpcHttp, TypedData } from '../rpc.ts'

/** A request as the host describes it to the worker. Repeated query keys are joined by a comma, as Azure joins them. */
export function toRpcHttp(
  request: IncomingMessage,
  url: URL,
  params: Record<string, string>,
  body: Uint8Array | undefined,
): RpcHttp {
  const query = new Map<string, string>()
  for (const [key, value] of url.searchParams) query.set(key, query.has(key) ? `${query.get(key)},${value}` : value)
  return {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(Object.entries(joinedHeaders(request))),
    nullableQuery: nullable(query),
    nullableParams: nullable(Object.entries(params)),
    ...(body === undefined ? {} : { body: { bytes: body } }),
  }
}

export function joinedHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

function nullable(entries: Iterable<[string, string]>): Record<string, { value: string }> {
  return Object.fromEntries([...entries].map(([key, value]) => [key, { value }]))
}

/** Headers that belong to the connection between host and caller, whatever the function says. */
const hopHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'content-length'])

/** A function that returned nothing is answered 204, as ASP.NET answers a null result. */
export function writeResponse(response: ServerResponse, returnValue: TypedData | null, isHead: boolean): void {
  if (returnValue === null || !('http' in returnValue)) {
    response.writeHead(204).end()
    return
  }
  const { statusCode = '200', headers = {}, cookies = [], body } = returnValue.http
  for (const [key, value] of Object.entries(headers)) if (!hopHeaders.has(key.toLowerCase())) response.setHeader(key, value)
  if (cookies.length > 0) response.setHeader('set-cookie', cookies.map(serializeCookie))
  response.statusCode = Number(statusCode)
  const bytes = bodyBytes(body)
  const bodyless = response.statusCode === 204 || response.statusCode === 304
  if (!bodyless) response.setHeader('content-length', bytes.byteLength)
  response.end(isHead || bodyless ? undefined : bytes)
}

function bodyBytes(body: TypedData | null | undefined): Uint8Array {
  if (body === null || body === undefined) return new Uint8Array()
  if ('bytes' in body) return body.bytes
  if ('string' in body) return Buffer.from(body.string)
  if ('json' in body) return Buffer.from(body.json)
  return new Uint8Array()
}

const sameSiteNames = { lax: 'lax', strict: 'strict', explicitNone: 'none' } as const

function serializeCookie({ name, value, domain, path, expires, secure, httpOnly, sameSite, maxAge }: RpcCookie): string {
  const parts = [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`]
  if (expires?.value !== undefined) parts.push(`expires=${new Date(expires.value.seconds * 1000).toUTCString()}`)
  if (maxAge?.value !== undefined) parts.push(`max-age=${Math.trunc(maxAge.value)}`)
  if (domain?.value !== undefined) parts.push(`domain=${domain.value}`)
  parts.push(`path=${path?.value ?? '/'}`)
  if (secure?.value === true) parts.push('secure')
  if (sameSite !== undefined && sameSite !== 'none') parts.push(`samesite=${sameSiteNames[sameSite]}`)
  if (httpOnly?.value === true) parts.push('httponly')
  return parts.join('; ')
}

export type Body = { kind: 'bytes'; bytes: Uint8Array } | { kind: 'none' } | { kind: 'unsized' } | { kind: 'too-large' }

/** `unsized`: without a Content-Length Azure hands the function an empty body, unless its app streams HTTP. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Body> {
  const length = request.headers['content-length']
  if (length === undefined) {
    request.resume()
    return request.headers['transfer-encoding'] === undefined ? { kind: 'none' } : { kind: 'unsized' }
  }
  if (Number(length) > limitBytes) return { kind: 'too-large' }
  if (Number(length) === 0) return { kind: 'none' }
  const chunks: Uint8Array[] = []
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return { kind: 'bytes', bytes: Buffer.concat(chunks) }
}
