import type { Socket } from 'node:net'

import type { Receiver, Sender } from 'rhea'

import type { Broker } from './broker.ts'
import { type Refusal, unauthorized } from './refusal.ts'
import { covers } from './sas.ts'

/** One connected client: what it may use, where it wants replies, and what must end when it leaves. */
export class Peer {
  readonly broker: Broker
  readonly socket: Socket
  readonly name: string
  /** Links over which `$cbs` and `$management` answer, under each name that a request may give them. */
  readonly replyLinks = new Map<string, Sender>()
  /** The links over which it reads events. */
  readonly reading = new Map<Sender, { wake(): void; end(): void }>()
  readonly #expiryMsByPath = new Map<string, number>()
  readonly #awaitingDrain = new Set<() => void>()

  constructor(broker: Broker, socket: Socket) {
    this.broker = broker
    this.socket = socket
    this.name = `${socket.remoteAddress}:${socket.remotePort}`
    socket.on('drain', () => {
      const waiting = [...this.#awaitingDrain]
      this.#awaitingDrain.clear()
      for (const wake of waiting) wake()
    })
  }

  grant(path: string, expiresMs: number): void {
    this.#expiryMsByPath.set(path, expiresMs)
  }

  /** Why this client may not use the entity at `path` now; undefined if it may. */
  denial(path: string, nowMs: number): Refusal | undefined {
    const wanted = path.toLowerCase()
    for (const [granted, expiresMs] of this.#expiryMsByPath) {
      if (expiresMs > nowMs && covers(granted, wanted)) return undefined
    }
    return unauthorized(`No valid token for '${path}' was put to $cbs on this connection.`)
  }

  /** Calls `wake` once the socket has written what it holds. */
  afterDrain(wake: () => void): void {
    this.#awaitingDrain.add(wake)
  }

  refuse(link: Sender | Receiver, address: string, refused: Refusal): void {
    this.broker.log('link refused', { peer: this.name, address, ...refused })
    link.close(refused)
  }

  leave(): void {
    for (const link of this.reading.values()) link.end()
    this.reading.clear()
    this.replyLinks.clear()
    this.#awaitingDrain.clear()
  }
}
