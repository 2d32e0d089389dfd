import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startFixture, type CosmosFixture } from './cosmos-support.ts'

let cosmos: CosmosFixture
beforeAll(async () => {
  cosmos = await startFixture()
})
afterAll(() => cosmos.close())

describe('what the server has charged', () => {
  it('is told by container and operation, without a key', async () => {
    const container = await cosmos.container()
    const first = await container.items.create({ id: 'a', marketId: 'm1' })
    const second = await container.items.create({ id: 'b', marketId: 'm1' })
    const read = await container.item('a', 'm1').read()
    const response = await fetch(new URL('/_local/charges', cosmos.server.endpoint))
    const charges = (await response.json()) as Record<string, { requests: number; requestUnits: number }>
    expect(charges[`${container.id} createItem`]).toEqual({
      requests: 2,
      requestUnits: first.requestCharge + second.requestCharge,
    })
    expect(charges[`${container.id} readItem`]).toEqual({ requests: 1, requestUnits: read.requestCharge })
    expect(charges['- createDatabase']).toMatchObject({ requests: 1 })
  })
})
