import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { WebSocketServer } from 'ws'

import { type Clock, systemClock } from '../clock.ts'
import { type Admission, admit, chooseSubprotocol } from './client/admission.ts'
import { ClientSocket } from './client/client-socket.ts'
import type { Faults } from './faults.ts'
import { errorBody, Refusal } from './refusal.ts'
import { createRest } from './rest/rest.ts'
import { Service } from './service.ts'
import type { Stats } from './stats.ts'
import { createUpstream, noUpstream, type UpstreamOptions } from './upstream.ts'

export type WebPubSubOptions = {
  port: number
  clock?: Clock
  log?: (event: string, fields?: object) => void
  /** Without, nobody is told who comes and goes. */
  upstream?: UpstreamOptions
}
export type WebPubSubServer = {
  port: number
  endpoint: string
  connectionString: string
  faults: Faults
  stats(): Stats
  close(): Promise<void>
}

/** No secret: it opens a server that only this machine reaches, and forgets everything when it ends. */
export const localAccessKey = 'oddscast-local-only-and-not-a-secret'

/** The service's limit for one client frame. */
const mostFrameBytes = 1_048_576
/** Ten times the connections of a unit: more than one machine's browser tests open, less than its memory. */
const mostConnections = 10_000
const probeEveryMs = 20_000
/** SDKs keep their HTTP connections; if the server closes them first, a request runs into the closing. */
const keepAliveMs = 65_000
const requestDeadlineMs = 30_000
const farewellDeadlineMs = 1_000

export async function startWebPubSub({
  port,
  clock = systemClock,
  log = () => {},
  upstream: told,
}: WebPubSubOptions): Promise<WebPubSubServer> {
  const upstream = told === undefined ? noUpstream : createUpstream(told, localAccessKey, clock, log)
  const service = new Service(clock, localAccessKey, log, upstream)
  const http = createServer(
    { keepAliveTimeout: keepAliveMs, requestTimeout: requestDeadlineMs, maxHeaderSize: 65_536 },
    createRest(service, log),
  )
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: mostFrameBytes,
    handleProtocols: (offered) => chooseSubprotocol(offered) ?? false,
  })

  const admitted = (request: IncomingMessage): Admission => {
    if (webSockets.clients.size >= mostConnections) {
      throw new Refusal(429, 'TooManyConnections', `This local service holds at most ${mostConnections} connections.`)
    }
    service.gates.beforeHandshake()
    const { url = '/', headers } = request
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    const handshake = { url, authorization: headers.authorization, offered: offered.filter((name) => name !== '') }
    return admit(handshake, localAccessKey, clock.nowMs())
  }

  http.on('upgrade', (request: IncomingMessage, tcp: Socket, head: Buffer) => {
    const onError = () => tcp.destroy()
    tcp.on('error', onError)
    try {
      const admission = admitted(request)
      webSockets.handleUpgrade(request, tcp, head, (webSocket) => {
        tcp.off('error', onError)
        const socket = new ClientSocket(webSocket, tcp, service.outbox)
        if (admission.kind !== 'recover') return service.enter(admission, socket)
        // A refused recovery is told by a close code: after an HTTP error the SDK would try the same again for 30 s.
        const problem = service.recover(admission, socket)
        if (problem === undefined) return
        log('recovery refused', { connectionId: admission.connectionId, reason: problem })
        socket.close(1008, problem)
      })
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, 'InternalServerError', String(error))
      log('handshake refused', { target: request.url?.split('?')[0], status: refusal.status, reason: refusal.message })
      refuse(tcp, refusal)
    }
  })

  await new Promise<void>((resolve, reject) => {
    http.once('error', (cause) => reject(new Error(`Cannot listen on 127.0.0.1:${port}; choose another port.`, { cause })))
    http.listen(port, '127.0.0.1', resolve)
  })
  const stopProbing = probeForever(clock, service)
  const bound = (http.address() as AddressInfo).port
  const endpoint = `http://127.0.0.1:${bound}`
  return {
    port: bound,
    endpoint,
    connectionString: `Endpoint=${endpoint};AccessKey=${localAccessKey};Version=1.0;`,
    faults: service.faults,
    stats: () => service.stats(),
    async close() {
      stopProbing()
      upstream.close()
      const stopped = new Promise<void>((resolve) => {
        http.close(() => resolve())
      })
      for (const connection of service.connections()) connection.end(1001, 'The server is going away.')
      const deadline = setTimeout(() => {
        for (const webSocket of webSockets.clients) webSocket.terminate()
        http.closeAllConnections()
      }, farewellDeadlineMs)
      http.closeIdleConnections()
      await stopped
      clearTimeout(deadline)
    },
  }
}

/**
 * Finds peers whose machine or network is gone without a word. The next round is planned only after this one's answers had a turn
 * to come in, so that a clock that jumps, by hand or after a laptop's sleep, does not give up on peers that are well.
 */
function probeForever(clock: Clock, service: Service): () => void {
  let stopped = false
  let cancel: (() => void) | undefined
  const plan = () => {
    if (stopped) return
    cancel = clock.after(probeEveryMs, () => {
      for (const connection of service.connections()) connection.probe()
      setImmediate(plan)
    })
  }
  plan()
  return () => {
    stopped = true
    cancel?.()
  }
}

function refuse(tcp: Socket, refusal: Refusal): void {
  const body = errorBody(refusal)
  const headers = { 'x-ms-error-code': refusal.code, 'content-type': 'application/json', ...refusal.headers, connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const start = `HTTP/1.1 ${refusal.status} ${refusal.code}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
  tcp.once('finish', () => tcp.destroy())
  tcp.end(`${start}${lines.join('')}\r\n${body}`)
}
