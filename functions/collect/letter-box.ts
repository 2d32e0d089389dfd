import type { FeedName } from '../book/ids.ts'
import type { DeadLetters } from './collect.ts'
import { type DeadLetter, deadLetterOf, type Rejected } from './dead-letter.ts'

/** A feed that was redesigned can be unreadable in as many ways as it has markets; this many say it. */
const maxLetters = 1_000

/** Dead letters of a stream, which may bring the same trouble a hundred times a second: each is kept once, and now and then all are posted. */
export class LetterBox {
  readonly #feed: FeedName
  readonly #known = new Set<string>()
  #unposted: DeadLetter[] = []

  constructor(feed: FeedName) {
    this.#feed = feed
  }

  put(rejected: readonly Rejected[], atMs: number): void {
    for (const market of rejected) {
      if (this.#known.size >= maxLetters) return
      const letter = deadLetterOf(this.#feed, market, atMs)
      if (this.#known.has(letter.id)) continue
      this.#known.add(letter.id)
      this.#unposted.push(letter)
    }
  }

  async post(deadLetters: DeadLetters): Promise<void> {
    if (this.#unposted.length === 0) return
    const letters = this.#unposted
    this.#unposted = []
    try {
      await deadLetters.add(letters)
    } catch (error) {
      this.#unposted = [...letters, ...this.#unposted]
      throw error
    }
  }
}
