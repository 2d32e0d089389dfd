import { createHmac, timingSafeEqual } from 'node:crypto'

import { audiencePath } from './address.ts'
import { type Refusal, unauthorized } from './refusal.ts'

export const keyName = 'local'
/** Not a secret: it opens a broker that only this machine can reach. Base64 of "oddscast local event hubs broker". */
export const key = 'b2Rkc2Nhc3QgbG9jYWwgZXZlbnQgaHVicyBicm9rZXI='

export type SasVerdict = { expiresMs: number } | { refused: Refusal }

/**
 * Judges `SharedAccessSignature sr=<resource>&sig=<signature>&se=<expiry, seconds>&skn=<key name>`, presented for `audience`. The
 * signature covers the resource as it is written (URL-encoded) and the expiry; the resource must be the audience or lie above it.
 */
export function judgeSas(token: string, audience: string, nowMs: number): SasVerdict {
  const [scheme, fields] = token.split(' ', 2)
  const written = new Map((fields ?? '').split('&').map(splitOnce))
  const read = (name: string) => decode(written.get(name) ?? '')
  const [resource, signature, expiry, signer] = [read('sr'), read('sig'), read('se'), read('skn')]
  if (scheme !== 'SharedAccessSignature' || !resource || !signature || !expiry || !signer) {
    return refuse('The token is no SharedAccessSignature with sr, sig, se and skn.')
  }
  if (signer !== keyName) return refuse(`The key name is '${signer}', but the only key is '${keyName}'.`)

  const expected = createHmac('sha256', key)
    .update(`${written.get('sr')}\n${expiry}`)
    .digest()
  const given = Buffer.from(signature, 'base64')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return refuse('The signature does not fit. Use the SharedAccessKey of the connection string that the broker printed.')
  }
  const expiresMs = Number(expiry) * 1000
  if (!(expiresMs > nowMs)) return refuse(`The token expired at ${expiry} s since 1970.`)

  const signedPath = audiencePath(resource)
  const wantedPath = audiencePath(audience)
  if (signedPath === undefined || wantedPath === undefined || !covers(signedPath, wantedPath)) {
    return refuse(`The token is for '${resource}' and does not cover '${audience}'.`)
  }
  return { expiresMs }
}

export function covers(upper: string, lower: string): boolean {
  return upper === '' || lower === upper || lower.startsWith(`${upper}/`)
}

function refuse(description: string): SasVerdict {
  return { refused: unauthorized(description) }
}

function splitOnce(part: string): [string, string] {
  const at = part.indexOf('=')
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
