/** What the queue needs of a message; the rest of it is the caller's. */
export type Queueable = { readonly reliableHead: { readonly length: number }; readonly expiresAtMs: number }
export type Sequenced<M> = { readonly sequenceId: number; readonly message: M }
export type Pushed<M> = { kind: 'queued'; entry: Sequenced<M> } | { kind: 'overflow'; reason: string }

/** Both from the service's client specification, 3.2. */
export const mostUnacknowledged = 1_000
export const mostUnacknowledgedBytes = 16 * 1024 * 1024

/**
 * What one reliable connection was sent and has not acknowledged.
 *
 * Every message gets the next number, from 1. The client acknowledges cumulatively, so everything up to that number goes. After a
 * dropped socket what is left is sent again, in order, with the same numbers; the client drops those that it had seen, so
 * nothing is lost or doubled. A message whose time to live has passed is not sent again and leaves a hole in the numbers.
 */
export class ReliableQueue<M extends Queueable> {
  #entries: Sequenced<M>[] = []
  #first = 0
  #bytes = 0
  #sent = 0

  push(message: M, nowMs: number): Pushed<M> {
    const bytes = message.reliableHead.length
    if (this.#isFull(bytes)) this.#discardExpired(nowMs)
    if (this.#isFull(bytes)) return { kind: 'overflow', reason: this.#overflowReason() }
    const entry = { sequenceId: ++this.#sent, message }
    this.#entries.push(entry)
    this.#bytes += bytes
    return { kind: 'queued', entry }
  }

  /** A number that was never sent acknowledges nothing. */
  acknowledge(sequenceId: number): void {
    if (sequenceId > this.#sent) return
    for (let head = this.#entries[this.#first]; head && head.sequenceId <= sequenceId; head = this.#entries[this.#first]) {
      this.#bytes -= head.message.reliableHead.length
      this.#first++
    }
    if (this.#first * 2 > this.#entries.length) this.#compact()
  }

  unacknowledged(nowMs: number): readonly Sequenced<M>[] {
    this.#discardExpired(nowMs)
    return this.#entries.slice()
  }

  get length(): number {
    return this.#entries.length - this.#first
  }

  get bytes(): number {
    return this.#bytes
  }

  #isFull(moreBytes: number): boolean {
    return this.length >= mostUnacknowledged || this.#bytes + moreBytes > mostUnacknowledgedBytes
  }

  #overflowReason(): string {
    const what = this.length >= mostUnacknowledged ? `${mostUnacknowledged} messages` : `${mostUnacknowledgedBytes} bytes`
    return `More than ${what} were not acknowledged; send sequenceAck.`
  }

  #discardExpired(nowMs: number): void {
    this.#compact()
    this.#entries = this.#entries.filter(({ message }) => message.expiresAtMs > nowMs)
    this.#bytes = this.#entries.reduce((sum, { message }) => sum + message.reliableHead.length, 0)
  }

  /** Acknowledged entries are skipped first and cut off later, so that an acknowledgement does not copy the queue each time. */
  #compact(): void {
    this.#entries = this.#entries.slice(this.#first)
    this.#first = 0
  }
}
