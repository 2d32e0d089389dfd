/** As many as Microsoft's own emulator keeps. */
const mostRemembered = 1_000

/** The acknowledgement ids whose requests were carried out, so that a repeated one is not carried out again. */
export class AckMemory {
  readonly #executed = new Set<number>()

  has(ackId: number): boolean {
    return this.#executed.has(ackId)
  }

  add(ackId: number): void {
    this.#executed.add(ackId)
    const [oldest] = this.#executed
    if (this.#executed.size > mostRemembered && oldest !== undefined) this.#executed.delete(oldest)
  }
}
