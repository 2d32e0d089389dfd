import { createHash } from 'node:crypto'

/** An answer before it is an HTTP response: what each `function.ts` sends. */
export type Reply = { status: number; headers: Readonly<Record<string, string>>; body: string | Uint8Array }

/**
 * `tagged` is what the answer stands for, in as few words as identify it: hashed, it is the ETag, so that the body need not be made alike
 * to be the same. `no-cache` lets anyone keep the answer, and makes them ask whether it still holds: a browser that joins the stream
 * first and then reads must not be given what was true before it joined. The schema that the answer keeps to is linked as RFC 8288 has it.
 */
export const json = (value: unknown, options: ReplyOptions = {}): Reply =>
  madeWhenNew(() => JSON.stringify(value), { type: 'application/json', ...options })

/** A reply whose body is not made at all for those who hold it already. */
export function madeWhenNew(
  body: () => Reply['body'],
  { type, status = 200, schema, cache = 'no-cache', headers: more, tagged, ifNoneMatch = null }: ReplyOptions & { type: string },
): Reply {
  const headers: Record<string, string> = { 'content-type': type, 'cache-control': cache, ...more }
  if (schema !== undefined) headers['link'] = `<${schema}>; rel="describedby"`
  if (tagged !== undefined) {
    headers['etag'] = etagOf(tagged)
    if (isHeld(tagged, ifNoneMatch)) return { status: 304, headers, body: '' }
  }
  return { status, headers, body: body() }
}

export type ReplyOptions = {
  status?: number
  schema?: string
  cache?: string
  headers?: Readonly<Record<string, string>>
  tagged?: string
  ifNoneMatch?: string | null
}

/** Whether the caller holds what `tagged` stands for. As RFC 9110 compares: that a tag is weak does not matter. */
export function isHeld(tagged: string, ifNoneMatch: string | null): boolean {
  if (ifNoneMatch === null) return false
  const strong = etagOf(tagged).replace('W/', '')
  return ifNoneMatch.split(',').some((held) => held.trim() === '*' || held.trim().replace('W/', '') === strong)
}

/** RFC 9457. `detail` says what to do about it; `more` are members besides. */
export function problem(
  status: number,
  title: string,
  detail: string,
  { retryAfterSeconds, more }: { retryAfterSeconds?: number; more?: object } = {},
): Reply {
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, ...more })
  if (retryAfterSeconds === undefined) return { status, headers, body }
  return { status, headers: { ...headers, 'retry-after': String(retryAfterSeconds) }, body }
}

/** Which service is away, and how it is reached, is for the log alone. */
export const unavailable: Reply = problem(
  503,
  'Not available now',
  'A service behind this one does not answer. Try again in a few seconds',
  { retryAfterSeconds: 5 },
)

export const etagOf = (content: string | Uint8Array) =>
  `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
