import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { EventHubProducerClient } from '@azure/event-hubs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { pushPublisher } from '../../functions/collect/push/event-hub.ts'
import { type EventHubsServer, startEventHubs } from '../../infra/local/event-hubs/server.ts'
import { topics } from '../../infra/names.ts'
import { quoted, snapshotOf } from '../support/arbitrary.ts'
import { readHub } from '../support/whole-stack.ts'

const { hub, partitions } = topics.politics
const message = (market: string, selections = 1) =>
  snapshotOf(market, 1, { selections: Array.from({ length: selections }, (_, i) => quoted(`s${i}`, { last: 0.5 })) })

let folder: string
let server: EventHubsServer
let producer: EventHubProducerClient
let busy = false
let nowMs = 5

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-push-'))
  const hubs = { [hub]: { partitions, consumerGroups: [] } }
  server = await startEventHubs({ port: 0, dataDir: folder, hubs, busy: () => busy })
  const retryOptions = { maxRetries: 2, retryDelayInMs: 1, timeoutInMs: 2_000 }
  producer = new EventHubProducerClient(server.connectionString, hub, { retryOptions })
})
afterAll(async () => {
  await producer.close()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

describe('what is pushed, on Event Hubs', () => {
  const publisher = pushPublisher(
    async () => producer,
    () => nowMs,
  )

  it('is published; what no batch holds is told', async () => {
    const published = await publisher.publish([message('m1'), message('huge', 9_000), message('m2')])
    expect(published).toMatchObject({ kind: 'published', tooLarge: [{ marketId: 'testfeed:huge' }] })
    expect(await readHub(server.connectionString, hub)).toHaveLength(2)
  })

  it('is too much when the service says so, and then for four seconds without asking it again', async () => {
    busy = true
    expect(await publisher.publish([message('m1')])).toEqual({ kind: 'busy', reason: expect.stringContaining('50002') })
    busy = false
    nowMs += 3_999
    expect(await publisher.publish([message('m1')])).toEqual({ kind: 'busy', reason: expect.stringContaining('50002') })
    nowMs += 1
    expect(await publisher.publish([message('m1')])).toMatchObject({ kind: 'published' })
  })

  it('finds nobody when the service is away, and says why', async () => {
    await server.close()
    expect(await publisher.publish([message('m1')])).toEqual({ kind: 'away', reason: expect.stringMatching(/\w{5}/) })
  })
})
