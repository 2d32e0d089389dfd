import { randomUUID } from 'node:crypto'

import type { Database } from '@azure/cosmos'
import type { EventHubProducerClient } from '@azure/event-hubs'
import type { WebPubSubServiceClient } from '@azure/web-pubsub'

import { database, webPubSubHub } from '../../infra/names.ts'
import type { Settings } from '../settings.ts'
import { connectCosmos } from './cosmos.ts'
import { connectProducer } from './event-hubs.ts'
import { connectTelemetry, type Telemetry } from './telemetry.ts'
import { connectWebPubSub } from './web-pubsub.ts'

/** Each client is made when it is first asked for, and once a worker: on Azure a worker runs one function and needs one or two of them. */
export type Connections = {
  odds: () => Promise<Database>
  producer: (hub: string) => Promise<EventHubProducerClient>
  webPubSub: () => Promise<WebPubSubServiceClient>
  snapshotSchemaId: string | undefined
  telemetry: Telemetry | undefined
}

/** `workerId`: this worker's own, by which its counts are told from those of others. */
export function connections(settings: Settings, workerId: string = randomUUID()): Connections {
  const producers = new Map<string, Promise<EventHubProducerClient>>()
  return {
    odds: once(async () => (await connectCosmos(settings.cosmos)).database(database)),
    producer(hub) {
      const producer = producers.get(hub) ?? connectProducer(settings.eventHubs, hub)
      producers.set(hub, producer)
      return producer
    },
    webPubSub: once(() => connectWebPubSub(settings.webPubSub, webPubSubHub)),
    snapshotSchemaId: settings.snapshotSchemaId,
    telemetry: connectTelemetry(settings.telemetry, workerId, (reason) => console.warn('telemetry', JSON.stringify({ reason }))),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
