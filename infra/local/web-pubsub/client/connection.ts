import type { Clock } from '../../clock.ts'
import type { Message } from '../delivery/message.ts'
import type { Subject } from '../filter/expression.ts'
import type { Counters } from '../stats.ts'
import type { AckMemory } from './ack-memory.ts'
import type { ClientSocket } from './client-socket.ts'
import { disconnectedFrame } from './frames.ts'
import type { ReliableQueue } from './reliable.ts'
import type { Action, GroupRight } from './roles.ts'

export type Speech =
  | { protocol: 'simple'; onFrame: 'sendEvent' | { sendToGroup: string } }
  | { protocol: 'json'; executed: AckMemory }
  | { protocol: 'reliable'; executed: AckMemory; queue: ReliableQueue<Message> }

export type Surroundings = {
  clock: Clock
  counters: Counters
  log: (event: string, fields?: object) => void
  /** The connection is over for good. `why` is undefined where the service itself is said to have lost it: then nobody is told. */
  left(connection: Connection, why: string | undefined): void
  received(connection: Connection, data: Buffer, isBinary: boolean): void
}

type Link = { state: 'live'; socket: ClientSocket } | { state: 'dropped'; stopWaiting: () => void } | { state: 'gone' }

/** How long a dropped reliable connection keeps its groups and messages (client specification 1.4: at least 30 s). */
const recoveryWindowMs = 30_000

/** Closed on purpose; 1005 is a close frame without a code, which is what the SDK's `stop()` sends. All else may come back. */
const finalCloseCodes = new Set([1000, 1005])

/**
 * A client as the hub knows it. It is not its socket: a reliable connection outlives a lost socket for a while, is delivered to
 * meanwhile, and goes on with the next socket. Only the socket it holds now is listened to, so whatever an older one
 * still says is void.
 */
export class Connection implements Subject {
  readonly connectionId: string
  readonly userId: string | null
  readonly protocol: string | null
  readonly speech: Speech
  readonly groups = new Set<string>()
  readonly rights: Record<Action, GroupRight>
  /** The order of arrival, for paging. */
  readonly ordinal: number
  readonly #around: Surroundings
  #link: Link

  constructor(
    identity: Pick<Connection, 'connectionId' | 'userId' | 'protocol' | 'speech' | 'rights' | 'ordinal'>,
    around: Surroundings,
    socket: ClientSocket,
  ) {
    this.connectionId = identity.connectionId
    this.userId = identity.userId
    this.protocol = identity.protocol
    this.speech = identity.speech
    this.rights = identity.rights
    this.ordinal = identity.ordinal
    this.#around = around
    this.#link = this.#hold(socket)
  }

  get isLive(): boolean {
    return this.#link.state === 'live'
  }

  deliver(message: Message): void {
    if (this.#link.state === 'gone') return
    this.#around.counters.messagesOut++
    switch (this.speech.protocol) {
      case 'simple':
        return this.answer(message.rawFrame)
      case 'json':
        return this.answer(message.plainFrame)
      case 'reliable': {
        const pushed = this.speech.queue.push(message, this.#around.clock.nowMs())
        if (pushed.kind === 'overflow') this.end(1008, pushed.reason)
        else if (this.#link.state === 'live') this.#link.socket.owe(pushed.entry)
      }
    }
  }

  /** For what concerns this socket only, like acknowledgements: lost with it. */
  answer(frame: Buffer): void {
    if (this.#link.state === 'live') this.#link.socket.owe(frame)
  }

  /** Goes on with a new socket: everything unacknowledged first, in order, then what comes. */
  recover(socket: ClientSocket, queue: ReliableQueue<Message>, greeting: Buffer): void {
    if (this.#link.state === 'live') this.#link.socket.retire(1008, 'The connection was recovered by another socket.')
    if (this.#link.state === 'dropped') this.#link.stopWaiting()
    this.#link = this.#hold(socket)
    socket.owe(greeting)
    for (const entry of queue.unacknowledged(this.#around.clock.nowMs())) socket.owe(entry)
  }

  /** Ended by the service: cannot be recovered. */
  end(code: number, reason: string): void {
    const link = this.#link
    this.#leave(reason)
    if (link.state !== 'live') return
    link.socket.listen(undefined)
    if (this.speech.protocol !== 'simple') link.socket.owe(disconnectedFrame(reason))
    link.socket.close(code, reason)
    if (code !== 1000 && code !== 1001) this.#around.log('connection ended', { connectionId: this.connectionId, code, reason })
  }

  /** Breaks the socket as a network would. */
  breakSocket(): void {
    if (this.#link.state === 'live') this.#link.socket.destroy()
  }

  /** Breaks the socket, and nothing of the connection is left to recover. */
  forget(): void {
    const link = this.#link
    this.#leave(undefined)
    if (link.state === 'live') link.socket.destroy()
  }

  probe(): void {
    if (this.#link.state === 'live') this.#link.socket.probe()
  }

  #hold(socket: ClientSocket): Link {
    socket.listen({
      received: (data, isBinary) => this.#around.received(this, data, isBinary),
      violated: () => this.#leave('The client broke the WebSocket protocol.'),
      unread: () => this.end(1008, 'Too much waits to be read by this client.'),
      closed: (code) => {
        if (finalCloseCodes.has(code)) this.#leave('The client closed the connection.')
        else if (this.speech.protocol !== 'reliable') this.#leave(`The connection was lost (${code}).`)
        else {
          const giveUp = () => this.#leave('The connection was lost and not recovered.')
          this.#link = { state: 'dropped', stopWaiting: this.#around.clock.after(recoveryWindowMs, giveUp) }
        }
      },
    })
    return { state: 'live', socket }
  }

  #leave(why: string | undefined): void {
    if (this.#link.state === 'gone') return
    if (this.#link.state === 'dropped') this.#link.stopWaiting()
    if (this.#link.state === 'live') this.#link.socket.listen(undefined)
    this.#link = { state: 'gone' }
    this.#around.left(this, why)
  }
}
