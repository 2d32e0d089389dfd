import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  earliestEventPosition,
  EventHubConsumerClient,
  EventHubProducerClient,
  type EventPosition,
  type ReceivedEventData,
  type RetryOptions,
  type SubscribeOptions,
} from '@azure/event-hubs'
import { onTestFinished } from 'vitest'

import { type EventHubsOptions, type EventHubsServer, startEventHubs } from '../../infra/local/event-hubs/server.ts'

/** The SDK's defaults wait a minute for an answer that a killed broker will never give. */
export const retryOptions: RetryOptions = { maxRetries: 10, retryDelayInMs: 100, timeoutInMs: 5000 }
export const noRetry: RetryOptions = { maxRetries: 0, timeoutInMs: 3000 }

export const hubs = { prices: { partitions: 4, consumerGroups: ['dedupe'] } }

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'event-hubs-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export async function startBroker(options: Partial<EventHubsOptions> = {}): Promise<EventHubsServer> {
  const server = await startEventHubs({ port: 0, dataDir: options.dataDir ?? tempDir(), hubs, ...options })
  onTestFinished(() => server.close())
  return server
}

export function producer(connectionString: string, retry: RetryOptions = retryOptions, hub = 'prices'): EventHubProducerClient {
  const client = new EventHubProducerClient(connectionString, hub, { retryOptions: retry })
  onTestFinished(() => client.close())
  return client
}

export function consumer(connectionString: string, group = 'dedupe', retry: RetryOptions = retryOptions): EventHubConsumerClient {
  const client = new EventHubConsumerClient(group, connectionString, 'prices', { retryOptions: retry })
  onTestFinished(() => client.close())
  return client
}

/** Reads `count` events of one partition, as a consumer would that starts at `from`. */
export async function read(
  client: EventHubConsumerClient,
  partition: string,
  count: number,
  from: EventPosition = earliestEventPosition,
  options: SubscribeOptions = {},
): Promise<ReceivedEventData[]> {
  const events: ReceivedEventData[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const subscription = client.subscribe(
    partition,
    {
      processEvents: async (batch) => {
        events.push(...batch)
        if (events.length >= count) resolve()
      },
      processError: async (error) => reject(error),
    },
    { startPosition: from, maxBatchSize: 1000, maxWaitTimeInSeconds: 1, ...options },
  )
  try {
    await promise
    return events
  } finally {
    await subscription.close()
  }
}

export function bodies(events: readonly ReceivedEventData[]): unknown[] {
  return events.map((event): unknown => event.body)
}

export function numbered(from: number, count: number): { body: number }[] {
  return Array.from({ length: count }, (_, n) => ({ body: from + n }))
}
