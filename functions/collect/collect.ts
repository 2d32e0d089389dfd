import type { FeedName } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import { type DeadLetter, deadLetterOf, type Rejected } from './dead-letter.ts'
import { everything, type Feed, type FeedRecord, type Poll } from './feed.ts'
import { neverPolled, retryDelayMs, withFailure, withListing, withNothingNew, withQuota } from './health.ts'
import { digestOf, forgetSent, type Memory, rememberDeadLetters, rememberSent, valueHash } from './memory.ts'
import { reasonOf } from './one-line.ts'
import { compare, maxOpenMarkets, type OpenMarket, union, withinRoom } from './open-markets.ts'

/** Each port answers, or rejects, within a deadline of its own. */
export type CollectPorts = { publisher: Publisher; store: FeedStore; deadLetters: DeadLetters }
/** Resolves when the event hubs have taken every message; when it rejects, they may have taken any of them. */
export type Publisher = { publish(messages: readonly SnapshotMessage[]): Promise<void> }
/** `save` replaces the record of `record.health.feed`. */
export type FeedStore = { load(feed: FeedName): Promise<FeedRecord | undefined>; save(record: FeedRecord): Promise<void> }
export type DeadLetters = { add(letters: readonly DeadLetter[]): Promise<void> }

export type Circumstances = { nowMs(): number; random(): number; signal: AbortSignal }

/** `troubles`: what went wrong on our side without costing the poll. `heldBack`: new markets that wait for the store. */
export type CollectReport = { feed: FeedName; tookMs: number; troubles: readonly string[] } & Outcome
export type Outcome =
  | { kind: 'waiting'; untilMs: number }
  | { kind: 'stopped' }
  | { kind: 'unchanged' }
  | { kind: 'failed'; reason: string; retryAtMs: number | null }
  | ({ kind: 'complete' } & Counts)
  | ({ kind: 'partial'; reason: string } & Counts)
export type Counts = { published: number; unchanged: number; gone: number; rejected: number; heldBack: number }

/** So that the system heals from whatever was lost on the way, or edited by hand. */
const sendAllEveryMs = 10 * 60_000

/**
 * One poll of one feed: ask, publish what changed, keep what was seen.
 *
 * The worker may be killed between any two steps, and then the next poll, by whichever worker, must lose neither a change nor a
 * tombstone. Hence this order. (1) The store learns, before the event hub does, which markets are about to be open and that this worker
 * polls now: a market that was published while the store did not know it could vanish without being missed, and a worker that did not
 * know of another's poll would leave out a price because it had sent the same one earlier. This save is spared when neither is new.
 * While that save fails, new markets and tombstones wait. (2) Changes and tombstones are published. (3) Only then is the new list of open markets saved; killed before that, the next poll
 * compares with the older list and says the same tombstones again, which are duplicates to dedupe. What was sent is remembered after
 * the hub has confirmed it, and validators after the store has too.
 *
 * Without the store a worker that polled before still reads the feed and sends the markets it knows, for the hub keeps them until Cosmos
 * DB is back, and what moved meanwhile is not lost. But nothing is declared gone, for what was open is unknown; nothing is saved, for
 * that would erase what was; new markets wait. Should another worker have taken its place and buried a market just before, it owes the
 * tombstone again, and remembers that until the store is back.
 */
export async function collect(
  feed: Feed,
  memory: Memory,
  ports: CollectPorts,
  circumstances: Circumstances,
): Promise<CollectReport> {
  const startedAtMs = circumstances.nowMs()
  const troubles: string[] = []
  const storeAnswers = await load(feed, memory, ports.store, troubles)
  const known = memory.record ?? { health: neverPolled(feed.name, feed.everyMs, startedAtMs), openMarkets: [], digest: '' }
  const before = {
    digest: known.digest,
    health: { ...known.health, everyMs: feed.everyMs },
    openMarkets: union(known.openMarkets, memory.unconfirmed),
  }
  const sendAll = memory.sentAllAtMs === null || startedAtMs - memory.sentAllAtMs >= sendAllEveryMs
  const observedAtMs = memory.record === undefined ? startedAtMs : laterThan(before.health.polledAtMs, startedAtMs)
  const run: Run = { feed, memory, ports, circumstances, startedAtMs, observedAtMs, sendAll, storeAnswers, before, troubles }
  const outcome = await outcomeOf(run)
  return { feed: feed.name, tookMs: circumstances.nowMs() - startedAtMs, troubles, ...outcome }
}

type Run = {
  feed: Feed
  memory: Memory
  ports: CollectPorts
  circumstances: Circumstances
  startedAtMs: number
  observedAtMs: number
  sendAll: boolean
  storeAnswers: boolean
  before: FeedRecord
  troubles: string[]
}

async function load(feed: Feed, memory: Memory, store: FeedStore, troubles: string[]): Promise<boolean> {
  try {
    const record = await store.load(feed.name)
    const ours = record !== undefined && record.health.polledAtMs === memory.record?.health.polledAtMs
    if (!ours) forgetSent(memory)
    memory.record = record
    return true
  } catch (error) {
    troubles.push(`feed state not read: ${reasonOf(error)}`)
    return false
  }
}

async function outcomeOf(run: Run): Promise<Outcome> {
  const { memory, before, observedAtMs, startedAtMs } = run
  const { failure, quota } = before.health
  const quietUntilMs = Math.max(failure?.retryAtMs ?? 0, quota?.nextPollAtMs ?? 0, memory.quietUntilMs)
  if (startedAtMs < quietUntilMs) return { kind: 'waiting', untilMs: quietUntilMs }
  const poll = await ask(run)
  if (run.circumstances.signal.aborted) return { kind: 'stopped' }
  if (poll.kind === 'failed') return failed(run, poll)
  memory.quietUntilMs = 0
  if (poll.kind === 'unchanged') {
    await save(run, { ...before, health: withNothingNew(before.health, observedAtMs) })
    return { kind: 'unchanged' }
  }
  const outcome = await listed(run, poll)
  await keepRejected(run, poll.rejected)
  return outcome
}

async function ask({ feed, memory, before, observedAtMs, sendAll, circumstances: { signal } }: Run): Promise<Poll> {
  try {
    const validators = sendAll ? null : memory.validators
    return withoutDoubt(await feed.poll({ observedAtMs, validators, signal, open: before.openMarkets }))
  } catch (error) {
    return { kind: 'failed', reason: `the feed's reader broke: ${reasonOf(error)}`, retryAfterMs: null }
  }
}

/** A market whose very id cannot be read may be any of those that seem to be missing: no poll with one in it buries anything (I10). */
function withoutDoubt(poll: Poll): Poll {
  if (poll.kind !== 'complete') return poll
  const { snapshots, rejected } = poll
  const nameless = rejected.filter((market) => market.marketId === null).length
  if (nameless === 0) return poll
  const reason = `${nameless} of ${snapshots.length + rejected.length} markets came without a readable id`
  return { ...poll, kind: 'partial', reason, unsure: everything }
}

async function failed(run: Run, { reason, retryAfterMs, quota }: Extract<Poll, { kind: 'failed' }>): Promise<Outcome> {
  const { feed, memory, before, observedAtMs, circumstances } = run
  const times = (before.health.failure?.times ?? 0) + 1
  const delayMs = retryDelayMs({ times, everyMs: feed.everyMs, retryAfterMs }, circumstances.random())
  memory.quietUntilMs = circumstances.nowMs() + delayMs
  const health = withFailure(before.health, observedAtMs, reason, memory.quietUntilMs)
  await save(run, { ...before, health: quota === undefined ? health : withQuota(health, feed.everyMs, quota) })
  return { kind: 'failed', reason, retryAtMs: memory.quietUntilMs }
}

async function listed(run: Run, whole: Extract<Poll, { kind: 'complete' | 'partial' }>): Promise<Outcome> {
  const { memory, ports, before, observedAtMs, storeAnswers } = run
  const { followed, leftOut } = withinRoom(before.openMarkets, whole.snapshots)
  const poll = { ...whole, snapshots: followed }
  if (leftOut > 0)
    run.troubles.push(`${leftOut} new markets left out: more than ${maxOpenMarkets} are open. Narrow the feed's address`)
  const unsure = storeAnswers ? (poll.unsure ?? []) : everything
  const { newcomers, gone: missing, after } = compare(before.openMarkets, { ...poll, unsure })
  if (!storeAnswers) memory.unconfirmed = before.openMarkets
  const announced = { ...before, openMarkets: [...before.openMarkets, ...newcomers] }
  const news: readonly OpenMarket[] = memory.isLatest ? newcomers : poll.snapshots
  const isAnnounced = await announce(run, announced, news)
  const heldBack = new Set(isAnnounced ? [] : news.map((market) => market.marketId))
  const gone = isAnnounced ? missing : []

  const hashes = new Map(poll.snapshots.map((snapshot) => [snapshot.marketId, valueHash(snapshot)]))
  const sendable = poll.snapshots.filter(({ marketId }) => !heldBack.has(marketId))
  const fresh = sendable.filter(({ marketId }) => run.sendAll || memory.hashes.get(marketId) !== hashes.get(marketId))
  const messages: SnapshotMessage[] = [
    ...fresh.map((snapshot) => ({ v: 1, kind: 'market', unchangedUntilMs: lastSeenMs(run, snapshot), ...snapshot }) as const),
    ...gone.map((market) => ({ v: 1, kind: 'gone', ...market, ...goneNow(run) }) as const),
  ]
  try {
    if (messages.length > 0) await ports.publisher.publish(messages)
  } catch (error) {
    // The feed did answer, so it is asked again on time.
    const reason = `not published: ${reasonOf(error)}`
    for (const { marketId } of messages) memory.hashes.delete(marketId)
    memory.validators = null
    await save(run, {
      ...(isAnnounced ? announced : before),
      health: withFailure(before.health, observedAtMs, reason, null),
    })
    return { kind: 'failed', reason, retryAtMs: null }
  }

  const digest = poll.kind === 'complete' ? digestOf(hashes) : before.digest
  const moved = fresh.some(({ marketId }) => memory.hashes.has(marketId) && memory.hashes.get(marketId) !== hashes.get(marketId))
  const changed = poll.kind === 'complete' ? digest !== before.digest : moved
  rememberSent(memory, sendable, hashes, poll.kind === 'complete')
  if (run.sendAll) memory.sentAllAtMs = run.startedAtMs

  const counts = { published: fresh.length, unchanged: sendable.length - fresh.length, rejected: poll.rejected.length }
  const health = withListing(before.health, observedAtMs, poll, { ...counts, changed, everyMs: run.feed.everyMs })
  const saved = await save(run, { health, openMarkets: isAnnounced ? after : [...after, ...missing], digest })
  memory.validators = poll.kind === 'complete' && saved && isAnnounced ? poll.validators : null
  const all = { ...counts, gone: gone.length, heldBack: heldBack.size }
  return poll.kind === 'complete' ? { kind: 'complete', ...all } : { kind: 'partial', reason: poll.reason, ...all }
}

/** Of a market that this worker did not see at the last complete poll nothing is known. */
const lastSeenMs = ({ memory, before }: Run, { marketId }: Snapshot) =>
  memory.hashes.has(marketId) ? before.health.completeAtMs : null

/** Whether the store knows of `news` and of this poll. Until it does, what is new waits, and so does every tombstone. */
async function announce(run: Run, announced: FeedRecord, news: readonly OpenMarket[]): Promise<boolean> {
  const { memory, observedAtMs } = run
  if (memory.isLatest && news.length === 0) return true
  return save(run, { ...announced, health: { ...announced.health, polledAtMs: observedAtMs } })
}

const goneNow = ({ feed, observedAtMs }: Run) =>
  ({ feed: feed.name, asOfMs: observedAtMs, observedAtMs, publishedAtMs: null }) as const

async function keepRejected({ feed, memory, ports, observedAtMs, troubles }: Run, rejected: readonly Rejected[]): Promise<void> {
  const letters = rejected.map((market) => deadLetterOf(feed.name, market, observedAtMs))
  const unkept = letters.filter((letter) => !memory.deadLetters.has(letter.id))
  if (unkept.length === 0) return
  try {
    await ports.deadLetters.add(unkept)
    rememberDeadLetters(memory, unkept)
  } catch (error) {
    troubles.push(`dead letters not kept: ${reasonOf(error)}`)
  }
}

async function save({ memory, ports, storeAnswers, troubles }: Run, record: FeedRecord): Promise<boolean> {
  if (!storeAnswers) return false
  try {
    await ports.store.save(record)
    memory.record = record
    memory.unconfirmed = []
    memory.isLatest = true
    return true
  } catch (error) {
    troubles.push(`feed state not saved: ${reasonOf(error)}`)
    return false
  }
}

/**
 * Dedupe takes a snapshot that is not newer for stale. Clocks of two workers differ by a little, and the second must not seem to have
 * asked before the first; a clock that differs by more is broken, and is not followed.
 */
function laterThan(lastMs: number, nowMs: number): number {
  return lastMs >= nowMs && lastMs - nowMs < 60_000 ? lastMs + 1 : nowMs
}
