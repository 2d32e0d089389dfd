import type { EventData, EventDataBatch, EventHubProducerClient } from '@azure/event-hubs'

import { topicNames, topics } from '../../infra/names.ts'
import { shardOf, type Topic } from '../book/ids.ts'
import { schemaId } from '../book/schema-ids.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import { withDeadline } from '../connect/deadline.ts'
import type { DeadLetters, Publisher } from './collect.ts'
import { deadLetterOf } from './dead-letter.ts'
import { type Publishing, unwatched } from './watch.ts'

/** Shards under way at the same time; measured, more gains nothing. */
const shardsInFlight = 8
/** Longer than the SDK's retries take, shorter than an invocation may. */
const deadlineMs = 60_000

/** `snapshotSchemaId`: that of the messages in the schema registry, if they are registered in one. */
export type PublisherOptions = { withinMs?: number; snapshotSchemaId?: string | undefined; publishing?: Publishing }

/**
 * Partition key = the market's shard: all that is said of a market stays in order, and a whole poll goes out in at most 32 batches a
 * topic instead of one send a market. Batches of one shard go one after the other for the same reason.
 */
export function eventHubPublisher(
  producer: (hub: string) => Promise<EventHubProducerClient>,
  deadLetters: DeadLetters,
  nowMs: () => number,
  { withinMs = deadlineMs, snapshotSchemaId, publishing = unwatched.publishing }: PublisherOptions = {},
): Publisher {
  return {
    publish: (messages) =>
      withDeadline(withinMs, (signal) =>
        publishing(messages, async (traceparent) => {
          const left = byHubAndShard(messages).values()
          const eventOf = (message: SnapshotMessage) => snapshotEvent(message, snapshotSchemaId, traceparent)
          const lane = async () => {
            for (const { hub, shard, messages } of left) {
              const tooLarge = await sendShard(await producer(hub), shard, messages, eventOf, signal)
              if (tooLarge.length > 0) await deadLetters.add(tooLarge.map((message) => oversized(message, nowMs())))
            }
          }
          await Promise.all(Array.from({ length: shardsInFlight }, lane))
        }),
      ),
  }
}

const schema = schemaId('snapshot-message')

/**
 * The message says which schema it keeps to, wherever it may be taken from the hub. The registry's own id of the same stands in the content
 * type, where the Schema Registry's serializers look for it; without a registry it would be an id that nobody can look up.
 */
export function snapshotEvent(message: SnapshotMessage, snapshotSchemaId: string | undefined, traceparent?: string): EventData {
  const contentType = snapshotSchemaId === undefined ? 'application/json' : `application/json+${snapshotSchemaId}`
  return { body: { ...message, schema, traceparent }, contentType }
}

/** The messages that no batch can hold. */
async function sendShard(
  producer: EventHubProducerClient,
  partitionKey: string,
  messages: readonly SnapshotMessage[],
  eventOf: (message: SnapshotMessage) => EventData,
  abortSignal: AbortSignal,
): Promise<SnapshotMessage[]> {
  const tooLarge: SnapshotMessage[] = []
  const newBatch = () => producer.createBatch({ partitionKey, abortSignal })
  const send = async (batch: EventDataBatch) => {
    if (batch.count > 0) await producer.sendBatch(batch, { abortSignal })
  }
  let batch = await newBatch()
  for (const message of messages) {
    const event = eventOf(message)
    if (batch.tryAdd(event)) continue
    await send(batch)
    batch = await newBatch()
    if (!batch.tryAdd(event)) tooLarge.push(message)
  }
  await send(batch)
  return tooLarge
}

function byHubAndShard(messages: readonly SnapshotMessage[]) {
  const shards = new Map<string, { hub: string; shard: string; messages: SnapshotMessage[] }>()
  for (const message of messages) {
    const shard = shardOf(message.marketId)
    const key = `${message.topic} ${shard}`
    const known = shards.get(key)
    if (known === undefined) shards.set(key, { hub: hubOf(message.topic), shard, messages: [message] })
    else known.messages.push(message)
  }
  return shards
}

function hubOf(topic: Topic): string {
  const known = topicNames.find((name) => name === topic)
  if (known === undefined)
    throw new Error(`No event hub takes topic "${topic}". infra/names.ts lists the topics: ${topicNames.join(', ')}`)
  return topics[known].hub
}

function oversized(message: SnapshotMessage, atMs: number) {
  const body = JSON.stringify(message)
  const reason = `The market is larger than an event hub takes: ${body.length} characters, of at most 1 MB`
  return deadLetterOf(message.feed, { marketId: message.marketId, reason, body }, atMs)
}
