import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { ChangeFeedStartFrom, CosmosClient, type Container } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { startCosmos } from '../../infra/local/cosmos/server.ts'
import { startFixture, statusOf, temporaryFolder, type CosmosFixture } from './cosmos-support.ts'

const clock = handClock()
let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture(clock)
})
afterAll(() => cosmos.close())

async function ids(container: Container): Promise<string[]> {
  return (await container.items.query<string>('SELECT VALUE c.id FROM c').fetchAll()).resources
}

const inSeconds = (seconds: number) => clock.advance(seconds * 1_000)

describe('time to live', () => {
  it('hides a document at its second from reads, queries, counts and the change feed', async () => {
    const container = await cosmos.container({ defaultTtl: -1 })
    await container.items.create({ id: 'tick', marketId: 'm1', ttl: 10 })
    await container.items.create({ id: 'book', marketId: 'm1' })
    inSeconds(9)
    expect(await ids(container)).toEqual(['tick', 'book'])
    inSeconds(1)
    expect(await ids(container)).toEqual(['book'])
    expect((await container.item('tick', 'm1').read()).statusCode).toBe(404)
    expect((await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([1])
    const feed = container.items.getChangeFeedIterator<{ id: string }>({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() })
    expect((await feed.readNext()).result.map(({ id }) => id)).toEqual(['book'])
    expect(await statusOf(container.item('tick', 'm1').delete())).toBe(404)
    expect((await container.items.create({ id: 'tick', marketId: 'm1' })).statusCode).toBe(201)
  })

  it('counts from the last write', async () => {
    const container = await cosmos.container({ defaultTtl: 10 })
    await container.items.create({ id: 'a', marketId: 'm1' })
    inSeconds(8)
    await container.items.upsert({ id: 'a', marketId: 'm1' })
    inSeconds(8)
    expect(await ids(container)).toEqual(['a'])
    inSeconds(2)
    expect(await ids(container)).toEqual([])
  })

  it('takes the container default, which an item may override', async () => {
    const container = await cosmos.container({ defaultTtl: 10 })
    await container.items.create({ id: 'default', marketId: 'm1' })
    await container.items.create({ id: 'never', marketId: 'm1', ttl: -1 })
    await container.items.create({ id: 'longer', marketId: 'm1', ttl: 20 })
    inSeconds(10)
    expect(await ids(container)).toEqual(['never', 'longer'])
    inSeconds(10)
    expect(await ids(container)).toEqual(['never'])
  })

  it('is nothing where the container has none, and takes effect on what is there when it gets one', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'a', marketId: 'm1', ttl: 1 })
    await container.items.create({ id: 'b', marketId: 'm1' })
    inSeconds(60)
    expect(await ids(container)).toEqual(['a', 'b'])
    const { resource } = await container.read()
    await container.replace({ ...resource, id: container.id, defaultTtl: -1 })
    expect(await ids(container)).toEqual(['b'])
  })

  it('must be -1 or a positive integer', async () => {
    const container = await cosmos.container({ defaultTtl: -1 })
    for (const ttl of [0, -2, 1.5, 'x']) {
      const document: object = { id: 'a', marketId: 'm1', ttl }
      expect(await statusOf(container.items.create(document))).toBe(400)
    }
  })

  it('removes the expired rows in the background, step by step', async () => {
    const dataDir = await temporaryFolder()
    const server = await startCosmos({ port: 0, dataDir, clock })
    const client = new CosmosClient(server.connectionString)
    const { database } = await client.databases.create({ id: 'd' })
    const { container } = await database.containers.create({ id: 'c', partitionKey: '/pk', defaultTtl: -1 })
    for (let batch = 0; batch < 12; batch += 1) {
      const operations = Array.from({ length: 100 }, (_, at) => ({
        operationType: 'Create' as const,
        resourceBody: { id: `${batch}-${at}`, pk: 'p', ...(at === 0 ? {} : { ttl: 5 }) },
      }))
      await container.items.batch(operations, 'p')
    }
    for (let second = 0; second < 10; second += 1) inSeconds(1)
    client.dispose()
    await server.close()
    const file = new DatabaseSync(join(dataDir, 'cosmos.sqlite'))
    expect(file.prepare('SELECT count(*) AS n FROM documents_1_0').get()).toEqual({ n: 12 })
    file.close()
  })
})
