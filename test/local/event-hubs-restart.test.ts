import { describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { bodies, consumer, hubs, numbered, producer, read, startBroker, tempDir } from './event-hubs-harness.ts'

describe('a restart', () => {
  it('goes on with all events and with the sequence numbers', async () => {
    const dataDir = tempDir()
    const before = await startBroker({ dataDir })
    await producer(before.connectionString).sendBatch(numbered(0, 10), { partitionKey: 's1' })
    await before.close()

    const after = await startBroker({ dataDir })
    const sender = producer(after.connectionString)
    await sender.sendBatch(numbered(10, 10), { partitionKey: 's1' })
    const properties = await Promise.all(['0', '1', '2', '3'].map((id) => sender.getPartitionProperties(id)))
    const id = properties.find((p) => !p.isEmpty)?.partitionId ?? ''
    const events = await read(consumer(after.connectionString), id, 20)
    expect(bodies(events)).toEqual(bodies(numbered(0, 20) as never))
    expect(events.map((e) => e.sequenceNumber)).toEqual(bodies(numbered(0, 20) as never))
  })

  it('is survived by a producer and a consumer that stay', async () => {
    const dataDir = tempDir()
    const before = await startBroker({ dataDir })
    const sender = producer(before.connectionString)
    const seen: unknown[] = []
    const { promise: third, resolve } = Promise.withResolvers<void>()
    const { promise: first, resolve: start } = Promise.withResolvers<void>()
    const subscription = consumer(before.connectionString).subscribe(
      '0',
      {
        processEvents: async (events) => {
          seen.push(...events.map((event): unknown => event.body))
          start()
          if (seen.length === 3) resolve()
        },
        processError: async () => {},
      },
      { startPosition: { offset: '-1' }, maxBatchSize: 100, maxWaitTimeInSeconds: 1 },
    )
    await sender.sendBatch(numbered(0, 1), { partitionId: '0' })
    await first
    await before.close()
    await startBroker({ dataDir, port: before.port })
    await sender.sendBatch(numbered(1, 2), { partitionId: '0' })
    await third
    expect(seen).toEqual([0, 1, 2])
    await subscription.close()
  })
})

describe('retention', () => {
  it('forgets, after a day, what is older, and keeps the count', async () => {
    const clock = handClock()
    const { connectionString } = await startBroker({ clock, hubs })
    const sender = producer(connectionString)
    await sender.sendBatch(numbered(0, 5), { partitionId: '0' })
    clock.advance(25 * 3_600_000)
    expect(await sender.getPartitionProperties('0')).toMatchObject({
      beginningSequenceNumber: 5,
      lastEnqueuedSequenceNumber: 4,
      isEmpty: true,
    })
    await sender.sendBatch(numbered(5, 1), { partitionId: '0' })
    const [event] = await read(consumer(connectionString), '0', 1)
    expect(event).toMatchObject({ body: 5, sequenceNumber: 5 })
  })
})
