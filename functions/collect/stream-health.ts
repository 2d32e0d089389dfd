import { type Drift, type FeedFailure, type FeedHealth, noDrift } from '../book/feed-health.ts'
import type { News } from './stream.ts'

/** What can be wrong with a stream, the one that explains the others first. */
const places = ['hub', 'connection', 'feed'] as const
export type Place = (typeof places)[number]

/** Lags remembered between two reports; of more, the first ones tell as much. */
const maxLags = 500

/**
 * The health of a feed that is followed. A poll has a result and a stream has none, so here "the last poll" is the time since the last
 * report, and the last complete one the last moment at which the feed was heard and all its markets were known.
 */
export class StreamHealth {
  #health: FeedHealth
  readonly #failures = new Map<Place, FeedFailure>()
  #published = 0
  #unchanged = 0
  #rejected = 0
  #lags: number[] = []

  constructor(health: FeedHealth) {
    this.#health = { ...health, failure: null }
  }

  heard(atMs: number, { saidAtMs }: News, isComplete: boolean): void {
    this.#health.polledAtMs = atMs
    if (isComplete) this.#health.completeAtMs = atMs
    if (saidAtMs !== null && this.#lags.length < maxLags) this.#lags.push(atMs - saidAtMs)
  }

  counted(atMs: number, { published, unchanged, rejected }: { published: number; unchanged: number; rejected: number }): void {
    if (published > 0) this.#health.changedAtMs = atMs
    this.#published += published
    this.#unchanged += unchanged
    this.#rejected += rejected
  }

  /** Whether that is news. `retryAtMs`: nothing is tried before then. */
  isFailing(place: Place, reason: string, atMs: number, retryAtMs: number | null): boolean {
    const before = this.#failures.get(place)
    const { sinceMs, times } = before ?? { sinceMs: atMs, times: 0 }
    this.#failures.set(place, { reason, sinceMs, times: times + 1, retryAtMs })
    return before?.reason !== reason
  }

  isWell(place: Place): boolean {
    return this.#failures.delete(place)
  }

  /** As it is now, and begins to count anew. */
  report(listed: { markets: number; selections: number }, drift: Drift): FeedHealth {
    const lags = this.#lags.sort((a, b) => a - b)
    this.#health = {
      ...this.#health,
      ...listed,
      failure: places.map((place) => this.#failures.get(place)).find((failure) => failure !== undefined) ?? null,
      published: this.#published,
      unchanged: this.#unchanged,
      rejected: this.#rejected,
      lagMs: lags[(lags.length - 1) >> 1] ?? this.#health.lagMs,
      drift: drift.unknown.length + drift.vanished.length === 0 ? noDrift : drift,
    }
    this.#published = this.#unchanged = this.#rejected = 0
    this.#lags = []
    return { ...this.#health }
  }
}
