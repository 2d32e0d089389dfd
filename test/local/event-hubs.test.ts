import { latestEventPosition } from '@azure/event-hubs'
import { describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { bodies, consumer, noRetry, numbered, producer, read, startBroker, tempDir } from './event-hubs-harness.ts'

describe('publishing and reading through the official SDK', () => {
  it('keeps the order of each partition key', async () => {
    const { connectionString } = await startBroker()
    const sender = producer(connectionString)
    const keys = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7']
    for (let n = 0; n < 60; n += 20) {
      await Promise.all(keys.map((key) => sender.sendBatch(numbered(n, 20), { partitionKey: key })))
    }

    const reader = consumer(connectionString)
    const byKey = new Map<string, unknown[]>()
    for (const id of await sender.getPartitionIds()) {
      const { lastEnqueuedSequenceNumber } = await sender.getPartitionProperties(id)
      if (lastEnqueuedSequenceNumber < 0) continue
      for (const event of await read(reader, id, lastEnqueuedSequenceNumber + 1)) {
        const key = event.partitionKey ?? ''
        byKey.set(key, [...(byKey.get(key) ?? []), event.body])
      }
    }
    expect([...byKey.keys()].sort()).toEqual(keys)
    for (const seen of byKey.values()) expect(seen).toEqual(bodies(numbered(0, 60) as never))
  })

  it('gives body, properties, ids and system annotations back as they were sent', async () => {
    const clock = handClock()
    const { connectionString } = await startBroker({ clock })
    const sent = {
      body: { price: 0.53, names: ['Größe', '賭け'] },
      properties: { feed: 'predictit', complete: true, count: 3 },
      contentType: 'application/json',
      messageId: 'm-1',
      correlationId: 'c-1',
    }
    const sender = producer(connectionString)
    await sender.sendBatch([sent, { body: Buffer.from([0, 1, 255]) }], { partitionId: '2' })
    const [event, bytes] = await read(consumer(connectionString), '2', 2)

    expect(event).toMatchObject({ ...sent, sequenceNumber: 0, offset: '28', enqueuedTimeUtc: new Date(clock.nowMs()) })
    expect(event?.partitionKey).toBeUndefined()
    expect(bytes?.body).toEqual(Buffer.from([0, 1, 255]))
    expect(bytes?.sequenceNumber).toBe(1)
  })

  it('spreads batches without key over all partitions', async () => {
    const { connectionString } = await startBroker()
    const sender = producer(connectionString)
    for (let n = 0; n < 8; n++) await sender.sendBatch(numbered(n, 1))
    const counts = await Promise.all(['0', '1', '2', '3'].map((id) => sender.getPartitionProperties(id)))
    expect(counts.map((p) => p.lastEnqueuedSequenceNumber)).toEqual([1, 1, 1, 1])
  })

  it('describes the hub and its partitions', async () => {
    const clock = handClock()
    const { connectionString } = await startBroker({ clock })
    const sender = producer(connectionString)
    expect(await sender.getEventHubProperties()).toMatchObject({
      name: 'prices',
      createdOn: new Date(clock.nowMs()),
      partitionIds: ['0', '1', '2', '3'],
    })
    expect(await sender.getPartitionProperties('1')).toMatchObject({
      beginningSequenceNumber: 0,
      lastEnqueuedSequenceNumber: -1,
      lastEnqueuedOffset: '-1',
      isEmpty: true,
    })
    clock.advance(1000)
    await sender.sendBatch(numbered(0, 3), { partitionId: '1' })
    const [, , last] = await read(consumer(connectionString), '1', 3)
    expect(await sender.getPartitionProperties('1')).toEqual({
      eventHubName: 'prices',
      partitionId: '1',
      beginningSequenceNumber: 0,
      lastEnqueuedSequenceNumber: 2,
      lastEnqueuedOffset: last?.offset,
      lastEnqueuedOnUtc: new Date(clock.nowMs()),
      isEmpty: false,
    })
  })

  it('starts where the reader says: earliest, latest, offset, sequence number or enqueued time', async () => {
    const clock = handClock()
    const { connectionString } = await startBroker({ clock })
    const sender = producer(connectionString)
    const sentAt: number[] = []
    for (let n = 0; n < 4; n++) {
      sentAt.push(clock.nowMs())
      await sender.sendBatch(numbered(n * 10, 10), { partitionId: '0' })
      clock.advance(1000)
    }
    const reader = consumer(connectionString)
    const all = await read(reader, '0', 40)
    const offset = all[14]?.offset ?? ''
    const first = async (position: Parameters<typeof read>[3]) => (await read(reader, '0', 1, position))[0]?.body as unknown

    expect(bodies(all)).toEqual(bodies(numbered(0, 40) as never))
    expect(await first({ offset })).toBe(15)
    expect(await first({ offset, isInclusive: true })).toBe(14)
    expect(await first({ sequenceNumber: 9 })).toBe(10)
    expect(await first({ sequenceNumber: 9, isInclusive: true })).toBe(9)
    expect(await first({ enqueuedOn: sentAt[1] ?? 0 })).toBe(20)
    expect(await first({ enqueuedOn: (sentAt[1] ?? 0) - 1 })).toBe(10)
    expect(await first({ enqueuedOn: 0 })).toBe(0)

    const { promise: opened, resolve } = Promise.withResolvers<void>()
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<unknown>()
    const live = reader.subscribe(
      '0',
      {
        processEvents: async (events) => (events.length === 0 ? resolve() : arrive(events[0]?.body)),
        processError: async () => {},
      },
      { startPosition: latestEventPosition, maxWaitTimeInSeconds: 0.05 },
    )
    await opened
    await sender.sendBatch(numbered(99, 1), { partitionId: '0' })
    expect(await arrived).toBe(99)
    await live.close()
  })

  it('tells a reader that asks for it how far the partition reaches', async () => {
    const { connectionString } = await startBroker()
    await producer(connectionString).sendBatch(numbered(0, 5), { partitionKey: 's1', partitionId: undefined as never })
    const reader = consumer(connectionString)
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const subscription = reader.subscribe(
      {
        processEvents: async (events, context) => {
          if (events.length > 0) resolve(context.lastEnqueuedEventProperties?.sequenceNumber)
        },
        processError: async () => {},
      },
      { startPosition: { offset: '-1' }, trackLastEnqueuedEventProperties: true, maxWaitTimeInSeconds: 1 },
    )
    expect(await promise).toBe(4)
    await subscription.close()
  })

  it('takes batches of 1,000 events and batches filled to 1 MiB', async () => {
    const { connectionString } = await startBroker()
    const sender = producer(connectionString)
    await sender.sendBatch(numbered(0, 1000), { partitionId: '3' })
    const full = await sender.createBatch({ partitionId: '3' })
    const filler = 'x'.repeat(3000)
    while (full.tryAdd({ body: { n: full.count, filler } }));
    expect(full.maxSizeInBytes).toBe(1_048_576)
    expect(full.sizeInBytes).toBeGreaterThan(1_040_000)
    await sender.sendBatch(full)

    const events = await read(consumer(connectionString), '3', 1000 + full.count)
    expect(events.map((e) => e.sequenceNumber)).toEqual(Array.from({ length: 1000 + full.count }, (_, n) => n))
    expect(events.at(-1)?.body).toEqual({ n: full.count - 1, filler })
  })

  it('delivers one event of nearly 1 MiB', async () => {
    const { connectionString } = await startBroker()
    const body = 'y'.repeat(1_048_000)
    await producer(connectionString).sendBatch([{ body }], { partitionId: '0' })
    const [event] = await read(consumer(connectionString), '0', 1)
    expect(event?.body).toBe(body)
  })
})

describe('refusals', () => {
  it('refuses a batch over 1 MiB and stores nothing of it', async () => {
    const { connectionString } = await startBroker()
    const sender = producer(connectionString)
    const batch = Array.from({ length: 11 }, () => ({ body: 'z'.repeat(100_000) }))
    await expect(sender.sendBatch(batch, { partitionId: '0' })).rejects.toMatchObject({ code: 'MessageTooLargeError' })
    expect(await sender.getPartitionProperties('0')).toMatchObject({ isEmpty: true })
    await sender.sendBatch(numbered(0, 1), { partitionId: '0' })
  })

  it('does not know a hub, partition or consumer group that is not configured', async () => {
    const { connectionString } = await startBroker()
    const elsewhere = producer(connectionString, noRetry, 'nowhere')
    await expect(elsewhere.sendBatch(numbered(0, 1))).rejects.toMatchObject({ code: 'MessagingEntityNotFoundError' })
    await expect(elsewhere.getEventHubProperties()).rejects.toMatchObject({ code: 'MessagingEntityNotFoundError' })

    const sender = producer(connectionString, noRetry)
    await expect(sender.sendBatch(numbered(0, 1), { partitionId: '4' })).rejects.toMatchObject({
      code: 'ArgumentOutOfRangeError',
    })
    await expect(sender.getPartitionProperties('4')).rejects.toMatchObject({ code: 'ArgumentOutOfRangeError' })
    await expect(read(consumer(connectionString, 'strangers', noRetry), '0', 1)).rejects.toMatchObject({
      code: 'MessagingEntityNotFoundError',
    })
  })

  it('lets nobody in with a wrong key', async () => {
    const { connectionString } = await startBroker()
    const stranger = producer(connectionString.replace(/SharedAccessKey=[^;]+/, 'SharedAccessKey=d3Jvbmc='), noRetry)
    await expect(stranger.sendBatch(numbered(0, 1))).rejects.toMatchObject({ code: 'UnauthorizedError' })
    await expect(stranger.getEventHubProperties()).rejects.toMatchObject({ code: 'UnauthorizedError' })
  })

  it('refuses a checkpoint from beyond the end instead of skipping what comes', async () => {
    const { connectionString } = await startBroker()
    await producer(connectionString).sendBatch(numbered(0, 2), { partitionId: '0' })
    const reader = consumer(connectionString, 'dedupe', noRetry)
    await expect(read(reader, '0', 1, { offset: '4711' })).rejects.toMatchObject({ code: 'ArgumentError' })
    await expect(read(reader, '0', 1, { sequenceNumber: 2 })).rejects.toMatchObject({ code: 'ArgumentError' })
    expect(bodies(await read(reader, '0', 1, { sequenceNumber: 0 }))).toEqual([1])
  })

  it('refuses a partition count that differs from the stored one, and says what to do', async () => {
    const dataDir = tempDir()
    const server = await startBroker({ dataDir })
    await server.close()
    const wider = { prices: { partitions: 8, consumerGroups: [] } }
    await expect(startBroker({ dataDir, hubs: wider })).rejects.toThrow(
      /'prices' has 4 partitions .* but 8 are configured.*configure 4, or delete the folder/,
    )
  })

  it('says so when its port is taken', async () => {
    const { port } = await startBroker()
    await expect(startBroker({ port })).rejects.toThrow(`port ${port} cannot be listened on`)
  })
})

describe('two readers of one partition', () => {
  it('lets the higher epoch take over, and turns the lower one away', async () => {
    const { connectionString } = await startBroker()
    const sender = producer(connectionString)
    const first = follow(connectionString, 1)
    await sender.sendBatch(numbered(0, 1), { partitionId: '0' })
    expect(await first.event).toBe(0)

    const second = follow(connectionString, 2)
    expect(await first.failure).toMatchObject({ code: 'ReceiverDisconnectedError' })
    expect(await second.event).toBe(0)

    const late = follow(connectionString, 1)
    expect(await late.failure).toMatchObject({ code: 'ReceiverDisconnectedError' })
    const without = follow(connectionString, undefined)
    expect(await without.failure).toMatchObject({ code: 'ReceiverDisconnectedError' })
    await Promise.all([first, second, late, without].map((reader) => reader.close()))
  })

  it('serves five readers without epoch side by side, and no sixth', async () => {
    const { connectionString } = await startBroker()
    await producer(connectionString).sendBatch(numbered(7, 1), { partitionId: '0' })
    const five = Array.from({ length: 5 }, () => follow(connectionString, undefined))
    expect(await Promise.all(five.map((reader) => reader.event))).toEqual([7, 7, 7, 7, 7])
    const sixth = follow(connectionString, undefined)
    expect(await sixth.failure).toMatchObject({ code: 'QuotaExceededError' })

    await five[0]?.close()
    const again = follow(connectionString, undefined)
    expect(await again.event).toBe(7)
    await Promise.all([...five.slice(1), sixth, again].map((reader) => reader.close()))
  })

  /** A reader of partition 0, its first event and its first error. */
  function follow(connectionString: string, ownerLevel: number | undefined) {
    const event = Promise.withResolvers<unknown>()
    const failure = Promise.withResolvers<unknown>()
    const subscription = consumer(connectionString, '$default', noRetry).subscribe(
      '0',
      {
        processEvents: async (events) => {
          if (events.length > 0) event.resolve(events[0]?.body)
        },
        processError: async (error) => failure.resolve(error),
      },
      { startPosition: { offset: '-1' }, maxWaitTimeInSeconds: 1, ...(ownerLevel === undefined ? {} : { ownerLevel }) },
    )
    return { event: event.promise, failure: failure.promise, close: () => subscription.close() }
  }
})
