import { BulkOperationType, type Database, type OperationInput } from '@azure/cosmos'
import { earliestEventPosition, EventHubConsumerClient } from '@azure/event-hubs'

import { bookDocument, tickDocument } from '../../functions/book/documents.ts'
import { marketIdOf, shardOf } from '../../functions/book/ids.ts'
import type { Book } from '../../functions/book/market.ts'
import { applyTicks } from '../../functions/book/market.ts'
import { type BoardMessage, parseBoardMessage, type SnapshotMessage } from '../../functions/book/wire.ts'
import { collect } from '../../functions/collect/collect.ts'
import { feedStore } from '../../functions/collect/cosmos.ts'
import { eventHubPublisher } from '../../functions/collect/event-hub.ts'
import { newMemory } from '../../functions/collect/memory.ts'
import { predictIt } from '../../functions/collect/predictit/raw.ts'
import { readMarkets } from '../../functions/collect/predictit/read.ts'
import { deadline } from '../../functions/connect/deadline.ts'
import { BookCache } from '../../functions/dedupe/book-cache.ts'
import { bookStore } from '../../functions/dedupe/cosmos.ts'
import { dedupe, type HubEvent } from '../../functions/dedupe/dedupe.ts'
import { plan } from '../../functions/dedupe/plan.ts'
import { fanoutTicks } from '../../functions/fanout/fanout.ts'
import { webPubSubBroadcaster } from '../../functions/fanout/web-pubsub.ts'
import type { BenchStack } from './bench-stack.ts'
import { marketStream, shape } from './market-stream.ts'
import { predictItBody } from './predictit-body.ts'

/** CPU of this process per tick: of the stage as it runs, and of the bare SDK doing the same sends, writes or reads with everything ready made. */
export type StageCost = { stage: string; ticks: number; stageUs: number; bareUs: number; bare: string }

const rounds = 30
const moving = 5
const ticksPerRound = shape.markets * moving
const hub = 'odds-sports'
const noLetters = { add: () => Promise.reject(new Error('the bench made something unreadable')) }

export async function stageCosts({ stack, services }: BenchStack): Promise<StageCost[]> {
  const database = await services.odds()
  return [
    await collectCost(services, database),
    await receiveCost(stack.settings['EVENT_HUBS'] ?? ''),
    await dedupeCost(database),
    await fanoutCost(services),
    await boardCost(),
  ]
}

/** A body as the feed sends it → the hub. Bare: the JSON parsed, and the ready messages sent. */
async function collectCost(services: BenchStack['services'], database: Database): Promise<StageCost> {
  const bodies = Array.from({ length: rounds }, (_, round) => predictItBody(round, shape))
  const publisher = eventHubPublisher(services.producer, noLetters, Date.now)
  const ports = { publisher, store: feedStore(database), deadLetters: noLetters }
  const memory = newMemory()
  let at = 0
  const feed = {
    name: predictIt,
    everyMs: 1_000,
    poll: async ({ observedAtMs }: { observedAtMs: number }) => readMarkets(JSON.parse(bodies[at++] ?? ''), observedAtMs, null),
  }
  const circumstances = { nowMs: Date.now, random: Math.random, signal: new AbortController().signal }
  await collect(feed, memory, ports, circumstances)
  const stageUs = await cpuUs(async () => {
    for (let poll = 1; poll < rounds; poll++) await collect(feed, memory, ports, circumstances)
  })
  const producer = await services.producer(hub)
  const stream = marketStream('stages')
  const ready = bodies.map((_, round) =>
    [...Map.groupBy(stream.ids.keys(), (i) => shardOf(stream.ids[i] ?? marketIdOf(predictIt, i)))].map(([shard, markets]) => ({
      shard,
      messages: markets.map((i) => ({ v: 1, kind: 'market', ...stream.next(i, moving, round) })),
    })),
  )
  const bareUs = await cpuUs(async () => {
    for (const [round, shards] of ready.entries()) {
      if (round === 0) continue
      JSON.parse(bodies[round] ?? '')
      await inLanes(8, shards, async ({ shard, messages }) => {
        const batch = await producer.createBatch({ partitionKey: shard })
        for (const body of messages) batch.tryAdd({ body, contentType: 'application/json' })
        await producer.sendBatch(batch)
      })
    }
  })
  return cost('collect', stageUs, bareUs, 'JSON.parse, and the SDK sends ready messages')
}

/** On Azure the host receives, not we: what any consumer pays. */
async function receiveCost(connectionString: string): Promise<StageCost> {
  const client = new EventHubConsumerClient('$Default', connectionString, hub, { retryOptions: { timeoutInMs: 8_000 } })
  const expected = (rounds - 1) * shape.markets
  let got = 0
  const bareUs = await cpuUs(
    () =>
      new Promise<void>((resolve, reject) => {
        const subscription = client.subscribe(
          {
            async processEvents(events) {
              got += events.length
              if (got >= expected) await subscription.close().then(resolve)
            },
            processError: async (error) => reject(error),
          },
          { startPosition: earliestEventPosition, maxBatchSize: 500, skipParsingBodyAsJson: true },
        )
      }),
  )
  await client.close()
  return cost('receive', bareUs, bareUs, 'the SDK alone: the host does this')
}

/** Events as the host hands them over → the store. Bare: the same atomic batches, ready made. */
async function dedupeCost(database: Database): Promise<StageCost> {
  const stream = marketStream('stages')
  const said = (i: number, round: number, id = ''): SnapshotMessage => {
    const seen = stream.next(i, round === 0 ? 0 : moving, 1_000 + round)
    return { v: 1, kind: 'market', ...seen, marketId: `${seen.marketId}${id}` as SnapshotMessage['marketId'] }
  }
  const batches = Array.from({ length: rounds }, (_, round) =>
    stream.ids.map((_id, i): HubEvent => {
      const body = new TextEncoder().encode(JSON.stringify(said(i, round)))
      return { body, partition: '0', sequence: round * shape.markets + i }
    }),
  )
  const ports = { books: bookStore(database, 86_400, deadline(60_000)), deadLetters: noLetters }
  const cache = new BookCache()
  const [first = [], ...rest] = batches
  await dedupe(first, ports, cache, Date.now)
  const stageUs = await cpuUs(async () => {
    for (const batch of rest) await dedupe(batch, ports, cache, Date.now)
  })
  const odds = database.container('odds')
  const ready = readyBatches(stream.ids.length, said)
  const bareUs = await cpuUs(async () => {
    for (const batch of ready) await inLanes(32, batch, ({ id, operations }) => odds.items.batch(operations, id))
  })
  return cost('dedupe', stageUs, (bareUs * (rounds - 1)) / rounds, 'the SDK writes ready batches')
}

function readyBatches(markets: number, said: (i: number, round: number, id: string) => SnapshotMessage) {
  const books = new Map<number, ReturnType<typeof plan>['book']>()
  return Array.from({ length: rounds }, (_, round) =>
    Array.from({ length: markets }, (_market, i) => {
      const message = said(i, round, '-bare')
      const { writes, book } = plan([{ message, at: undefined }], books.get(i), 1_000)
      books.set(i, book)
      const operations = writes.flatMap((write): OperationInput[] => [
        { operationType: BulkOperationType.Upsert, resourceBody: bookDocument(write.book) },
        ...write.ticks.map((tick): OperationInput => ({
          operationType: BulkOperationType.Create,
          resourceBody: tickDocument(tick, write.book, 86_400),
        })),
      ])
      return { id: message.marketId, operations }
    }),
  )
}

/** Pages of the change feed → Web PubSub. Bare: the same messages, ready made. */
async function fanoutCost(services: BenchStack['services']): Promise<StageCost> {
  const client = await services.webPubSub()
  const pages = pagesOfTicks()
  const sent: { group: string; message: BoardMessage }[] = []
  const recorder = { send: async (group: string, message: BoardMessage) => void sent.push({ group, message }) }
  for (const page of pages) await fanoutTicks(page, recorder, Date.now)
  const broadcaster = webPubSubBroadcaster(client, deadline(60_000))
  await fanoutTicks(pages[0] ?? [], broadcaster, Date.now)
  const stageUs = await cpuUs(async () => {
    for (const page of pages) await fanoutTicks(page, broadcaster, Date.now)
  })
  const bareUs = await cpuUs(async () => {
    await inLanes(16, sent, ({ group, message }) => client.group(group).sendToAll(message))
  })
  return cost('fanout', stageUs, bareUs, `the SDK sends ${Math.round(sent.length / pages.length)} ready frames a page`)
}

/** A frame on the socket → books. Bare: JSON.parse. */
async function boardCost(): Promise<StageCost> {
  const frames: string[] = []
  const recorder = {
    send: async (group: string, message: BoardMessage) =>
      void (group === 'odds.politics' && frames.push(JSON.stringify(message))),
  }
  for (const page of pagesOfTicks()) await fanoutTicks(page, recorder, Date.now)
  const books = new Map<string, Book>()
  const stageUs = await cpuUs(async () => {
    for (const frame of frames) {
      const message = parseBoardMessage(JSON.parse(frame))
      if (!message.ok || message.value.kind !== 'delta') throw new Error('the bench made an unreadable frame')
      for (const { id, ticks } of message.value.markets) {
        const book = books.get(id)
        if (book !== undefined) books.set(id, applyTicks(book, ticks))
      }
    }
  })
  const bareUs = await cpuUs(async () => {
    for (const frame of frames) JSON.parse(frame)
  })
  return cost('board', stageUs, bareUs, 'JSON.parse of the same frames')
}

/** The documents of each round, as one page each. */
function pagesOfTicks(): object[][] {
  const stream = marketStream('stages')
  const books = new Map<number, ReturnType<typeof plan>['book']>()
  const pages = Array.from({ length: rounds }, (_, round) =>
    stream.ids.flatMap((_id, i) => {
      const message: SnapshotMessage = { v: 1, kind: 'market', ...stream.next(i, round === 0 ? 0 : moving, 1_000 + round) }
      const { writes, book } = plan([{ message, at: undefined }], books.get(i), 1_000)
      books.set(i, book)
      return writes.flatMap((write) => write.ticks.map((tick) => tickDocument(tick, write.book, 86_400)))
    }),
  )
  return pages.slice(1)
}

/** As many at a time as the stage has under way. */
async function inLanes<T>(width: number, things: readonly T[], act: (thing: T) => Promise<unknown>): Promise<void> {
  const left = things.values()
  const lane = async () => {
    for (const thing of left) await act(thing)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

async function cpuUs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function cost(stage: string, stageUs: number, bareUs: number, bare: string): StageCost {
  const ticks = (rounds - 1) * ticksPerRound
  return { stage, ticks, stageUs: stageUs / ticks, bareUs: bareUs / ticks, bare }
}
