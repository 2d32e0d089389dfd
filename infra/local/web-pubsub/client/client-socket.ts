import type { Socket } from 'node:net'

import type { WebSocket } from 'ws'

import type { Owed } from '../delivery/batch.ts'
import type { Outbox } from '../delivery/outbox.ts'

export type SocketEvents = {
  received(data: Buffer, isBinary: boolean): void
  /** The peer broke the WebSocket protocol itself; `ws` has answered with the close code for it. */
  violated(): void
  closed(code: number): void
  /** The peer does not read: more than `mostUnreadBytes` wait for it. */
  unread(): void
}

/** As much as the reliable protocol lets a client leave unacknowledged, so that its own rule strikes first there. */
const mostUnreadBytes = 16 * 1024 * 1024

/** The protocol's limit for a close frame: 125 bytes, two of them the code. */
const longestReasonBytes = 123

/**
 * One WebSocket of a client. Frames are collected and leave once per turn of the event loop, in one write past `ws` to the TCP
 * socket: at high fan-out the system call is most of the cost. That is safe because without compression `ws` itself
 * writes whole frames at once, so the two never interleave inside a frame.
 */
export class ClientSocket {
  readonly #webSocket: WebSocket
  readonly #tcp: Socket
  readonly #outbox: Outbox
  #owed: Owed[] = []
  #events: SocketEvents | undefined
  #answeredPing = true

  constructor(webSocket: WebSocket, tcp: Socket, outbox: Outbox) {
    this.#webSocket = webSocket
    this.#tcp = tcp
    this.#outbox = outbox
    webSocket.on('message', (data, isBinary) => this.#events?.received(asBuffer(data), isBinary))
    webSocket.on('error', (error) => {
      if ('code' in error && String(error.code).startsWith('WS_ERR_')) this.#events?.violated()
    })
    webSocket.on('pong', () => {
      this.#answeredPing = true
    })
    webSocket.on('close', (code) => this.#events?.closed(code))
  }

  /** Whoever listened before is not told anything any more. */
  listen(events: SocketEvents | undefined): void {
    this.#events = events
  }

  owe(owed: Owed): void {
    if (this.#owed.push(owed) === 1) this.#outbox.expect(this)
  }

  /** Returns the bytes written. */
  flush(encode: (owed: readonly Owed[]) => Buffer): number {
    const owed = this.#owed
    this.#owed = []
    if (owed.length === 0 || this.#webSocket.readyState !== this.#webSocket.OPEN) return 0
    if (this.#tcp.writableLength > mostUnreadBytes) {
      this.#events?.unread()
      return 0
    }
    const bytes = encode(owed)
    this.#tcp.write(bytes)
    return bytes.length
  }

  close(code: number, reason: string): void {
    this.#outbox.flush(this)
    this.#webSocket.close(code, cutToBytes(reason, longestReasonBytes))
  }

  /** Closes without sending what is still owed: it goes to the socket that took over. */
  retire(code: number, reason: string): void {
    this.#events = undefined
    this.#owed = []
    this.close(code, reason)
  }

  /** No close frame, no waiting: what a broken network looks like from the other side. */
  destroy(): void {
    this.#owed = []
    this.#webSocket.terminate()
  }

  /** Asks whether the peer is still there; one that has not answered the last time is given up. */
  probe(): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return
    if (!this.#answeredPing) {
      this.destroy()
      return
    }
    this.#answeredPing = false
    this.#webSocket.ping()
  }
}

function asBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

function cutToBytes(text: string, most: number): string {
  let bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= most) return text
  bytes = bytes.subarray(0, most)
  return new TextDecoder().decode(bytes).replace(/\uFFFD+$/, '')
}
