import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

import type { Reply } from '../http/reply.ts'
import { type AllowedOrigins, corsHeaders, preflightHeaders } from './cors.ts'

/** What the form of an answer depends on, whatever it says. */
export type Caller = { method: string; origin: string | null; acceptEncoding: string | null }
export type Sent = { status: number; headers: Record<string, string>; body?: string | Uint8Array }

/** A reply as this caller takes it: packed, without its body where only the head was asked for, and readable by its page if that is allowed. */
export async function sent(reply: Reply, { method, origin, acceptEncoding }: Caller, origins: AllowedOrigins): Promise<Sent> {
  const { status, body } = reply
  const cors = method === 'OPTIONS' ? preflightHeaders(origins, origin) : corsHeaders(origins, origin)
  const vary = [reply.headers['vary'], 'accept-encoding', cors['vary']].filter((name) => name !== undefined).join(', ')
  const headers = { 'x-content-type-options': 'nosniff', ...reply.headers, ...cors, vary }
  if (status === 204 || status === 304 || method === 'HEAD') return { status, headers }
  const encoding = body.length < worthCompressingBytes ? undefined : encodingFor(acceptEncoding ?? '')
  if (encoding === undefined) return { status, headers, body }
  return { status, headers: { ...headers, 'content-encoding': encoding }, body: await packed(body, encoding) }
}

/** Below this, compressing costs more than it saves. */
const worthCompressingBytes = 1_024

type Encoding = 'br' | 'gzip'

function encodingFor(accepted: string): Encoding | undefined {
  const names = accepted.toLowerCase().split(',')
  const takes = (encoding: Encoding) =>
    names.some((name) => {
      const [word, ...more] = name.split(';').map((part) => part.trim())
      return word === encoding && !more.some((part) => /^q=0(\.0*)?$/.test(part))
    })
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : undefined
}

/** A body that is given to many at once is packed once. Text has no identity to know it again by. */
function packed(body: string | Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  if (typeof body === 'string') return pack[encoding](Buffer.from(body))
  const made = packedBodies.get(body) ?? {}
  packedBodies.set(body, made)
  return (made[encoding] ??= pack[encoding](body))
}

const packedBodies = new WeakMap<Uint8Array, Partial<Record<Encoding, Promise<Uint8Array>>>>()

/** Level 4 packs a board to a tenth in a few milliseconds; the best level takes a hundred times as long for a sixth less. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const brotliCompressed = promisify(brotliCompress)
const gzipped = promisify(gzip)
const pack = {
  br: (bytes: Uint8Array) => brotliCompressed(bytes, brotliOptions),
  gzip: (bytes: Uint8Array) => gzipped(bytes),
}
