import type { Sender } from 'rhea'

import type { Cursor } from './cursor.ts'
import { Deliveries } from './deliveries.ts'
import type { PartitionLog } from './log.ts'
import type { Peer } from './peer.ts'
import type { Refusal } from './refusal.ts'
import { withMetrics } from './runtime-metrics.ts'

/** How much one reader sends before others get their turn. */
const maxEventsPerTurn = 512
const maxBytesPerTurn = 262_144

/** A client that does not read makes the socket hold at most about this much, then its readers wait. */
const maxUnsentBytes = 1_048_576

/**
 * Moves events from a partition to a client, as fast as the slowest of four allows: what is stored, the credit of the link, the
 * window of its session, and the socket. Each of them, when it gives way, calls `wake`; a turn then sends what can be sent.
 */
export class ReadingLink {
  readonly #peer: Peer
  readonly #sender: Sender
  readonly #log: PartitionLog
  readonly #cursor: Cursor
  readonly #deliveries: Deliveries
  readonly #wantsMetrics: boolean
  readonly #unwatch: () => void
  #isOpen = true
  #isScheduled = false

  constructor(peer: Peer, sender: Sender, log: PartitionLog, cursor: Cursor, wantsMetrics: boolean) {
    this.#peer = peer
    this.#sender = sender
    this.#log = log
    this.#cursor = cursor
    this.#wantsMetrics = wantsMetrics
    this.#deliveries = new Deliveries(sender, peer.socket)
    this.#unwatch = log.watch(() => this.wake())
  }

  /** The turn comes later in this tick: the attach must be out before the first transfer, and events stored together go together. */
  wake(): void {
    if (this.#isScheduled || !this.#isOpen) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (this.#isOpen) this.#takeTurn()
    })
  }

  /** Sends nothing more. */
  end(): void {
    this.#isOpen = false
    this.#unwatch()
  }

  #takeTurn(): void {
    if (this.#peer.socket.writableLength > maxUnsentBytes) {
      this.#peer.afterDrain(() => this.wake())
      return
    }
    if (this.#deliveries.isWornOut) {
      this.#disconnect({ condition: 'amqp:link:detach-forced', description: 'The session has used up its transfer ids.' })
      return
    }
    try {
      if (this.#sendSome()) this.wake()
    } catch (error) {
      this.#peer.broker.log('reading failed', { peer: this.#peer.name, error })
      this.#disconnect({ condition: 'amqp:internal-error', description: String(error) })
    }
  }

  /** True if more could be sent. */
  #sendSome(): boolean {
    const cursor = this.#cursor
    const metrics = this.#wantsMetrics ? withMetrics(this.#log.state(), this.#peer.broker.clock.nowMs()) : undefined
    let events = 0
    let bytes = 0
    let isReady = cursor.load()
    while (isReady && events < maxEventsPerTurn && bytes < maxBytesPerTurn) {
      const { chunk, start, end } = cursor
      const message = metrics?.(chunk.subarray(start, end))
      const isSent =
        message === undefined ? this.#deliveries.add(chunk, start, end) : this.#deliveries.add(message, 0, message.length)
      if (!isSent) {
        isReady = false
        break
      }
      events++
      bytes += end - start
      cursor.advance()
      isReady = cursor.load()
    }
    this.#deliveries.flush()
    return isReady
  }

  #disconnect(why: Refusal): void {
    this.end()
    this.#sender.close(why)
  }
}
