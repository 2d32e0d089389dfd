import { createHmac } from 'node:crypto'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { getClients } from '../../../functions/view/api/clients.ts'
import { type Client, type ClientRegister, expiresAfterMs } from '../../../functions/view/clients/client.ts'
import { clientRegister } from '../../../functions/view/clients/cosmos.ts'
import type { EntraTokens } from '../../../functions/view/clients/entra-token.ts'
import { allowOrigin, type EventDesk, hearEvent } from '../../../functions/view/clients/hear.ts'
import { refreshClients } from '../../../functions/view/clients/refresh.ts'
import { handClock } from '../../../infra/local/clock.ts'
import { asking, jsonIn, portsOf } from '../../support/asking.ts'
import { type CosmosFixture, startFixture } from '../../local/cosmos-support.ts'

const key = 'the key'
const signatureOf = (connectionId: string, with_ = key) =>
  `sha256=${createHmac('sha256', with_).update(connectionId).digest('hex')}`
const said = (headers: Record<string, string>) => (name: string) => new Headers(headers).get(name)

/** As Web PubSub tells it. */
const event = (kind: 'connected' | 'disconnected' | 'connect', connectionId: string, more: Record<string, string> = {}) =>
  said({
    'ce-type': `azure.webpubsub.sys.${kind}`,
    'ce-hub': 'odds',
    'ce-connectionId': connectionId,
    'ce-signature': `${signatureOf(connectionId, 'another')},${signatureOf(connectionId)}`,
    ...more,
  })

let cosmos: CosmosFixture
const clock = handClock()
const nowMs = () => clock.nowMs()
beforeAll(async () => {
  cosmos = await startFixture(clock)
})
afterAll(() => cosmos.close())

/** A register of its own, on the local Cosmos DB. */
async function newRegister(): Promise<{ register: ClientRegister; unreadable: string[] }> {
  const name = `clients-${Math.round(performance.now() * 1_000)}`
  const { database } = await cosmos.client.databases.create({ id: name })
  await database.containers.create({ id: 'clients', partitionKey: { paths: ['/id'] }, defaultTtl: -1 })
  const unreadable: string[] = []
  return { register: clientRegister(database, (reason) => void unreadable.push(reason)), unreadable }
}

async function newDesk(more: Partial<EventDesk> = {}) {
  const { register } = await newRegister()
  const desk: EventDesk = {
    hub: 'odds',
    origin: 'board.webpubsub.azure.com',
    proof: { kind: 'signature', accessKey: key },
    register: async () => register,
    nowMs,
    ...more,
  }
  const ids = async () => (await register.all()).clients.map(({ id }) => id).toSorted()
  return {
    register,
    desk,
    ids,
    hear: async (header: ReturnType<typeof said>, hub = 'odds') => (await hearEvent(hub, header, desk)).status,
  }
}

describe('what Web PubSub tells of connections', () => {
  it('keeps who comes, and forgets who goes', async () => {
    const { hear, register, ids } = await newDesk()
    expect(
      await hear(event('connected', 'c1', { 'ce-userId': 'wall-screen', 'ce-subprotocol': 'json.webpubsub.azure.v1' })),
    ).toBe(204)
    expect(await hear(event('connected', 'c2'))).toBe(204)
    const [first, second] = (await register.all()).clients
    const times = { connectedAtMs: clock.nowMs(), seenAtMs: clock.nowMs() }
    expect(first).toMatchObject({ id: 'c1', userId: 'wall-screen', protocol: 'json.webpubsub.azure.v1', ...times })
    expect(second).toMatchObject({ id: 'c2', userId: null, protocol: null })
    expect(await hear(event('disconnected', 'c1'))).toBe(204)
    expect(await ids()).toEqual(['c2'])
  })

  it('gives the same, in whatever order events come, and however often (I5)', async () => {
    const story = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), repeats: fc.integer({ min: 1, max: 3 }) }), {
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(story, fc.subarray(['a', 'b', 'c']), fc.nat(), async (came, went, seed) => {
        const { hear, ids } = await newDesk()
        const events = [
          ...came.flatMap(({ id, repeats }) => Array.from({ length: repeats }, () => event('connected', id))),
          ...went.map((id) => event('disconnected', id)),
        ]
        for (let i = events.length; i > 0; i--) {
          const [next] = events.splice((seed * 7 + i * 13) % i, 1)
          if (next !== undefined) await hear(next)
        }
        expect(await ids()).toEqual([...new Set(came.map(({ id }) => id))].filter((id) => !went.includes(id)).toSorted())
      }),
      { numRuns: 25 },
    )
  })

  it('believes only who signs with the key of our service', async () => {
    const { hear, ids } = await newDesk()
    expect(await hear(event('connected', 'c1', { 'ce-signature': signatureOf('c2') }))).toBe(401)
    expect(await hear(event('connected', 'c1', { 'ce-signature': signatureOf('c1', 'another') }))).toBe(401)
    for (const bad of ['', 'sha256=', 'sha256=zz', `sha1=${'0'.repeat(64)}`])
      expect(await hear(event('connected', 'c1', { 'ce-signature': bad }))).toBe(401)
    expect(await hear(said({ 'ce-type': 'azure.webpubsub.sys.connected', 'ce-connectionid': 'c1' }))).toBe(401)
    expect(await ids()).toEqual([])
  })

  it('refuses another hub, another event, and an id that is none', async () => {
    const { hear } = await newDesk({ proof: { kind: 'function-key' } })
    expect(await hear(event('connected', 'c1'), 'chat')).toBe(404)
    expect(await hear(event('connect', 'c1'))).toBe(400)
    expect(await hear(event('connected', 'a/b'))).toBe(400)
    expect(await hear(said({ 'ce-type': 'azure.webpubsub.sys.connected' }))).toBe(400)
    expect(await hear(event('connected', 'c1'), 'ODDS')).toBe(204)
  })

  it('tells our service that we want its events, and nobody else', async () => {
    const { desk } = await newDesk()
    const asked = (origin: string) => allowOrigin(said({ 'webhook-request-origin': origin }), desk)
    expect(asked('Board.webpubsub.azure.com')).toMatchObject({
      status: 200,
      headers: { 'webhook-allowed-origin': 'board.webpubsub.azure.com' },
    })
    expect(asked('other.webpubsub.azure.com').status).toBe(403)
    expect(allowOrigin(said({}), desk).status).toBe(403)
  })
})

describe('a token instead of a signature', () => {
  it('is looked at, and its reason told', async () => {
    const tokens = { check: async (said: string | null) => (said === 'Bearer good' ? { ok: true } : { ok: false, reason: 'no' }) }
    const { hear, ids } = await newDesk({ proof: { kind: 'token', tokens: tokens as unknown as EntraTokens } })
    expect(await hear(event('connected', 'c1', { authorization: 'Bearer good' }))).toBe(204)
    expect(await hear(event('connected', 'c2'))).toBe(401)
    expect(await ids()).toEqual(['c1'])
  })
})

describe('the register, held against the service', () => {
  const client = (id: string, seenAtMs = clock.nowMs()): Client => ({
    id,
    userId: id.toUpperCase(),
    protocol: null,
    connectedAtMs: seenAtMs,
    seenAtMs,
  })
  const listing =
    (ids: readonly string[], complete = true) =>
    async () => ({
      connected: ids.map((id) => ({ id, userId: id.toUpperCase() })),
      complete,
    })

  it('adds whose coming was not told, drops whose going was not, and leaves alone who has just come or gone', async () => {
    const { register } = await newRegister()
    await register.add(client('stays'))
    await register.add(client('crashed'))
    clock.advance(61_000)
    await register.add(client('young'))
    await register.remove('left')
    const report = await refreshClients(listing(['stays', 'untold', 'left']), register, nowMs)
    expect(report).toEqual({ connected: 3, added: 1, renewed: 0, removed: 1 })
    expect((await register.all()).clients.map(({ id }) => id).toSorted()).toEqual(['stays', 'untold', 'young'])
  })

  it('declares nobody gone because a list was cut short', async () => {
    const { register } = await newRegister()
    await register.add(client('somebody'))
    clock.advance(61_000)
    expect(await refreshClients(listing([], false), register, nowMs)).toMatchObject({ removed: 0 })
    expect((await register.all()).clients).toHaveLength(1)
  })

  it('lets a client expire that nobody confirms, and no other', async () => {
    const { register } = await newRegister()
    await register.add(client('confirmed'))
    await register.add(client('crashed'))
    clock.advance(expiresAfterMs / 2)
    const report = await refreshClients(listing(['confirmed'], false), register, nowMs)
    expect(report).toMatchObject({ renewed: 1, removed: 0 })
    clock.advance(expiresAfterMs / 2 + 2_000)
    expect((await register.all()).clients.map(({ id }) => id)).toEqual(['confirmed'])
    clock.advance(expiresAfterMs / 2)
    expect((await register.all()).clients).toEqual([])
  })

  it('does not bring back a client that went while it was being confirmed', async () => {
    const { register } = await newRegister()
    await register.add(client('c'))
    const [kept] = (await register.all()).clients
    await register.remove('c')
    if (kept !== undefined) await register.renew(kept, clock.nowMs())
    expect((await register.all()).clients).toEqual([])
    clock.advance(301_000)
    if (kept !== undefined) await register.renew(kept, clock.nowMs())
    expect((await register.all()).clients).toEqual([])
  })

  it('is shown page by page', async () => {
    const { register, unreadable } = await newRegister()
    for (const id of ['c', 'a', 'b']) await register.add(client(id))
    const ask = asking(portsOf({ clients: async () => register, nowMs }))
    const page = async (search: string) => jsonIn(await ask(getClients, search)) as { clients: Client[]; next: string | null }
    const first = await page('limit=2')
    expect(first.clients).toMatchObject([
      { id: 'a', userId: 'A', expiresAtMs: clock.nowMs() + expiresAfterMs },
      { id: 'b', userId: 'B' },
    ])
    const rest = await page(first.next?.split('?')[1] ?? '')
    expect([rest.clients.map(({ id }) => id), rest.next]).toEqual([['c'], null])
    expect(getClients.level).toBe('function')
    expect(unreadable).toEqual([])
  })
})
