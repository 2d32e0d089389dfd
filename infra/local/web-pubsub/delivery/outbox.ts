import type { Counters } from '../stats.ts'
import { createBatchEncoder, type Owed } from './batch.ts'

export type Lane = {
  /** Writes what is owed and returns its bytes. */
  flush(encode: (owed: readonly Owed[]) => Buffer): number
}

/** Writes to every socket that is owed something, once per turn of the event loop. */
export class Outbox {
  readonly #counters: Counters
  #expected: Lane[] = []
  #isScheduled = false

  constructor(counters: Counters) {
    this.#counters = counters
  }

  expect(lane: Lane): void {
    this.#expected.push(lane)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#flushAll())
  }

  /** For what must go out before a close frame. */
  flush(lane: Lane): void {
    this.#counters.bytesOut += lane.flush(createBatchEncoder())
  }

  #flushAll(): void {
    const expected = this.#expected
    this.#expected = []
    this.#isScheduled = false
    const encode = createBatchEncoder()
    for (const lane of expected) this.#counters.bytesOut += lane.flush(encode)
  }
}
