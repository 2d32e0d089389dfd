import * as v from '@badrap/valita'

import { parse, type Parsed } from '../../book/wire.ts'

/** Who asks: somebody whom the platform has signed in, or whoever is at an address. */
export type Caller = { kind: 'principal'; id: string } | { kind: 'address'; address: string }

type Header = (name: string) => string | null

/**
 * Whom App Service's sign-in knows this to be; `undefined`: nobody. It sets these headers itself and lets none in from outside, as
 * long as it is on; where it is not, anybody can send them.
 */
export function principalIn(header: Header): Parsed<Caller | undefined> {
  const told = header('x-ms-client-principal')
  if (told === null || told === '') return { ok: true, value: undefined }
  const claims = parse(principal, jsonIn(told))
  if (!claims.ok) return { ok: false, reason: `x-ms-client-principal cannot be read (${claims.reason})` }
  const id = header('x-ms-client-principal-id') || claimOf(claims.value.claims)
  if (id === undefined || id.length > longestId) return { ok: false, reason: 'x-ms-client-principal does not say who it is' }
  return { ok: true, value: { kind: 'principal', id } }
}

/**
 * The address that the outermost of our own proxies saw. Each adds the one that it was called from at the end of `x-forwarded-for`; what
 * stands before those is the caller's own word. `unknown` is all who come without: they count as one.
 */
export function addressIn(header: Header, trustedProxies: number): Caller {
  const hops = (header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  const hop = trustedProxies === 0 ? undefined : hops.at(-trustedProxies)
  return { kind: 'address', address: (hop && network(hop)) || 'unknown' }
}

/** A Web PubSub user id may be longer. */
const longestId = 128

const principal = v.object({
  auth_typ: v.string(),
  claims: v.array(v.object({ typ: v.string(), val: v.string() })).optional(() => []),
})
const idClaims = [
  'http://schemas.microsoft.com/identity/claims/objectidentifier',
  'oid',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier',
  'sub',
]

function claimOf(claims: readonly { typ: string; val: string }[]): string | undefined {
  const found = idClaims.map((typ) => claims.find((claim) => claim.typ === typ)?.val)
  return found.find((val) => val !== undefined && val !== '')
}

function jsonIn(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/** Without the port that Azure puts behind it. Of IPv6 the first half: who has one address has the 2^64 of its network. */
function network(hop: string): string | undefined {
  const mapped = /^\[?(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})\]?(?::\d+)?$/i.exec(hop)?.[1]
  if (mapped !== undefined) return mapped
  const six = /^\[?([0-9a-f:]+:[0-9a-f:]*)(?:%\w+)?(?:\](?::\d+)?)?$/i.exec(hop)?.[1]
  const whole = six === undefined ? null : URL.parse(`http://[${six}]/`)
  return whole === null ? undefined : firstHalf(whole.hostname.slice(1, -1))
}

function firstHalf(address: string): string {
  const [before = '', after] = address.split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':')
}
