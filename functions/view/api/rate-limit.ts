/** More callers than one worker can have known lately; the longest unseen is forgotten first, and may begin anew (I9). */
const maxCallers = 10_000

type Bucket = { tokens: number; atMs: number }

/**
 * So many a minute for each caller, all at once if they like: a bucket that fills at that rate and holds a minute's worth. It is of this
 * worker, so that several grant as many times more: it is there against one caller who takes all, not to count.
 */
export class RateLimit {
  readonly #perMinute: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** How many seconds to wait; 0 where it is granted. */
  take(caller: string, nowMs: number): number {
    if (this.#perMinute === 0) return 0
    const bucket = this.#filled(caller, nowMs)
    this.#buckets.delete(caller)
    this.#buckets.set(caller, bucket)
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= maxCallers) break
      this.#buckets.delete(oldest)
    }
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / this.#perMinute))
    bucket.tokens -= 1
    return 0
  }

  #filled(caller: string, nowMs: number): Bucket {
    const before = this.#buckets.get(caller)
    if (before === undefined) return { tokens: this.#perMinute, atMs: nowMs }
    const filled = (Math.max(0, nowMs - before.atMs) * this.#perMinute) / 60_000
    return { tokens: Math.min(this.#perMinute, before.tokens + filled), atMs: Math.max(nowMs, before.atMs) }
  }
}
