import { createServer, connect as connectTcp, type AddressInfo, type Socket } from 'node:net'

import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { WebPubSubClient, type WebPubSubClientOptions } from '@azure/web-pubsub-client'
import { WebSocket } from 'ws'

import { startWebPubSub, type WebPubSubOptions, type WebPubSubServer } from '../../infra/local/web-pubsub/server.ts'

export const json = 'json.webpubsub.azure.v1'
export const reliable = 'json.reliable.webpubsub.azure.v1'

const deadlineMs = 5_000
/** For `expect.poll`. */
export const soon = { timeout: deadlineMs, interval: 1 }

export type Frame = { [field: string]: unknown }
export type Who = { userId?: string; roles?: string[]; groups?: string[] }

/** One service, with the official REST client for it and whatever clients a test opens; `stop` ends them all. */
export class Rig {
  readonly server: WebPubSubServer
  readonly rest: WebPubSubServiceClient
  readonly #cleanups: (() => unknown)[] = []

  static async start(options: Omit<WebPubSubOptions, 'port'> = {}): Promise<Rig> {
    return new Rig(await startWebPubSub({ port: 0, ...options }))
  }

  private constructor(server: WebPubSubServer) {
    this.server = server
    this.rest = new WebPubSubServiceClient(server.connectionString, 'odds', { allowInsecureConnection: true })
  }

  async url(who: Who = {}): Promise<string> {
    return (await this.rest.getClientAccessToken(who)).url
  }

  /** A plain WebSocket, past its `connected` frame where there is one. */
  async open(subprotocol: string | undefined, who: Who = {}, query = ''): Promise<RawClient> {
    const client = this.dial(`${await this.url(who)}${query}`, subprotocol)
    await client.opened
    if (subprotocol !== undefined) client.connected = await client.next()
    return client
  }

  dial(url: string, subprotocol?: string, headers: Record<string, string> = {}): RawClient {
    const client = new RawClient(url, subprotocol, headers)
    this.#cleanups.push(() => client.socket.terminate())
    return client
  }

  /** The official client, not started. */
  sdk(who: Who = {}, options: WebPubSubClientOptions = {}, reroute = (url: string) => url): WebPubSubClient {
    const client = new WebPubSubClient({ getClientAccessUrl: async () => reroute(await this.url(who)) }, options)
    this.#cleanups.push(() => client.stop())
    return client
  }

  /** A TCP link to the service that breaks after each of `budgets` bytes from it, wherever in a frame that is. */
  async weakLink(nextBudgetBytes: () => number): Promise<(url: string) => string> {
    const sockets = new Set<Socket>()
    const link = createServer((near) => {
      const far = connectTcp(this.server.port, '127.0.0.1')
      let leftBytes = nextBudgetBytes()
      const cut = () => [near, far].forEach((socket) => socket.destroy())
      far.on('data', (bytes: Buffer) => {
        near.write(bytes.subarray(0, leftBytes))
        leftBytes -= bytes.length
        if (leftBytes <= 0) near.resetAndDestroy()
      })
      near.pipe(far)
      for (const socket of [near, far]) {
        sockets.add(socket)
        socket.on('error', cut).on('close', cut)
      }
    })
    await new Promise<void>((resolve) => {
      link.listen(0, '127.0.0.1', resolve)
    })
    this.#cleanups.push(() => {
      link.close()
      for (const socket of sockets) socket.destroy()
    })
    const { port } = link.address() as AddressInfo
    return (url) => url.replace(`:${this.server.port}/`, `:${port}/`)
  }

  async stop(): Promise<void> {
    for (const cleanup of this.#cleanups) cleanup()
    await this.server.close()
  }
}

export class RawClient {
  readonly socket: WebSocket
  readonly opened: Promise<void>
  readonly closed: Promise<{ code: number; reason: string }>
  connected: Frame = {}
  readonly #received: (Frame | Buffer)[] = []

  constructor(url: string, subprotocol?: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], { headers })
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve)
      this.socket.once('unexpected-response', (_, response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += String(chunk)))
        response.on('end', () => reject(new Error(`${response.statusCode} ${body}`)))
      })
      this.socket.on('error', reject)
    })
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.#received.push(!isBinary && subprotocol !== undefined ? (JSON.parse(String(data)) as Frame) : data)
    })
  }

  get id(): string {
    return String(this.connected['connectionId'])
  }

  async next(): Promise<Frame> {
    const received = await this.#take()
    if (Buffer.isBuffer(received)) throw new Error(`Expected JSON, got ${received.toString()}`)
    return received
  }

  async nextRaw(): Promise<Buffer> {
    const received = await this.#take()
    if (!Buffer.isBuffer(received)) throw new Error(`Expected bytes, got ${JSON.stringify(received)}`)
    return received
  }

  async #take(): Promise<Frame | Buffer> {
    await until(() => this.#received.length > 0, 'a frame')
    return this.#received.shift() ?? {}
  }

  say(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  async ask(frame: object): Promise<Frame> {
    this.say(frame)
    return this.next()
  }

  /** Everything that came before an answer to a ping sent now. */
  async soFar(): Promise<Frame[]> {
    this.say({ type: 'ping' })
    const frames: Frame[] = []
    for (let frame = await this.next(); frame['type'] !== 'pong'; frame = await this.next()) frames.push(frame)
    return frames
  }
}

/** The clean way out is an event; this is for what tells nobody. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + deadlineMs
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms for ${what}.`)
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
  }
}
