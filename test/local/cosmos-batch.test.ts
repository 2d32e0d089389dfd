import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Container, OperationInput } from '@azure/cosmos'
import { startFixture, statusOf, type CosmosFixture } from './cosmos-support.ts'

let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture()
})
afterAll(() => cosmos.close())

const book = (seq: number) => ({ id: 'book', type: 'book', marketId: 'm1', seq })
const tick = (seq: number) => ({ id: `t:${seq}`, type: 'tick', marketId: 'm1', seq })
const creation = (seq: number): OperationInput => ({ operationType: 'Create', resourceBody: tick(seq) })

async function ids(container: Container): Promise<string[]> {
  const { resources } = await container.items.query<string>('SELECT VALUE c.id FROM c').fetchAll()
  return resources.toSorted()
}

describe('a transactional batch', () => {
  it('replaces the book under its etag and adds the ticks, answering for each', async () => {
    const container = await cosmos.container()
    const { etag } = await container.items.create(book(0))
    const operations: OperationInput[] = [
      { operationType: 'Replace', id: 'book', ifMatch: etag, resourceBody: book(2) },
      creation(1),
      creation(2),
      { operationType: 'Read', id: 't:1' },
    ]
    const { code, result, headers } = await container.items.batch(operations, 'm1')
    expect(code).toBe(200)
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([200, 201, 201, 200])
    expect(result?.[0]?.resourceBody).toMatchObject({ id: 'book', seq: 2, _etag: result?.[0]?.eTag })
    const total = result?.reduce((sum, { requestCharge }) => sum + requestCharge, 0)
    expect(Number(headers?.['x-ms-request-charge'])).toBeCloseTo(total ?? 0)
    const { resource } = await container.item('book', 'm1').read()
    expect(resource).toEqual(result?.[0]?.resourceBody)
  })

  it('leaves nothing behind when one operation is refused: that one keeps its status, the others answer 424', async () => {
    const container = await cosmos.container()
    await container.items.create(tick(2))
    const { code, result } = await container.items.batch([creation(1), creation(2), creation(3)], 'm1')
    expect(code).toBe(207)
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, 409, 424])
    expect(await ids(container)).toEqual(['t:2'])
  })

  it('answers 412 when the book has changed, whatever the operation', async () => {
    const container = await cosmos.container()
    const { etag } = await container.items.create(book(0))
    await container.item('book', 'm1').replace(book(1))
    const stale: OperationInput[] = [
      { operationType: 'Replace', id: 'book', ifMatch: etag, resourceBody: book(2) },
      { operationType: 'Upsert', ifMatch: etag, resourceBody: book(2) },
      { operationType: 'Upsert', ifNoneMatch: '*', resourceBody: book(2) },
      {
        operationType: 'Patch',
        id: 'book',
        ifMatch: etag,
        resourceBody: { operations: [{ op: 'incr', path: '/seq', value: 1 }] },
      },
      {
        operationType: 'Patch',
        id: 'book',
        resourceBody: { operations: [{ op: 'incr', path: '/seq', value: 1 }], condition: 'from c where c.seq < 1' },
      },
    ]
    for (const operation of stale) {
      const { code, result } = await container.items.batch([creation(9), operation], 'm1')
      expect([code, ...(result ?? []).map(({ statusCode }) => statusCode)]).toEqual([207, 424, 412])
    }
    expect(await ids(container)).toEqual(['book'])
  })

  it('sees its own earlier operations', async () => {
    const container = await cosmos.container()
    const operations: OperationInput[] = [
      creation(1),
      { operationType: 'Patch', id: 't:1', resourceBody: { operations: [{ op: 'incr', path: '/seq', value: 10 }] } },
      { operationType: 'Read', id: 't:1' },
      { operationType: 'Delete', id: 't:1' },
      creation(1),
    ]
    const { result } = await container.items.batch(operations, 'm1')
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 200, 200, 204, 201])
    expect(result?.[2]?.resourceBody).toMatchObject({ seq: 11 })
    expect((await container.item('t:1', 'm1').read()).resource).toMatchObject({ seq: 1 })
  })

  it('takes 100 operations, refuses a document of another partition, and what is not an operation', async () => {
    const container = await cosmos.container()
    const hundred = Array.from({ length: 100 }, (_, at) => creation(at))
    expect((await container.items.batch(hundred, 'm1')).code).toBe(200)
    const foreign: OperationInput = { operationType: 'Create', resourceBody: { id: 'x', marketId: 'm2' } }
    const { result } = await container.items.batch([foreign, creation(200)], 'm1')
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([400, 424])
    expect(await statusOf(container.items.batch([], 'm1'))).toBe(400)
  })

  it('leaves out the bodies when asked to', async () => {
    const container = await cosmos.container()
    const { result } = await container.items.batch([creation(1)], 'm1', { contentResponseOnWriteEnabled: false })
    expect(result?.[0]).toMatchObject({ statusCode: 201 })
    expect(result?.[0]).not.toHaveProperty('resourceBody')
  })
})

describe('bulk', () => {
  it('carries every operation out on its own, over many partitions, answering in order', async () => {
    const container = await cosmos.container()
    await container.items.create({ id: 'x', marketId: 'm3' })
    const operations: OperationInput[] = ['m1', 'm2', 'm3', 'm4'].map((marketId) => ({
      operationType: 'Create',
      partitionKey: marketId,
      resourceBody: { id: 'x', marketId },
    }))
    const results = await container.items.executeBulkOperations(operations)
    expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([201, 201, 409, 201])
    expect(await ids(container)).toHaveLength(4)
  })
})
