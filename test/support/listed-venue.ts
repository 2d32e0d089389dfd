import { type WebServer, webServer } from './web-server.ts'

/** What a request for a page asks, and the answer: JSON, or a status to fail with. */
export type Asked = { path: string; query: URLSearchParams }
export type Told = { json: unknown } | { status: number; headers?: Record<string, string> }

/** A venue on this machine: a server that answers every request as `answer` says. */
export async function listedVenue(answer: (asked: Asked) => Told): Promise<WebServer & { asked(): Asked[] }> {
  const parsed = (path: string): Asked => {
    const url = new URL(path, 'http://venue.example')
    return { path: url.pathname, query: url.searchParams }
  }
  const server = await webServer((request, response) => {
    const told = answer(parsed(request.url ?? '/'))
    if ('json' in told) response.end(JSON.stringify(told.json))
    else response.writeHead(told.status, told.headers ?? {}).end('no')
  })
  return { ...server, asked: () => server.requests.map(({ path }) => parsed(path)) }
}
