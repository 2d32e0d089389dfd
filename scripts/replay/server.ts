import { hash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { listBodies, readBody } from './bodies.ts'
import { type Mode, positionsOf } from './position.ts'

export type ReplayOptions = {
  folder: string
  /** 0 takes a free one. */
  port: number
  mode: Mode
  log: (line: string) => void
  clock: { nowMs(): number }
}
/** `served`: how many polls have been answered, with a body or with "not modified". */
export type Replay = { url: string; bodies: number; served(): number; close(): Promise<void> }

const route = '/api/marketdata/all/'

/** A feed's endpoint that answers with what the feed once answered, so that a whole day can be lived through again in a minute. */
export async function startReplay({ folder, port, mode, log, clock }: ReplayOptions): Promise<Replay> {
  const bodies = await listBodies(folder)
  const positionAt = positionsOf(bodies, mode, clock.nowMs())
  let served = 0
  let saidLast = false

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname.replace(/\/?$/, '/') !== route) return refuse(response, 404, `Only ${route} is served here`)
    if (request.method !== 'GET') return refuse(response, 405, 'Only GET is answered here')
    const { index, round, isLast } = positionAt(clock.nowMs())
    const current = bodies[index] ?? bodies[0]
    const body = await readBody(current)
    const etag = `"${hash('sha256', body).slice(0, 32)}"`
    const unchanged = namesTag(request.headers['if-none-match'], etag)
    served++
    const size = unchanged ? 'not modified' : `${Math.round(body.length / 1024)} KB`
    log(`body ${index + 1} of ${bodies.length}  ${current.name}  ${size}${round === 0 ? '' : `  round ${round + 1}`}`)
    if (isLast && !saidLast) log('That was the last body; it is served from now on.')
    saidLast ||= isLast
    response.writeHead(unchanged ? 304 : 200, {
      etag,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
    })
    response.end(unchanged ? undefined : body)
  }

  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(request, response).catch((error: unknown) =>
      refuse(response, 500, `The recorded body cannot be read: ${String(error)}`),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${route}`
  return {
    url,
    bodies: bodies.length,
    served: () => served,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

/** If-None-Match: `*`, or a list of tags, each of which may be marked weak. */
function namesTag(header: string | undefined, etag: string): boolean {
  const tags = new Set((header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, '')))
  return tags.has(etag) || tags.has('*')
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(`${why}\n`)
}
