import type { FeedName, MarketId } from '../../book/ids.ts'
import type { SnapshotMessage } from '../../book/wire.ts'
import type { DeadLetters } from '../collect.ts'
import { type DeadLetter, deadLetterOf } from '../dead-letter.ts'
import { medianLagMs } from '../health.ts'
import { dropOldest } from '../memory.ts'
import { reasonOf } from '../one-line.ts'
import type { PushedBody } from './body.ts'
import type { HealthKeeper } from './health.ts'
import { type PushMemory, rememberTaken } from './memory.ts'
import { type ReadItem, readItems } from './read.ts'

export type PushPorts = { publisher: PushPublisher; deadLetters: DeadLetters; health: HealthKeeper }
export type PushPublisher = { publish(messages: readonly SnapshotMessage[]): Promise<Published> }

/** busy: the hub wants less of us. away: it did not answer. After either it may have taken any of the messages. */
export type Published = { kind: 'published'; tooLarge: readonly DeadLetter[] } | { kind: 'busy' | 'away'; reason: string }

export type Pushed =
  | { kind: 'taken'; accepted: number; rejected: number; results: readonly PushResult[]; troubles: readonly string[] }
  | { kind: 'busy' | 'away'; reason: string }

/** What became of one item of the body, and where in it that was. */
export type PushResult = { index: number; marketId: MarketId | null } & (
  | { status: 'accepted' }
  | { status: 'rejected'; reason: string }
)

/**
 * What a provider pushed, onto the event hub, all of it that can be read: dedupe tells what of it is new. So the same body twice does
 * once what it does (I5), and whoever gets no answer, or one that says to come back, just sends it again.
 *
 * What cannot be read is told to the sender and kept for a person to look at; neither it nor the feed's record is worth keeping back
 * prices for, so trouble with the store is only reported.
 */
export async function push(
  feed: FeedName,
  body: PushedBody,
  memory: PushMemory,
  { publisher, deadLetters, health }: PushPorts,
  atMs: number,
): Promise<Pushed> {
  const { items, drift } = readItems(body, feed, atMs)
  const messages = items.flatMap((item) => (item.ok ? [item.message] : []))
  const published = messages.length === 0 ? nothing : await publisher.publish(messages)
  if (published.kind !== 'published') {
    health.note(feed, { kind: 'failed', atMs, reason: `not published: ${published.reason}` })
    return published
  }
  const tooLarge = new Map(published.tooLarge.map(({ marketId, reason }) => [marketId, reason]))
  const results = items.map((item, index) => resultOf(item, index, tooLarge))
  const rejected = results.filter(({ status }) => status === 'rejected').length
  const taken = messages.filter(({ marketId }) => !tooLarge.has(marketId))
  const moved = rememberTaken(memory, taken)
  const unreadable = items.flatMap((item) => (item.ok ? [] : [deadLetterOf(feed, item.rejected, atMs)]))
  const troubles = await keep([...unreadable, ...published.tooLarge], memory, deadLetters)
  const lagMs = medianLagMs(taken.flatMap((message) => (message.kind === 'gone' ? [] : [message])))
  health.note(feed, { kind: 'taken', atMs, moved, memory, published: taken.length, rejected, lagMs, drift })
  return { kind: 'taken', accepted: taken.length, rejected, results, troubles }
}

const nothing: Published = { kind: 'published', tooLarge: [] }

function resultOf(item: ReadItem, index: number, tooLarge: ReadonlyMap<MarketId | null, string>): PushResult {
  if (!item.ok) return { index, marketId: item.rejected.marketId, status: 'rejected', reason: item.rejected.reason }
  const { marketId } = item.message
  const reason = tooLarge.get(marketId)
  return reason === undefined ? { index, marketId, status: 'accepted' } : { index, marketId, status: 'rejected', reason }
}

const lettersInFlight = 8
const maxRemembered = 1_000

/** Each trouble once, however often it is pushed. */
async function keep(letters: readonly DeadLetter[], memory: PushMemory, store: DeadLetters): Promise<string[]> {
  const unkept = [...new Map(letters.map((letter) => [letter.id, letter])).values()].filter(
    ({ id }) => !memory.deadLetters.has(id),
  )
  const lanes = Array.from({ length: Math.min(lettersInFlight, unkept.length) }, (_, lane) =>
    unkept.filter((_letter, i) => i % lettersInFlight === lane),
  )
  try {
    await Promise.all(lanes.map((lane) => store.add(lane)))
  } catch (error) {
    return [`dead letters not kept: ${reasonOf(error)}`]
  }
  for (const { id } of unkept) memory.deadLetters.add(id)
  dropOldest(memory.deadLetters, maxRemembered)
  return []
}
