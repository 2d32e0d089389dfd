import { feedName, shardOf, topicGroup, topicOf } from '../../../functions/book/ids.ts'
import type { BoardMessage, SnapshotMessage } from '../../../functions/book/wire.ts'
import { snapshotEvent } from '../../../functions/collect/event-hub.ts'
import { neverPolled } from '../../../functions/collect/health.ts'
import { BookCache } from '../../../functions/dedupe/book-cache.ts'
import { dedupe } from '../../../functions/dedupe/dedupe.ts'
import { fanoutFeeds, fanoutTicks } from '../../../functions/fanout/fanout.ts'
import { boardFrame } from '../../../functions/fanout/web-pubsub.ts'
import { feedCharge, replaceCharge } from '../../../infra/local/cosmos/charge.ts'
import { partitionOfKey } from '../../../infra/local/event-hubs/jenkins.ts'
import { topicNames, topics } from '../../../infra/names.ts'
import { bytesOf, chargedStore } from './charged-store.ts'
import type { Usage } from './usage.ts'
import { shape, workload } from './workload.ts'

/** How fast Azure is taken to be, which nobody has measured here: it decides how many messages meet in one batch. */
export type Pace = {
  /** From the begin of a batch to the begin of the next of its partition, when there is one: two round trips to Cosmos DB, and the host. */
  batchMs: number
  /** The same for a page of the change feed. */
  pageMs: number
  /** How long fanout rests after an empty page: `feedPollDelay`. */
  restMs: number
}
export const usualPace: Pace = { batchMs: 40, pageMs: 40, restMs: 100 }

export type Rehearsed = Pick<Usage, 'ticksPerSecond' | 'hub' | 'requestUnits' | 'tickBytes' | 'executions' | 'browserBytes'> & {
  /** To who follows one market alone, on average over the markets; without the feeds' health, which everybody gets. */
  marketBytes: number
  heartbeatBytes: number
}

const ttlSeconds = 30 * 86_400
const mostEvents = 500
const mostTicks = 1_000
/** A lease is some 500 bytes, and so are the counts that dedupe writes every five seconds. */
const smallDocument = replaceCharge(500, 0)
const countsEverySeconds = 5
/** The other two change feeds, each with its own rest: of feeds, and of alerts. */
const otherRestsMs = [100, 1_000]
const feedPollsPerSecond = 4 / 60

/**
 * Some seconds of the pipeline in a time of its own: the stages' own code on invented messages, batch by batch as the host would call it. The
 * same figures on every machine, since nothing here takes as long as it takes.
 */
export async function rehearse(ticksPerSecond: number, seconds: number, pace: Pace = usualPace): Promise<Rehearsed> {
  const feed = workload(1)
  const store = chargedStore(ttlSeconds)
  const cache = new BookCache()
  const [topic] = topicNames
  const { partitions } = topics[topic ?? 'politics']
  const startMs = Date.UTC(2026, 0, 1)
  const save = async (messages: readonly SnapshotMessage[], partition: number, atMs: number) => {
    const events = messages.map((message, i) => ({
      body: encoded(message),
      partition: String(partition),
      sequence: sequences + i,
    }))
    sequences += messages.length
    await dedupe(events, { books: store.books, deadLetters: noLetters }, cache, () => atMs)
  }
  let sequences = 0
  await save(feed.all(startMs - 1), 0, startMs - 1)
  store.changes()
  const opened = store.charged()

  const arrivals = Array.from({ length: Math.round(ticksPerSecond * seconds) }, (_, i) => {
    const atMs = startMs + ((i + 1) * 1_000) / ticksPerSecond
    return { atMs, message: feed.next(atMs) }
  })
  const hubBytes = arrivals.reduce((sum, { message }) => sum + encoded(message).length, 0)
  const batches = batchesOf(arrivals, partitions, pace.batchMs)
  const pages: { atMs: number; changes: object[] }[] = []
  let [polls, nextPollMs, tickBytes, ticks] = [0, startMs, 0, 0]
  const pollUntil = (untilMs: number) => {
    while (nextPollMs <= untilMs) {
      const changes = store.changes()
      polls++
      if (changes.length > 0) pages.push({ atMs: nextPollMs, changes })
      nextPollMs += changes.length > 0 ? pace.pageMs : pace.restMs
    }
  }
  for (const { atMs, partition, messages } of batches) {
    pollUntil(atMs)
    await save(messages, partition, atMs)
  }
  pollUntil(startMs + seconds * 1_000 + pace.restMs)

  const sent = { topic: 0, markets: 0 }
  let read = 0
  for (const { atMs, changes } of pages) {
    read += feedCharge(changes.reduce((sum, change) => sum + bytesOf(change), 0)) - feedCharge(0)
    const own = changes.filter((change) => 'type' in change && change.type === 'tick')
    ticks += own.length
    for (const tick of own) tickBytes += bytesOf(tick) + systemBytes
    for (let from = 0; from < own.length; from += mostTicks)
      await fanoutTicks(own.slice(from, from + mostTicks), broadcaster(sent), () => atMs)
  }
  const otherPages = feedPollsPerSecond + 1 / countsEverySeconds
  const heartbeatBytes = otherPages * (await heartbeat(startMs))
  const perSecond = (count: number) => count / seconds
  return {
    ticksPerSecond,
    hub: { messages: ticksPerSecond, bytes: perSecond(hubBytes) },
    requestUnits: {
      work:
        perSecond(store.charged() - opened + read + pages.length * smallDocument) +
        (1 / countsEverySeconds + feedPollsPerSecond + otherPages) * smallDocument,
      polls: perSecond(polls) + otherRestsMs.reduce((sum, restMs) => sum + 1_000 / restMs, 0),
    },
    tickBytes: Math.round(tickBytes / Math.max(1, ticks)),
    executions: {
      dedupePolitics: perSecond(batches.length),
      detectPolitics: perSecond(batches.length),
      fanoutTicks: perSecond(pages.length),
      fanoutFeeds: otherPages,
    },
    browserBytes: perSecond(sent.topic) + heartbeatBytes,
    marketBytes: perSecond(sent.markets) / shape.markets,
    heartbeatBytes,
  }
}

/** `_rid`, `_self`, `_etag`, `_attachments`, `_ts`. */
const systemBytes = 220

type Arrival = { atMs: number; message: SnapshotMessage }
type Batch = { atMs: number; partition: number; messages: SnapshotMessage[] }

/** A partition's batch begins when the one before is done and something has come, with all that has come by then. */
export function batchesOf(arrivals: readonly Arrival[], partitions: number, batchMs: number): Batch[] {
  const byPartition = Map.groupBy(arrivals, ({ message }) => partitionOfKey(shardOf(message.marketId), partitions))
  const batches: Batch[] = []
  for (const [partition, own] of byPartition) {
    let [i, freeMs] = [0, -Infinity]
    for (let first = own[0]; first !== undefined; first = own[i]) {
      const atMs = Math.max(first.atMs, freeMs)
      const messages: SnapshotMessage[] = []
      for (let next = own[i]; next !== undefined && next.atMs <= atMs && messages.length < mostEvents; next = own[++i])
        messages.push(next.message)
      batches.push({ atMs, partition, messages })
      freeMs = atMs + batchMs
    }
  }
  return batches.sort((a, b) => a.atMs - b.atMs)
}

const encoded = (message: SnapshotMessage) => Buffer.from(JSON.stringify(snapshotEvent(message, undefined).body))
const noLetters = { add: () => Promise.reject(new Error('the workload has something unreadable in it')) }

/** What a browser's socket brings for a frame: what the reliable protocol puts around it, and the head of a WebSocket frame. */
function socketBytes(group: string, message: BoardMessage): number {
  const around = {
    type: 'message',
    from: 'group',
    fromUserId: null,
    group,
    dataType: 'json',
    data: boardFrame(message),
    sequenceId: 1_000_000,
  }
  return bytesOf(around) + 8
}

function broadcaster(sent: { topic: number; markets: number }) {
  const whole = new Set(topicNames.map((name) => topicGroup(topicOf(name))))
  return {
    async send(group: string, message: BoardMessage) {
      const bytes = socketBytes(group, message)
      if (whole.has(group)) sent.topic += bytes
      else sent.markets += bytes
    },
  }
}

async function heartbeat(atMs: number): Promise<number> {
  let bytes = 0
  const document = { id: 'cost', ...neverPolled(feedName('cost'), 60_000, atMs) }
  await fanoutFeeds([document], { send: async (group, message) => void (bytes += socketBytes(group, message)) }, () => atMs)
  return bytes
}
