/**
 * The newest records of a log, in memory, so that readers who keep up never touch the disk. It holds at most twice `limitBytes`
 * and then forgets down to `limitBytes`: forgetting in halves keeps a push cheap.
 */
export class RecentBytes {
  readonly #limitBytes: number
  #chunks: { position: number; bytes: Buffer }[] = []
  #heldBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  push(position: number, bytes: Buffer): void {
    this.#chunks.push({ position, bytes })
    this.#heldBytes += bytes.length
    if (this.#heldBytes > 2 * this.#limitBytes) this.#forget()
  }

  /** The record that begins at `position`; undefined when it is too old to be here. */
  from(position: number): Buffer | undefined {
    let low = 0
    let high = this.#chunks.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const chunk = this.#chunks[middle]
      if (chunk === undefined) return undefined
      if (chunk.position === position) return chunk.bytes
      if (chunk.position < position) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }

  #forget(): void {
    let first = 0
    for (const { bytes } of this.#chunks) {
      if (this.#heldBytes <= this.#limitBytes) break
      this.#heldBytes -= bytes.length
      first++
    }
    this.#chunks = this.#chunks.slice(first)
  }
}
