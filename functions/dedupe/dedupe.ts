import type { FeedName, MarketId } from '../book/ids.ts'
import { parseSnapshotMessage } from '../book/wire.ts'
import { decodeJson, type HubEvent } from '../connect/hub-events.ts'
import type { BookCache, HeldBook } from './book-cache.ts'
import { type Counts, FeedCounts } from './counts.ts'
import { inParallel } from './in-parallel.ts'
import { type Arrived, plan, type Write } from './plan.ts'

export type BookStore = {
  load(market: MarketId): Promise<Loaded>
  /** All of `write` or nothing. `conflict`: another worker was first. `refused`: the store will never take it, and why. */
  save(held: HeldBook | undefined, write: Write): Promise<Saved>
}
export type Loaded = { kind: 'held'; held: HeldBook } | { kind: 'absent' } | { kind: 'refused'; reason: string }
export type Saved = { kind: 'saved'; etag: string } | { kind: 'conflict' } | { kind: 'refused'; reason: string }

/** What could not be read or stored, with all that is needed to look into it and send it again. */
export type DeadLetter = { partition: string; sequence: number | undefined; reason: string; body: Uint8Array }
export type DeadLetters = { add(letters: readonly DeadLetter[]): Promise<void> }

/** What became of a batch. */
export type DedupeReport = Counts & { rejected: number; conflicts: number }

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
  ports: { books: BookStore; deadLetters: DeadLetters },
  cache: BookCache,
  nowMs: () => number,
  counts = new FeedCounts(),
): Promise<DedupeReport> {
  const byFeed = new Map<FeedName, FeedReport>()
  const { markets, unreadable } = sortByMarket(events, nowMs())
  const failures = await inParallel(savesInFlight, [...markets], async ([market, arrivals]) => {
    const { feed } = arrivals[0].message
    const report = byFeed.get(feed) ?? emptyReport()
    byFeed.set(feed, report)
    const refused = await saveMarket(market, arrivals, ports.books, cache, nowMs, report)
    if (refused !== undefined) unreadable.push(...arrivals.map(({ event }) => letter(event, refused)))
  })
  const report: DedupeReport = { ...emptyReport(), rejected: unreadable.length }
  for (const [feed, own] of byFeed) {
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
}

type FeedReport = Counts & { conflicts: number }
const emptyReport = (): FeedReport => ({ fresh: 0, duplicate: 0, stale: 0, ticks: 0, conflicts: 0 })

type Arrival = Arrived & { event: HubEvent }

function sortByMarket(events: readonly HubEvent[], nowMs: number) {
  const markets = new Map<MarketId, [Arrival, ...Arrival[]]>()
  const unreadable: DeadLetter[] = []
  for (const event of events) {
    const parsed = parseSnapshotMessage(decodeJson(event.body), nowMs)
    if (!parsed.ok) {
      unreadable.push(letter(event, parsed.reason))
      continue
    }
    const { marketId } = parsed.value
    const at = event.sequence === undefined ? undefined : { partition: event.partition, sequence: event.sequence }
    const arrival = { message: parsed.value, at, event }
    const before = markets.get(marketId)
    if (before === undefined) markets.set(marketId, [arrival])
    else before.push(arrival)
  }
  return { markets, unreadable }
}

/** The reason why the store refuses this market for good, if it does. */
async function saveMarket(
  market: MarketId,
  arrivals: readonly Arrival[],
  books: BookStore,
  cache: BookCache,
  nowMs: () => number,
  report: FeedReport,
): Promise<string | undefined> {
  for (let conflicts = 0; conflicts <= maxConflicts; conflicts++) {
    const loaded = await loadBook(market, books, cache)
    if (loaded.kind === 'refused') return loaded.reason
    let held = loaded.kind === 'held' ? loaded.held : undefined
    const { writes, book, verdicts } = plan(arrivals, held?.book, nowMs())
    let outcome: Saved = { kind: 'saved', etag: held?.etag ?? '' }
    for (const write of writes) {
      outcome = await books.save(held, write)
      if (outcome.kind !== 'saved') break
      held = { book: write.book, etag: outcome.etag }
      report.ticks += write.ticks.length
    }
    if (outcome.kind === 'saved') {
      if (book !== undefined && held !== undefined) cache.set(market, { book, etag: held.etag })
      for (const verdict of verdicts) report[verdict.kind]++
      return undefined
    }
    cache.forget(market)
    if (outcome.kind === 'refused') return outcome.reason
    report.conflicts++
  }
  throw new Error(`${market} was changed by others ${maxConflicts} times in a row while we tried to save it`)
}

async function loadBook(market: MarketId, books: BookStore, cache: BookCache): Promise<Loaded> {
  const held = cache.get(market)
  return held === undefined ? books.load(market) : { kind: 'held', held }
}

function letter({ body, partition, sequence }: HubEvent, reason: string): DeadLetter {
  return { partition, sequence, reason, body }
}
