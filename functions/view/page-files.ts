import { etagOf, problem, type Reply } from '../http/reply.ts'

/** The built page, by path; each market has an address there, too. It travels inside the functions' bundle, so that one file is the whole app. */
export type PageFiles = Readonly<Record<string, { type: string; text: string }>>

export function pageReply(files: PageFiles, path: string, ifNoneMatch: string | null): Reply {
  const name = path === '' || path.startsWith('markets/') ? 'index.html' : path
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  if (file === undefined) return problem(404, 'Not here', 'The board is at /, the data under /api/markets')
  const etag = etagOf(file.text)
  const headers = {
    'content-type': file.type,
    'cache-control': 'no-cache',
    etag,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': contentSecurityPolicy,
  }
  if (ifNoneMatch === etag) return { status: 304, headers, body: '' }
  return { status: 200, headers, body: file.text }
}

/** Images are the feeds' own, from wherever they keep them; the socket's host is known only to negotiate. Nothing else may come from outside. */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'self'"
