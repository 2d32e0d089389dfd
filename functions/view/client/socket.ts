import * as v from '@badrap/valita'

import { parse, type Parsed } from '../../book/wire.ts'

/**
 * One connection to Azure Web PubSub in its subprotocol `json.reliable.webpubsub.azure.v1`; the only file that touches a WebSocket.
 *
 * Why not the official client: it weighs a third of the page's budget, and it hides what the board must know. After a recovery that
 * failed it connects anew by itself and tells no one what was not delivered; and it acknowledges once a second whatever arrives,
 * so that a burst of 1,000 messages gets it thrown out. Here each turn is said to the listener, acknowledgements also go by count, and when
 * to try again is not decided in this file but in `step.ts`.
 *
 * Recovery: within 30 s of a drop the service lets the same connection go on, in its groups and with all it had not acknowledged.
 * A refused recovery is opened and then closed, so an open socket proves nothing: only its first frame does, and a ping asks for one.
 */
export type SocketListener = {
  joined(): void
  recovered(): void
  /** The socket is gone; `recover` may bring it back. */
  dropped(reason: string): void
  /** This connection cannot go on; nothing more comes from it. `retryAfterMs`: how long the server wants to be left alone. */
  lost(reason: string, retryAfterMs?: number): void
  /** What the publisher sent, unread. */
  received(data: unknown): void
  /** Something was sent that cannot be read, or that never came. */
  missed(reason: string): void
}

/** What a listener is told of comes from here. `beat` is to be called once a second. */
export type Stream = {
  recover(): void
  beat(): void
  /** There is reason to doubt that it is alive: it must show it soon. */
  probe(): void
  close(): void
}

/** As much of a WebSocket as is needed, so that others than the browser's fit. */
export type Wire = {
  readonly readyState: number
  send(text: string): void
  close(code?: number): void
  addEventListener(type: 'open', hear: () => void): void
  addEventListener(type: 'message', hear: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', hear: (event: { code: number; reason: string }) => void): void
}
export type WebSocketClass = new (url: string, protocol: string) => Wire

const subprotocol = 'json.reliable.webpubsub.azure.v1'
/** The service closes a connection after 120 s of silence, and after 1,000 messages that were not acknowledged. */
const pingEveryMs = 20_000
const ackEvery = 200
/** Also without a beat: those of a tab in the background are held back. */
const ackEveryMs = 1_000
const openingForMs = 10_000
const answerForMs = 10_000
const probeForMs = 4_000

type Phase = 'opening' | 'joining' | 'open' | 'dropped' | 'recovering' | 'closed'

export class OddsSocket implements Stream {
  readonly #url: string
  readonly #groups: readonly string[]
  readonly #listener: SocketListener
  readonly #nowMs: () => number
  readonly #WebSocket: WebSocketClass
  #wire: Wire
  #phase: Phase = 'opening'
  #place: { connectionId: string; token: string } | undefined
  #unjoined = new Set<number>()
  #received = 0
  #acknowledged = 0
  #acknowledgedAtMs = 0
  #openedAtMs: number
  #pingedAtMs: number
  #answerByMs = Infinity

  constructor(
    url: string,
    groups: readonly string[],
    listener: SocketListener,
    nowMs: () => number,
    WebSocket: WebSocketClass = globalThis.WebSocket,
  ) {
    this.#url = url
    this.#groups = groups
    this.#listener = listener
    this.#nowMs = nowMs
    this.#WebSocket = WebSocket
    this.#openedAtMs = this.#pingedAtMs = nowMs()
    this.#wire = this.#open(url)
  }

  /** Goes on with the dropped connection. Without the first URL's token: that one may have expired, and the place needs none. */
  recover() {
    if (this.#phase !== 'dropped' || this.#place === undefined) return
    const url = new URL(this.#url)
    url.search = ''
    url.searchParams.set('awps_connection_id', this.#place.connectionId)
    url.searchParams.set('awps_reconnection_token', this.#place.token)
    this.#phase = 'recovering'
    // Our last acknowledgement may have gone down with the old socket.
    this.#acknowledged = 0
    this.#openedAtMs = this.#nowMs()
    this.#wire = this.#open(url.href)
  }

  beat() {
    const nowMs = this.#nowMs()
    if (this.#phase === 'open') {
      this.#acknowledge()
      if (nowMs > this.#answerByMs) this.#drop('the server has gone silent')
      else if (nowMs - this.#pingedAtMs >= pingEveryMs) this.#ping(answerForMs)
    } else if (this.#phase === 'opening' || this.#phase === 'joining' || this.#phase === 'recovering') {
      if (nowMs - this.#openedAtMs > openingForMs) this.#drop('the server did not answer in time')
    }
  }

  probe() {
    if (this.#phase === 'open') this.#ping(probeForMs)
  }

  close() {
    this.#phase = 'closed'
    this.#wire.close(1000)
  }

  /** Events of a socket that was given up are not heard: each closure knows the socket it belongs to. */
  #open(url: string): Wire {
    const wire = new this.#WebSocket(url, subprotocol)
    const current = () => this.#wire === wire && this.#phase !== 'closed' && this.#phase !== 'dropped'
    wire.addEventListener('open', () => {
      if (current() && this.#phase === 'recovering') this.#ping(answerForMs)
    })
    wire.addEventListener('message', (event) => {
      if (current()) this.#read(event.data)
    })
    wire.addEventListener('close', ({ code, reason }) => {
      if (!current()) return
      if (isFinal(code)) this.#lose(reason === '' ? closings(code) : reason)
      else this.#drop(closings(code))
    })
    return wire
  }

  #read(text: unknown) {
    this.#answerByMs = Infinity
    if (this.#phase === 'recovering') {
      this.#phase = 'open'
      this.#listener.recovered()
    }
    const frame = readFrame(text)
    if (!frame.ok) return this.#listener.missed(`a frame of the stream could not be read (${frame.reason})`)
    if (frame.value !== undefined) this.#take(frame.value)
  }

  #take(frame: Frame) {
    switch (frame.type) {
      case 'system':
        if (frame.event === 'connected') this.#enter(frame)
        else this.#lose(frame.message ?? 'the server ended the connection')
        return
      case 'ack':
        return this.#joinAnswered(frame)
      case 'message':
        return this.#deliver(frame)
      case 'pong':
    }
  }

  #enter({ connectionId, reconnectionToken }: Connected) {
    if (reconnectionToken !== undefined) this.#place = { connectionId, token: reconnectionToken }
    if (this.#phase !== 'opening') return
    this.#phase = 'joining'
    this.#groups.forEach((group, i) => {
      this.#unjoined.add(i + 1)
      this.#say({ type: 'joinGroup', group, ackId: i + 1 })
    })
  }

  #joinAnswered({ ackId, success, error }: Extract<Frame, { type: 'ack' }>) {
    if (!success && error?.name !== 'Duplicate') return this.#lose(error?.message ?? 'a group could not be joined')
    if (!this.#unjoined.delete(ackId) || this.#unjoined.size > 0 || this.#phase !== 'joining') return
    this.#phase = 'open'
    this.#listener.joined()
  }

  /** After a recovery the service sends again what was not acknowledged. A number left out is a message that is not coming. */
  #deliver({ data, sequenceId }: Extract<Frame, { type: 'message' }>) {
    if (sequenceId !== undefined) {
      if (sequenceId <= this.#received) return
      if (sequenceId > this.#received + 1) this.#listener.missed(`${sequenceId - this.#received - 1} messages were not delivered`)
      this.#received = sequenceId
      const due = this.#nowMs() - this.#acknowledgedAtMs >= ackEveryMs
      if (due || this.#received - this.#acknowledged >= ackEvery) this.#acknowledge()
    }
    this.#listener.received(data)
  }

  #acknowledge() {
    if (this.#received === this.#acknowledged) return
    this.#acknowledged = this.#received
    this.#acknowledgedAtMs = this.#nowMs()
    this.#say({ type: 'sequenceAck', sequenceId: this.#received })
  }

  #ping(answerWithinMs: number) {
    this.#pingedAtMs = this.#nowMs()
    this.#answerByMs = Math.min(this.#answerByMs, this.#pingedAtMs + answerWithinMs)
    this.#say({ type: 'ping' })
  }

  #say(frame: object) {
    if (this.#wire.readyState === isOpen) this.#wire.send(JSON.stringify(frame))
  }

  /** Only a connection that was in its groups is worth recovering. */
  #drop(reason: string) {
    if (this.#place === undefined || this.#phase === 'opening' || this.#phase === 'joining') return this.#lose(reason)
    this.#phase = 'dropped'
    this.#answerByMs = Infinity
    this.#wire.close(leaveOpen)
    this.#listener.dropped(reason)
  }

  #lose(reason: string) {
    this.close()
    this.#listener.lost(reason)
  }
}

/** `WebSocket.OPEN`, of whatever class it is. */
const isOpen = 1

/** 1000, and no code at all, end a connection for good; 1008 is a refusal. Any other leaves our place open, 4000 too. */
const isFinal = (code: number) => code === 1000 || code === 1005 || code === 1008
const leaveOpen = 4000

function closings(code: number): string {
  switch (code) {
    case 1000:
    case 1005:
      return 'the server ended the connection'
    case 1001:
      return 'the server is going away'
    case 1006:
      return 'the server cannot be reached'
    case 1008:
      return 'the server no longer keeps our place'
    default:
      return `the server closed the connection (code ${code})`
  }
}

type Frame =
  | Connected
  | { type: 'system'; event: 'disconnected'; message?: string | undefined }
  | { type: 'ack'; ackId: number; success: boolean; error?: { name: string; message?: string | undefined } | undefined }
  | { type: 'message'; data: unknown; sequenceId?: number | undefined }
  | { type: 'pong' }
type Connected = { type: 'system'; event: 'connected'; connectionId: string; reconnectionToken?: string | undefined }

const frameSchema: v.Type<Frame> = v.union(
  v.object({
    type: v.literal('system'),
    event: v.literal('connected'),
    connectionId: v.string(),
    reconnectionToken: v.string().optional(),
  }),
  v.object({ type: v.literal('system'), event: v.literal('disconnected'), message: v.string().optional() }),
  v.object({
    type: v.literal('ack'),
    ackId: v.number(),
    success: v.boolean(),
    error: v.object({ name: v.string(), message: v.string().optional() }).optional(),
  }),
  v.object({ type: v.literal('message'), data: v.unknown(), sequenceId: v.number().optional() }),
  v.object({ type: v.literal('pong') }),
)

const kinds = new Set<unknown>(['system', 'ack', 'message', 'pong'])

/** `undefined`: a kind that the protocol may have by now, and that is none of ours. */
function readFrame(text: unknown): Parsed<Frame | undefined> {
  if (typeof text !== 'string') return { ok: false, reason: 'not text' }
  try {
    const raw: unknown = JSON.parse(text)
    const known = typeof raw !== 'object' || raw === null || !('type' in raw) || kinds.has(raw.type)
    return known ? parse(frameSchema, raw) : { ok: true, value: undefined }
  } catch {
    return { ok: false, reason: 'not JSON' }
  }
}
