import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { handClock, type HandClock } from '../../infra/local/clock.ts'
import { localAccessKey } from '../../infra/local/web-pubsub/server.ts'
import { json, reliable, Rig, soon, until } from './web-pubsub-rig.ts'

type Told = { method: string; path: string; headers: IncomingHttpHeaders; body: string; atMs: number }

/** Takes events as an app does; what it answers is up to the test. */
class Webhook {
  readonly told: Told[] = []
  allowed: string | undefined = '127.0.0.1'
  status = 204
  /** Of `OPTIONS`. */
  askedStatus = 200
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += String(chunk)))
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request
        this.told.push({ method, path, headers, body, atMs: clock.nowMs() })
        if (method === 'POST') return void response.writeHead(this.status).end()
        const allowed = this.allowed === undefined ? {} : { 'WebHook-Allowed-Origin': this.allowed }
        response.writeHead(method === 'OPTIONS' ? this.askedStatus : 200, allowed).end()
      })
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events/{hub}/{event}?of={event}`
  }

  get events() {
    return this.told.filter(({ method }) => method === 'POST')
  }

  get asked() {
    return this.told.filter(({ method }) => method !== 'POST')
  }

  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

let webhook: Webhook
let clock: HandClock
let rig: Rig
const log: [string, object | undefined][] = []
beforeEach(async () => {
  log.length = 0
  webhook = new Webhook()
  clock = handClock(Date.now())
  const urlTemplate = await webhook.listen()
  rig = await Rig.start({ clock, upstream: { urlTemplate }, log: (event, fields) => log.push([event, fields]) })
})
afterEach(async () => {
  await rig.stop()
  webhook.close()
})

describe('events upstream', () => {
  it('tell who came and who went, signed, in the words of CloudEvents', async () => {
    const client = rig.sdk({ userId: 'wall-screen' })
    await client.start()
    await until(() => webhook.events.length === 1, 'connected')
    const [connected] = webhook.events
    const id = String(connected?.headers['ce-connectionid'])
    expect(connected).toMatchObject({ path: '/events/odds/connected?of=connected', body: '{}' })
    expect(connected?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'webhook-request-origin': '127.0.0.1',
      'ce-specversion': '1.0',
      'ce-awpsversion': '1.0',
      'ce-type': 'azure.webpubsub.sys.connected',
      'ce-source': `/hubs/odds/client/${id}`,
      'ce-hub': 'odds',
      'ce-eventname': 'connected',
      'ce-userid': 'wall-screen',
      'ce-subprotocol': reliable,
      'ce-signature': `sha256=${createHmac('sha256', localAccessKey).update(id).digest('hex')}`,
    })
    client.stop()
    await until(() => webhook.events.length === 2, 'disconnected')
    expect(webhook.events[1]).toMatchObject({
      path: '/events/odds/disconnected?of=disconnected',
      body: '{"reason":"The client closed the connection."}',
      headers: { 'ce-type': 'azure.webpubsub.sys.disconnected', 'ce-connectionid': id },
    })
    expect(new Set(webhook.events.map(({ headers }) => headers['ce-id'])).size).toBe(2)
  })

  it('are told of plain clients too, and of those that the service ends', async () => {
    const plain = await rig.open(undefined)
    await until(() => webhook.events.length === 1, 'connected')
    expect(webhook.events[0]?.headers).not.toHaveProperty('ce-subprotocol')
    await rig.rest.closeConnection(String(webhook.events[0]?.headers['ce-connectionid']), { reason: 'enough' })
    await plain.closed
    await until(() => webhook.events.length === 2, 'disconnected')
    expect(webhook.events[1]?.body).toBe('{"reason":"enough"}')
  })

  it('say nothing of a socket that is lost and recovered; of one that is not, after 30 s', async () => {
    const client = rig.sdk()
    await client.start()
    await until(() => webhook.events.length === 1, 'connected')
    rig.server.faults.dropConnections()
    await expect.poll(() => rig.server.stats().connections, soon).toEqual({ live: 1, recoverable: 0 })
    const raw = await rig.open(reliable)
    await until(() => webhook.events.length === 2, 'connected')
    raw.socket.terminate()
    await expect.poll(() => rig.server.stats().connections.recoverable, soon).toBe(1)
    clock.advance(29_000)
    expect(webhook.events).toHaveLength(2)
    clock.advance(1_000)
    await until(() => webhook.events.length === 3, 'disconnected')
    expect(webhook.events[2]?.body).toContain('not recovered')
  })

  it('come only where they are wanted, which is asked once a minute', async () => {
    await Promise.all([rig.open(json), rig.open(json)])
    await until(() => webhook.events.length === 2, 'both')
    expect(webhook.asked).toMatchObject([
      { method: 'OPTIONS', path: '/events/odds/validate?of=validate', headers: { 'webhook-request-origin': '127.0.0.1' } },
    ])
    expect(webhook.asked[0]?.headers['ce-awpsversion']).toBe('1.0')
    clock.advance(60_000)
    await rig.open(json)
    await until(() => webhook.events.length === 3, 'the third')
    expect(webhook.asked).toHaveLength(2)
  })

  it.each([['another.host'], [undefined]])('do not come to who allows %s', async (allowed) => {
    webhook.allowed = allowed
    await rig.open(json)
    await until(() => log.some(([event]) => event === 'event not delivered'), 'the log')
    expect(webhook.events).toEqual([])
    expect(log.at(-1)).toMatchObject([
      'event not delivered',
      { event: 'connected', tries: 1, why: expect.stringContaining('allow') },
    ])
  })

  it('ask by GET where there is no OPTIONS, and take * for an answer', async () => {
    webhook.askedStatus = 404
    webhook.allowed = '*'
    await rig.open(json)
    await until(() => webhook.events.length === 1, 'connected')
    expect(webhook.asked.map(({ method }) => method)).toEqual(['OPTIONS', 'GET'])
  })

  it('come again after 1, 3 and 5 s while the upstream is away, as the same event, and are then given up', async () => {
    webhook.status = 503
    await rig.open(json)
    await until(() => {
      clock.advance(50)
      return log.some(([event]) => event === 'event not delivered')
    }, 'the log')
    const pauses = webhook.events.slice(1).map(({ atMs }, i) => atMs - (webhook.events[i]?.atMs ?? 0))
    expect(pauses).toHaveLength(3)
    for (const [i, leastMs] of [1_000, 3_000, 5_000].entries()) expect(pauses[i]).toBeGreaterThanOrEqual(leastMs)
    expect(new Set(webhook.events.map(({ headers }) => headers['ce-id'])).size).toBe(1)
    expect(log.at(-1)).toMatchObject(['event not delivered', { tries: 4, why: 'it answered 503' }])
  })

  it('are not tried again after a status that says no', async () => {
    webhook.status = 401
    await rig.open(json)
    await until(() => log.some(([event]) => event === 'event not delivered'), 'the log')
    expect(webhook.events).toHaveLength(1)
  })

  it('never hold up a client, and are not told by a service that ends', async () => {
    webhook.close()
    const client = await rig.open(json)
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' })
    await rig.server.close()
    expect((await client.closed).code).toBe(1001)
    expect(webhook.events).toEqual([])
  })
})
