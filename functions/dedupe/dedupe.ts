import type { FeedName, MarketId } from '../book/ids.ts'
import { parseSnapshotMessage, type SnapshotMessage } from '../book/wire.ts'
import { decodeJson, type HubEvent } from '../connect/hub-events.ts'
import { Lags } from '../connect/lags.ts'
import type { BookCache, HeldBook } from './book-cache.ts'
import { type Counts, FeedCounts } from './counts.ts'
import { inParallel } from './in-parallel.ts'
import { type Arrived, plan, type Write } from './plan.ts'
import { type DedupeWatch, unwatched } from './watch.ts'

export type BookStore = {
  load(market: MarketId): Promise<Loaded>
  /**
   * All of `write` or nothing. `conflict`: another worker was first. `refused`: the store will never take it, and why. The ticks are marked
   * with the `traceparent`, if there is one.
   */
  save(held: HeldBook | undefined, write: Write, traceparent?: string): Promise<Saved>
}
export type Loaded = { kind: 'held'; held: HeldBook } | { kind: 'absent' } | { kind: 'refused'; reason: string }
export type Saved = { kind: 'saved'; etag: string } | { kind: 'conflict' } | { kind: 'refused'; reason: string }

/** What could not be read or stored, with all that is needed to look into it and send it again. */
export type DeadLetter = { partition: string; sequence: number | undefined; reason: string; body: Uint8Array }
export type DeadLetters = { add(letters: readonly DeadLetter[]): Promise<void> }

/** What became of a batch. The lags are those of its fresh messages, each counted once: from the feed's clock to ours, and from there into the store. */
export type DedupeReport = Counts & {
  rejected: number
  conflicts: number
  lags: { publishedToObserved: Lags; observedToStored: Lags }
}

/** Markets saved at the same time: enough to hide a store's round trip, few enough to leave it air. */
const savesInFlight = 32
/** Losing this many races in a row for one market means that something else is wrong; the host then runs the batch again, later. */
const maxConflicts = 8

/**
 * The stage: events of one partition in, ticks in the store. It throws only when the store cannot be reached, after every other market
 * has had its turn; the host's retry policy then brings the same batch again, and what was saved counts as duplicate (I5, I6).
 */
export async function dedupe(
  events: readonly HubEvent[],
  ports: { books: BookStore; deadLetters: DeadLetters; watch?: DedupeWatch },
  cache: BookCache,
  nowMs: () => number,
  counts = new FeedCounts(),
): Promise<DedupeReport> {
  const startedAtMs = nowMs()
  const { markets, unreadable, causes } = sortByMarket(events, startedAtMs)
  const { watch = unwatched, books } = ports
  const began = { startedAtMs, events: events.length, markets: markets.size, causes }
  return watch.batch(began, async ({ traceparent, saving }) => {
    const batch: Batch = { books, cache, nowMs, traceparent, byFeed: new Map(), lags: noLags() }
    const failures = await saving(() =>
      inParallel(savesInFlight, [...markets], async ([market, arrivals]) => {
        const refused = await saveMarket(market, arrivals, batch)
        if (refused !== undefined) unreadable.push(...arrivals.map(({ event }) => letter(event, refused)))
      }),
    )
    const report = { ...emptyReport(), rejected: unreadable.length, lags: batch.lags }
    for (const [feed, own] of batch.byFeed) {
      counts.add(feed, own, nowMs())
      report.fresh += own.fresh
      report.duplicate += own.duplicate
      report.stale += own.stale
      report.ticks += own.ticks
      report.conflicts += own.conflicts
    }
    if (unreadable.length > 0) await ports.deadLetters.add(unreadable)
    if (failures.length > 0) {
      throw new Error(`${failures.length} of ${markets.size} markets were not stored; the batch must run again`, {
        cause: failures[0],
      })
    }
    return report
  })
}

type Batch = {
  books: BookStore
  cache: BookCache
  nowMs: () => number
  traceparent: string | undefined
  byFeed: Map<FeedName, FeedReport>
  lags: DedupeReport['lags']
}
type FeedReport = Counts & { conflicts: number }
const emptyReport = (): FeedReport => ({ fresh: 0, duplicate: 0, stale: 0, ticks: 0, conflicts: 0 })
const noLags = () => ({ publishedToObserved: new Lags(), observedToStored: new Lags() })

type Arrival = Arrived & { event: HubEvent }

function sortByMarket(events: readonly HubEvent[], nowMs: number) {
  const markets = new Map<MarketId, [Arrival, ...Arrival[]]>()
  const unreadable: DeadLetter[] = []
  const causes = new Set<string>()
  for (const event of events) {
    const parsed = parseSnapshotMessage(decodeJson(event.body), nowMs)
    if (!parsed.ok) {
      unreadable.push(letter(event, parsed.reason))
      continue
    }
    const { marketId, traceparent } = parsed.value
    if (traceparent !== undefined) causes.add(traceparent)
    const at = event.sequence === undefined ? undefined : { partition: event.partition, sequence: event.sequence }
    const arrival = { message: parsed.value, at, event }
    const before = markets.get(marketId)
    if (before === undefined) markets.set(marketId, [arrival])
    else before.push(arrival)
  }
  return { markets, unreadable, causes }
}

/** The reason why the store refuses this market for good, if it does. */
async function saveMarket(
  market: MarketId,
  arrivals: readonly [Arrival, ...Arrival[]],
  { books, cache, nowMs, traceparent, byFeed, lags }: Batch,
): Promise<string | undefined> {
  const { feed } = arrivals[0].message
  const report = byFeed.get(feed) ?? emptyReport()
  byFeed.set(feed, report)
  for (let conflicts = 0; conflicts <= maxConflicts; conflicts++) {
    const loaded = await loadBook(market, books, cache)
    if (loaded.kind === 'refused') return loaded.reason
    let held = loaded.kind === 'held' ? loaded.held : undefined
    const storedAtMs = nowMs()
    const { writes, book, verdicts } = plan(arrivals, held?.book, storedAtMs)
    let outcome: Saved = { kind: 'saved', etag: held?.etag ?? '' }
    for (const write of writes) {
      outcome = await books.save(held, write, traceparent)
      if (outcome.kind !== 'saved') break
      held = { book: write.book, etag: outcome.etag }
      report.ticks += write.ticks.length
    }
    if (outcome.kind === 'saved') {
      if (book !== undefined && held !== undefined) cache.set(market, { book, etag: held.etag })
      for (const [i, { kind }] of verdicts.entries()) {
        report[kind]++
        if (kind === 'fresh') countLags(lags, arrivals[i]?.message, storedAtMs)
      }
      return undefined
    }
    cache.forget(market)
    if (outcome.kind === 'refused') return outcome.reason
    report.conflicts++
  }
  throw new Error(`${market} was changed by others ${maxConflicts} times in a row while we tried to save it`)
}

function countLags(lags: DedupeReport['lags'], message: SnapshotMessage | undefined, storedAtMs: number): void {
  if (message === undefined) return
  const { publishedAtMs, observedAtMs } = message
  if (publishedAtMs !== null) lags.publishedToObserved.add(observedAtMs - publishedAtMs)
  lags.observedToStored.add(storedAtMs - observedAtMs)
}

async function loadBook(market: MarketId, books: BookStore, cache: BookCache): Promise<Loaded> {
  const held = cache.get(market)
  return held === undefined ? books.load(market) : { kind: 'held', held }
}

function letter({ body, partition, sequence }: HubEvent, reason: string): DeadLetter {
  return { partition, sequence, reason, body }
}
