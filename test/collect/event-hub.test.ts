import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { createEventDataAdapter, type EventHubProducerClient } from '@azure/event-hubs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { topicOf } from '../../functions/book/ids.ts'
import { schemaId } from '../../functions/book/schema-ids.ts'
import { parseSnapshotMessage } from '../../functions/book/wire.ts'
import type { DeadLetter } from '../../functions/collect/dead-letter.ts'
import { eventHubPublisher, type PublisherOptions } from '../../functions/collect/event-hub.ts'
import { connectProducer } from '../../functions/connect/event-hubs.ts'
import { type EventHubsServer, startEventHubs } from '../../infra/local/event-hubs/server.ts'
import { topics } from '../../infra/names.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'
import { readHub } from '../support/whole-stack.ts'

const { hub, partitions } = topics.politics

let folder: string
let server: EventHubsServer
let producer: EventHubProducerClient

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-collect-'))
  server = await startEventHubs({ port: 0, dataDir: folder, hubs: { [hub]: { partitions, consumerGroups: [] } } })
  producer = await connectProducer({ kind: 'connection-string', connectionString: server.connectionString }, hub)
})
afterAll(async () => {
  await producer.close()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the publisher, on Event Hubs', () => {
  const letters: DeadLetter[] = []
  const publisherWith = (options: PublisherOptions) =>
    eventHubPublisher(
      async () => producer,
      { add: async (all) => void letters.push(...all) },
      () => 5,
      options,
    )
  const publisher = publisherWith({})
  const say = (market: string, asOfMs: number) => snapshotOf(market, asOfMs, { selections: [quoted('a', { last: 0.5 })] })

  it('sends a poll of 500 markets in at most 32 batches, and keeps the order of each market', async () => {
    const rounds = [1, 2, 3].map((asOfMs) => Array.from({ length: 500 }, (_, i) => say(`m${i}`, asOfMs)))
    const sends = vi.spyOn(producer, 'sendBatch')
    for (const round of rounds) await publisher.publish(round)
    expect(sends.mock.calls.length).toBeGreaterThan(3)
    expect(sends.mock.calls.length).toBeLessThanOrEqual(3 * 32)
    sends.mockRestore()
    const read = (await readHub(server.connectionString, hub)).map(({ body }) =>
      parseSnapshotMessage(JSON.parse(String(body)), 10),
    )
    const messages = read.flatMap((parsed) => (parsed.ok ? [parsed.value] : []))
    expect(messages).toHaveLength(1_500)
    const instants = Map.groupBy(messages, ({ marketId }) => marketId)
    expect([...instants.values()].every((own) => own.map(({ asOfMs }) => asOfMs).join() === '1,2,3')).toBe(true)
  })

  it('puts aside a market that no batch can hold, with its reason, and sends its neighbours', async () => {
    const before = (await readHub(server.connectionString, hub)).length
    const huge = Array.from({ length: 9_000 }, (_, i) => quoted(`s${i}`, { last: 0.5 }))
    await publisher.publish([say('x', 1), snapshotOf('huge', 1, { selections: huge }), say('y', 1)])
    expect(letters).toMatchObject([
      { marketId: 'testfeed:huge', atMs: 5, reason: expect.stringContaining('larger than an event hub takes') },
    ])
    expect((await readHub(server.connectionString, hub)).length).toBe(before + 2)
  })

  it('says in each message which schema it keeps to, and in its content type what the registry calls that, where there is one', async () => {
    const before = await readHub(server.connectionString, hub)
    await publisher.publish([say('plain', 1)])
    await publisherWith({ snapshotSchemaId: '0123456789abcdef0123456789abcdef' }).publish([say('registered', 1)])
    const known = new Set(before.map(({ body }) => String(body)))
    const read = (await readHub(server.connectionString, hub)).filter(({ body }) => !known.has(String(body)))
    // As the Schema Registry's serializers see an event.
    const adapter = createEventDataAdapter()
    const said = read.map((event) => {
      const { data, contentType } = adapter.consume(event)
      return { ...(JSON.parse(Buffer.from(data).toString()) as { marketId: string }), contentType }
    })
    const schema = schemaId('snapshot-message')
    expect(said.sort((a, b) => (a.marketId < b.marketId ? -1 : 1))).toMatchObject([
      { marketId: 'testfeed:plain', schema, contentType: 'application/json' },
      { marketId: 'testfeed:registered', schema, contentType: 'application/json+0123456789abcdef0123456789abcdef' },
    ])
  })

  it('says which topics there are when a feed has one that no hub takes', async () => {
    const stray = { ...say('z', 1), topic: topicOf('weather') }
    await expect(publisher.publish([stray])).rejects.toThrow('politics, sports')
  })
})
