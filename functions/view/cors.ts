/** Whose pages may read the API, by their origin; `*` is everybody's. */
export type AllowedOrigins = readonly string[]

/** What a browser wants to see before it shows an answer to a page of another origin. */
export function corsHeaders(allowed: AllowedOrigins, origin: string | null): Record<string, string> {
  if (allowed.length === 0) return {}
  const exposed = { 'access-control-expose-headers': 'etag, link, retry-after' }
  if (allowed.includes('*')) return { 'access-control-allow-origin': '*', ...exposed }
  // Also where it is not allowed: a cache may keep one origin's answer and must not give it to another.
  if (origin === null || !allowed.includes(origin)) return { vary: 'origin' }
  return { 'access-control-allow-origin': origin, vary: 'origin', ...exposed }
}

/** And before it sends anything but the plainest request (a preflight, `OPTIONS`). */
export function preflightHeaders(allowed: AllowedOrigins, origin: string | null): Record<string, string> {
  const headers = corsHeaders(allowed, origin)
  if (headers['access-control-allow-origin'] === undefined) return headers
  return {
    ...headers,
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': 'accept, content-type, if-none-match, x-functions-key',
    'access-control-max-age': '7200',
  }
}
