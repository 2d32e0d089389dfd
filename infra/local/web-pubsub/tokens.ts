import { createHmac, timingSafeEqual } from 'node:crypto'

import * as v from '@badrap/valita'

export type Claims = {
  audiences: readonly string[]
  userId: string | null
  roles: readonly string[]
  groups: readonly string[]
}
export type TokenVerdict = { kind: 'valid'; claims: Claims } | { kind: 'invalid'; problem: string }

/** How far the signer's clock may be off. */
const skewSeconds = 300

/** JSON Web Token, compact form, HS256. The access key is used as its UTF-8 bytes: it looks like base64 but is not decoded. */
export function signToken(claims: Record<string, unknown>, accessKey: string): string {
  const signed = `${base64Json({ alg: 'HS256', typ: 'JWT' })}.${base64Json(claims)}`
  return `${signed}.${signature(signed, accessKey).toString('base64url')}`
}

export function verifyToken(token: string, accessKey: string, nowMs: number): TokenVerdict {
  const [head, body, mark, ...rest] = token.split('.')
  if (head === undefined || body === undefined || mark === undefined || rest.length > 0) return invalid('is not a JWT')
  const algorithm = header.try(parseBase64Json(head))
  if (!algorithm.ok) return invalid('has no readable header')
  if (algorithm.value.alg !== 'HS256') {
    return invalid(`is signed with ${algorithm.value.alg}; this local service verifies only HS256 with its access key`)
  }
  const expected = signature(`${head}.${body}`, accessKey)
  const given = Buffer.from(mark, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return invalid('is not signed with this access key')
  const claims = payload.try(parseBase64Json(body))
  if (!claims.ok) return invalid(`has unusable claims: ${claims.message}`)
  const nowSeconds = nowMs / 1_000
  const { exp, nbf, aud, sub, role } = claims.value
  if (exp + skewSeconds <= nowSeconds) return invalid('has expired')
  if (nbf !== undefined && nbf - skewSeconds > nowSeconds) return invalid('is not valid yet')
  return {
    kind: 'valid',
    claims: { audiences: aud, userId: sub ?? null, roles: role ?? [], groups: claims.value['webpubsub.group'] ?? [] },
  }
}

/**
 * Whether the token was made for this path. Only path and query are compared, decoded and in lower case, since a reverse proxy
 * changes the host after signing; the SDK signs the query string too, the documentation leaves it out, and both are taken.
 */
export function isMeantFor(claims: Claims, pathAndQuery: string): boolean {
  const [path = ''] = pathAndQuery.split('?')
  const wanted = new Set([canonical(pathAndQuery), canonical(path)])
  return claims.audiences.some((audience) => {
    if (!URL.canParse(audience)) return false
    const { pathname, search } = new URL(audience)
    return wanted.has(canonical(pathname + search))
  })
}

const oneOrMany = v.union(
  v.string().map((one) => [one]),
  v.array(v.string()),
)
const header = v.object({ alg: v.string() }).rest(v.unknown())
const payload = v
  .object({
    aud: oneOrMany,
    exp: v.number(),
    nbf: v.number().optional(),
    sub: v.string().optional(),
    role: oneOrMany.optional(),
    'webpubsub.group': oneOrMany.optional(),
  })
  .rest(v.unknown())

const invalid = (problem: string): TokenVerdict => ({ kind: 'invalid', problem: `The token ${problem}.` })
const base64Json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const signature = (signed: string, key: string): Buffer => createHmac('sha256', key).update(signed).digest()

function parseBase64Json(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function canonical(pathAndQuery: string): string {
  try {
    return decodeURIComponent(pathAndQuery).toLowerCase()
  } catch {
    return pathAndQuery.toLowerCase()
  }
}
