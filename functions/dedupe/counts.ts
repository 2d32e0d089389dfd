import type { FeedName } from '../book/ids.ts'

/** Messages by their verdict, and the ticks that came of them. */
export type Counts = { fresh: number; duplicate: number; stale: number; ticks: number }
/** `sinceMs`: when the first of them was counted. */
export type Counted = Counts & { sinceMs: number }

/** Adds to what all workers together have counted of this feed. */
export type CountStore = { add(feed: FeedName, counted: Counted, nowMs: number): Promise<void> }

/** A worker writes what it counted of a feed this often, at most. */
const everyMs = 5_000

/**
 * What dedupe made of each feed's messages, for everyone to see how many of them said nothing new. A duplicate must not cost a write
 * (I2), so it is counted in memory; one write to the container of the feeds, never to that of the odds, then tells of all that came in
 * the seconds before.
 *
 * These are numbers to look at, and nothing waits for them. A write that failed is tried again with a later batch, so that an answer lost on
 * the way counts twice; what a worker has not written when it ends is not counted.
 */
export class FeedCounts {
  readonly #unwritten = new Map<FeedName, Counted>()
  readonly #writtenAtMs = new Map<FeedName, number>()

  add(feed: FeedName, { fresh, duplicate, stale, ticks }: Counts, nowMs: number): void {
    const before = this.#unwritten.get(feed) ?? { fresh: 0, duplicate: 0, stale: 0, ticks: 0, sinceMs: nowMs }
    this.#unwritten.set(feed, {
      fresh: before.fresh + fresh,
      duplicate: before.duplicate + duplicate,
      stale: before.stale + stale,
      ticks: before.ticks + ticks,
      sinceMs: Math.min(before.sinceMs, nowMs),
    })
  }

  /** To be called after each batch. What went wrong is the result: it is for the log, and for nothing else. */
  async write(store: CountStore, nowMs: number): Promise<string[]> {
    const due = [...this.#unwritten].filter(([feed]) => nowMs - (this.#writtenAtMs.get(feed) ?? -Infinity) >= everyMs)
    const troubles = await Promise.all(due.map(([feed, counted]) => this.#writeOne(store, feed, counted, nowMs)))
    return troubles.filter((trouble) => trouble !== undefined)
  }

  async #writeOne(store: CountStore, feed: FeedName, counted: Counted, nowMs: number): Promise<string | undefined> {
    // Before the write, so that the batches which end meanwhile do not write the same.
    this.#unwritten.delete(feed)
    this.#writtenAtMs.set(feed, nowMs)
    try {
      await store.add(feed, counted, nowMs)
      return undefined
    } catch (error) {
      this.add(feed, counted, counted.sinceMs)
      return error instanceof Error ? error.message : String(error)
    }
  }
}
