import type { Validators } from './feed.ts'
import { oneLine } from './one-line.ts'

export type GetLimits = { deadlineMs: number; maxBodyBytes: number }
/** `refusal`: what the server said instead, if anything. It may quote the address that was asked, so it is not to be shown. */
export type GetAnswer =
  | { kind: 'body'; json: unknown; validators: Validators | null; headers: Headers }
  | { kind: 'unchanged' }
  | { kind: 'failed'; reason: string; retryAfterMs: number | null; refusal: Refusal | null }
export type Refusal = { status: number; headers: Headers; text: string }

/** A feed answers in a second or two and a whole body is half a megabyte; beyond this something is wrong with it. */
export const usualLimits: GetLimits = { deadlineMs: 10_000, maxBodyBytes: 16 * 1_048_576 }

const maxRedirects = 3

/**
 * GET of a JSON document from a server that may do anything: hang, send a web page, send without end, send us round in circles. What
 * it did comes back as a sentence for people, in which no address shows its query, where keys are.
 */
export async function getJson(
  address: string,
  validators: Validators | null,
  signal: AbortSignal,
  limits: GetLimits = usualLimits,
): Promise<GetAnswer> {
  const deadline = AbortSignal.timeout(limits.deadlineMs)
  const headers = { accept: 'application/json', 'user-agent': userAgent, ...conditions(validators) }
  try {
    const way: Way = [new URL(address)]
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const url = last(way)
      const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.any([signal, deadline]) })
      const next = redirectOf(response, url)
      if (next === undefined) return await read(response, way, validators, limits.maxBodyBytes)
      await response.body?.cancel()
      way.push(next)
    }
    return failed(`${end(way)} redirects again after ${maxRedirects} redirects`)
  } catch (error) {
    if (deadline.aborted) return failed(`${shown(address)} gave no whole answer within ${limits.deadlineMs / 1000} s`)
    return failed(signal.aborted ? 'stopped while asking' : `${shown(address)} could not be read: ${whyNot(error)}`)
  }
}

const userAgent = 'oddscast (odds collector; conditional requests; honours Retry-After)'

function conditions(validators: Validators | null): Record<string, string> {
  const { etag = null, lastModified = null } = validators ?? {}
  return {
    ...(etag === null ? {} : { 'if-none-match': etag }),
    ...(lastModified === null ? {} : { 'if-modified-since': lastModified }),
  }
}

function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = [301, 302, 303, 307, 308].includes(status) ? headers.get('location') : null
  return location === null ? undefined : new URL(location, from)
}

/** The address that was asked, and those that its redirects led to. */
type Way = [URL, ...URL[]]

async function read(response: Response, way: Way, asked: Validators | null, maxBodyBytes: number): Promise<GetAnswer> {
  if (response.status === 304 && asked !== null) return { kind: 'unchanged' }
  const text = await boundedText(response, maxBodyBytes)
  if (text === undefined) return failed(`${end(way)} sent more than ${maxBodyBytes} bytes`)
  const { status, headers } = response
  if (status !== 200) return failed(described(response, way, text), retryAfterMs(headers), { status, headers, text })
  const json = parseJson(text)
  if (json === undefined) return failed(`${described(response, way, text)}, which is no JSON`)
  const validators = { etag: headers.get('etag'), lastModified: headers.get('last-modified') }
  return {
    kind: 'body',
    json,
    validators: validators.etag === null && validators.lastModified === null ? null : validators,
    headers,
  }
}

/** Counted after decompression, so that a small body cannot unfold into a huge one. */
async function boundedText(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Seconds, or a date, which is by the server's own clock (RFC 9110, 10.2.3). */
function retryAfterMs(headers: Headers): number | null {
  const wish = headers.get('retry-after')?.trim() ?? ''
  if (/^\d+$/.test(wish)) return Number(wish) * 1000
  const delayMs = Date.parse(wish) - Date.parse(headers.get('date') ?? '')
  return Number.isFinite(delayMs) ? Math.max(delayMs, 0) : null
}

function described({ status, headers }: Response, way: Way, text: string): string {
  const words = oneLine(withoutKeys(text.slice(0, 4_000), way), 120)
  return `${end(way)} answered ${status}, ${headers.get('content-type') ?? 'no content type'}: "${words}"`
}

/** Error pages like to quote the address that was asked, and so do the redirects that lead to them. */
function withoutKeys(text: string, way: Way): string {
  const secrets = way.flatMap((url) => {
    const values = [...url.searchParams.values()]
    return [url.search, url.password, ...values, ...values.map(encodeURIComponent)]
  })
  return secrets.reduce((shorter, secret) => (secret.length < 4 ? shorter : shorter.replaceAll(secret, '…')), text)
}

const last = (way: Way) => way.at(-1) ?? way[0]
const end = (way: Way) => (way.length === 1 ? shown(way[0]) : withoutKeys(shown(last(way)), way))

function shown(address: URL | string): string {
  if (!URL.canParse(address.toString())) return 'the address in the settings'
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname}`
}

/** The error's own message may quote the whole address; the reason beneath it names host and port at most. */
function whyNot(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error)) return 'no such address, or not one for http'
  // Several refused addresses of one name come as an error that has a code but no message.
  return oneLine(cause.message) || ('code' in cause ? String(cause.code) : cause.name)
}

const failed = (reason: string, retryAfterMs: number | null = null, refusal: Refusal | null = null): GetAnswer => ({
  kind: 'failed',
  reason,
  retryAfterMs,
  refusal,
})
