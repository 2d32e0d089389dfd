import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

import { WebSocketServer } from 'ws'

import type { Clock } from '../../infra/local/clock.ts'
import { text } from './answers.ts'
import type { Mode } from './position.ts'
import type { Answer } from './shape.ts'
import { shapes } from './shapes.ts'

export type ReplayOptions = {
  folder: string
  /** Of HTTP and WebSocket; TCP has the next one. 0 takes free ones. */
  port: number
  mode: Mode
  log: (line: string) => void
  clock: Clock
  /** Those to play; all that are in the folder unless said. */
  feeds?: readonly string[]
  /** Calls of The Odds API, in its credits. */
  quota?: number
}

export type Replay = {
  /** Feed by feed, what there is of it. */
  feeds: ReadonlyMap<string, string>
  missing: readonly string[]
  /** What the app is told so that it reads all of them from here, and takes them for fresh although they are old. */
  settings: Readonly<Record<string, string>>
  /** How many requests of a feed were answered as asked. */
  served(feed: string): number
  /** From now on the feed answers with this status, and nothing else; null mends it. HTTP alone. */
  fail(feed: string, status: number | null): void
  close(): Promise<void>
}

const usualQuota = 100_000_000

/** Endpoints that say what the venues once said, so that a whole day can be lived through again in a minute. */
export async function startReplay({ folder, port, mode, log, clock, feeds, quota = usualQuota }: ReplayOptions): Promise<Replay> {
  const wanted = shapes.filter(({ feed }) => feeds?.includes(feed) ?? true)
  const opened = await Promise.all(
    wanted.map(async (shape) => {
      const { feed } = shape
      const playing = await shape.open(folder, { mode, clock, log: (line) => log(`${feed}  ${line}`), quota })
      return { feed, playing }
    }),
  )
  const playings = new Map(opened.flatMap(({ feed, playing }) => (playing === undefined ? [] : [[feed, playing] as const])))
  if (playings.size === 0)
    throw new Error(`${folder} holds nothing to play. Name a folder of recorded bodies with --folder, or in ODDS_RECORDINGS`)
  const served = new Map<string, number>()
  const failing = new Map<string, number>()

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    for (const [feed, { speaks }] of playings) {
      if (speaks.kind !== 'http' || !speaks.under.some((path) => pathname.startsWith(path))) continue
      if (request.method !== 'GET') return text(405, 'Only GET is answered here')
      const trouble = failing.get(feed)
      if (trouble !== undefined) return text(trouble, 'This replay was asked to fail')
      const given = await speaks.answer({ pathname, query, tags: request.headers['if-none-match'] })
      if (given.status < 400) served.set(feed, (served.get(feed) ?? 0) + 1)
      return given
    }
    return text(404, `Nothing is served at ${pathname}. Played here: ${[...playings.keys()].join(', ')}`)
  }

  const http = createHttpServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(request)
      .catch((error: unknown) => text(500, `The recorded body cannot be read: ${String(error)}`))
      .then((given) => reply(response, given))
      .catch(() => response.destroy())
  })
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: 1_048_576 })
  http.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    for (const { speaks } of playings.values()) {
      if (speaks.kind === 'web-socket' && speaks.path === pathname) {
        return webSockets.handleUpgrade(request, socket, head, (webSocket) => speaks.accept(webSocket))
      }
    }
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
  })
  const sockets = new Set<Socket>()
  const stream = [...playings.values()].map(({ speaks }) => speaks).find((speaks) => speaks.kind === 'tcp')
  const tcp = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    stream?.accept(socket)
  })
  const httpPort = await listening(http, port)
  const tcpPort = stream === undefined ? 0 : await listening(tcp, port === 0 ? 0 : port + 1)
  const at = {
    http: `http://127.0.0.1:${httpPort}`,
    webSocket: `ws://127.0.0.1:${httpPort}`,
    tcp: `tcp://127.0.0.1:${tcpPort}`,
  }
  return {
    feeds: new Map([...playings].map(([feed, { holds }]) => [feed, holds])),
    missing: wanted.map(({ feed }) => feed).filter((feed) => !playings.has(feed)),
    settings: Object.fromEntries([
      ['FEEDS', [...playings.keys()].join(',')],
      ['DETECT_STALE_SECONDS', '1000000000'],
      ...[...playings.values()].flatMap((playing) => Object.entries(playing.settings(at))),
    ]),
    served: (feed) => served.get(feed) ?? 0,
    fail: (feed, status) => void (status === null ? failing.delete(feed) : failing.set(feed, status)),
    async close() {
      for (const socket of sockets) socket.destroy()
      for (const socket of webSockets.clients) socket.terminate()
      http.closeAllConnections()
      await Promise.all([closed(http), closed(tcp)])
    },
  }
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
  })

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers)
  response.end(body)
}
