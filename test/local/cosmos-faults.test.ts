import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startFixture, statusOf, type CosmosFixture } from './cosmos-support.ts'

let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture()
})
afterAll(() => cosmos.close())

describe('a fault that was asked for', () => {
  it('throttles the next requests, which the SDK waits out', async () => {
    const container = await cosmos.container()
    cosmos.server.faults.add({ status: 429, count: 3, operation: 'createItem', retryAfterMs: 1 })
    const { statusCode, headers } = await container.items.create({ id: 'a', marketId: 'm1' })
    expect(statusCode).toBe(201)
    expect(headers['x-ms-throttle-retry-count']).toBe(3)
    expect(cosmos.server.faults.pending()).toEqual([])
  })

  it('answers any status, only where its path and operation fit', async () => {
    const container = await cosmos.container()
    cosmos.server.faults.add({ status: 449, count: 1, path: `/colls/${container.id}/`, operation: 'batch' })
    expect((await container.items.create({ id: 'a', marketId: 'm1' })).statusCode).toBe(201)
    const operations = [{ operationType: 'Create' as const, resourceBody: { id: 'b', marketId: 'm1' } }]
    expect(await statusOf(container.items.batch(operations, 'm1'))).toBe(449)
    expect((await container.item('b', 'm1').read()).statusCode).toBe(404)
    expect((await container.items.batch(operations, 'm1')).code).toBe(200)
    for (const status of [412, 503]) {
      cosmos.server.faults.add({ status, count: 1, operation: 'upsertItem' })
      expect(await statusOf(container.items.upsert({ id: 'a', marketId: 'm1' }))).toBe(status)
    }
  })

  it('can lose the answer to a write that has happened', async () => {
    const container = await cosmos.container()
    cosmos.server.faults.add({ status: 503, count: 1, operation: 'createItem', afterCommit: true })
    expect(await statusOf(container.items.create({ id: 'a', marketId: 'm1' }))).toBe(503)
    expect((await container.item('a', 'm1').read()).statusCode).toBe(200)
  })

  it('can be asked for over http, listed and taken back, without a key', async () => {
    const url = `${cosmos.server.endpoint}_local/faults`
    const post = (fault: object) => fetch(url, { method: 'POST', body: JSON.stringify(fault) })
    expect((await post({ status: 200 })).status).toBe(400)
    expect((await post({ status: 503, operation: 'nonsense' })).status).toBe(400)
    await post({ status: 429, count: 2, path: '/docs', retryAfterMs: 5 })
    expect(await (await fetch(url)).json()).toEqual([{ status: 429, count: 2, path: '/docs', retryAfterMs: 5 }])
    await fetch(url, { method: 'DELETE' })
    expect(cosmos.server.faults.pending()).toEqual([])
  })
})
