import { shardOf } from '../../../functions/book/ids.ts'
import { collect } from '../../../functions/collect/collect.ts'
import { feedStore } from '../../../functions/collect/cosmos.ts'
import { eventHubPublisher } from '../../../functions/collect/event-hub.ts'
import { newMemory } from '../../../functions/collect/memory.ts'
import { predictIt } from '../../../functions/collect/predictit/raw.ts'
import { readMarkets } from '../../../functions/collect/predictit/read.ts'
import type { Connections } from '../../../functions/connect/connections.ts'
import { topics } from '../../../infra/names.ts'
import { shape } from '../market-stream.ts'
import { predictItBody } from '../predictit-body.ts'
import { inLanes, noLetters, rounds, type Stage } from './cost.ts'

/** A body as the feed sends it → the hub. */
export async function collectStage(services: Connections): Promise<Stage> {
  const bodies = Array.from({ length: rounds }, (_, round) => predictItBody(round, shape))
  const publisher = eventHubPublisher(services.producer, noLetters, Date.now)
  const database = await services.odds()
  const feeds = database.container('feeds')
  const ports = { publisher, store: feedStore(database), deadLetters: noLetters }
  const memory = newMemory()
  const circumstances = { nowMs: Date.now, random: Math.random, signal: new AbortController().signal }
  let body = ''
  const feed = {
    name: predictIt,
    everyMs: 1_000,
    poll: async ({ observedAtMs }: { observedAtMs: number }) => readMarkets(JSON.parse(body), observedAtMs, null),
  }
  const producer = await services.producer(topics.sports.hub)
  const ready = bodies.map(readyBatches)
  return {
    name: 'collect',
    bareIs: 'JSON.parse, and the SDKs send ready batches, read and write the feed’s document',
    async stage(round) {
      body = bodies[round] ?? ''
      const report = await collect(feed, memory, ports, circumstances)
      if (report.kind !== 'complete') throw new Error(`The bench's poll was not complete: ${JSON.stringify(report)}`)
    },
    async bare(round) {
      JSON.parse(bodies[round] ?? '')
      const { resource } = await feeds.item(predictIt, predictIt).read<object>()
      await feeds.items.upsert({ ...resource, id: 'bare' })
      await inLanes(8, ready[round] ?? [], async ({ shard, messages }) => {
        const batch = await producer.createBatch({ partitionKey: shard })
        for (const message of messages) batch.tryAdd({ body: message, contentType: 'application/json' })
        await producer.sendBatch(batch)
      })
    },
  }
}

/** What the stage makes of a body, but for its clock. */
function readyBatches(body: string) {
  const poll = readMarkets(JSON.parse(body), 1, null)
  const snapshots = poll.kind === 'complete' ? poll.snapshots : []
  const shards = Map.groupBy(snapshots, ({ marketId }) => shardOf(marketId))
  return [...shards].map(([shard, own]) => ({ shard, messages: own.map((snapshot) => ({ v: 1, kind: 'market', ...snapshot })) }))
}
