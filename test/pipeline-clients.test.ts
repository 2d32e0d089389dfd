import { writeFile } from 'node:fs/promises'
import path from 'node:path'

import { WebPubSubClient } from '@azure/web-pubsub-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { Book } from '../functions/book/market.ts'
import type { ClientsAnswer } from '../functions/view/api/clients.ts'
import type { follow } from '../functions/view/client/follow.ts'
import { builtApp, eventually, startWhole, type WholeStack } from './support/whole-stack.ts'

const key = 'a-key-for-tests'

describe('clients, on the whole stack', () => {
  let whole: WholeStack
  let appDir: string
  const clients: WebPubSubClient[] = []

  beforeAll(async () => {
    appDir = await builtApp()
    whole = await startWhole(appDir, { FEEDS: 'simulated', FUNCTIONS_LOCAL_KEY: key, NEGOTIATE_PER_MINUTE: '40' })
  })
  afterAll(async () => {
    for (const client of clients) client.stop()
    await whole?.stop()
  })

  const ask = (route: string, init: RequestInit = {}) => fetch(new URL(route, whole.stack.url), init)
  const known = async () => ((await (await ask(`/api/clients?code=${key}`)).json()) as ClientsAnswer).clients

  async function connect(name: string): Promise<WebPubSubClient> {
    const getClientAccessUrl = async () => {
      const answer = (await (await ask(`/api/negotiate?client=${name}`, { method: 'POST' })).json()) as { url: string }
      return answer.url
    }
    const client = new WebPubSubClient({ getClientAccessUrl }, { messageRetryOptions: { maxRetries: 0 } })
    clients.push(client)
    await client.start()
    return client
  }

  it('are known by their names as soon as they come, to holders of the key, until they go', async () => {
    const client = await connect('wall-screen')
    const [seen] = await eventually('the register has it', async () => {
      const all = await known()
      return all.length === 1 && all
    })
    expect(seen).toMatchObject({ userId: 'wall-screen', protocol: 'json.reliable.webpubsub.azure.v1' })
    expect((await ask('/api/clients')).status).toBe(401)
    client.stop()
    await eventually('it is gone', async () => (await known()).length === 0)
  })

  it('may join the groups of the board, and nothing else', async () => {
    const client = await connect('curious')
    await client.joinGroup('odds.politics')
    const forbidden = { errorDetail: { name: 'Forbidden' } }
    await expect(client.joinGroup('clients')).rejects.toMatchObject(forbidden)
    await expect(client.sendToGroup('odds.politics', 'mine', 'text')).rejects.toMatchObject(forbidden)
    client.stop()
  })

  it('are not made up by whoever finds the address', async () => {
    const forged = {
      'ce-type': 'azure.webpubsub.sys.connected',
      'ce-connectionid': 'x',
      'ce-signature': `sha256=${'0'.repeat(64)}`,
    }
    const told = await ask('/api/webpubsub/odds/connected', { method: 'POST', headers: forged })
    expect([told.status, told.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    const asked = (origin: string) =>
      ask('/api/webpubsub/odds/validate', { method: 'OPTIONS', headers: { 'webhook-request-origin': origin } })
    expect((await asked('elsewhere.example')).status).toBe(403)
    expect((await asked('127.0.0.1')).headers.get('webhook-allowed-origin')).toBe('127.0.0.1')
  })

  it('that a crash of the service took away are found missing, and those that came back are there', async () => {
    const kept = await connect('comes-back')
    await eventually('the register has it', async () => (await known()).some(({ userId }) => userId === 'comes-back'))
    const before = await known()
    const register = whole.database.container('clients')
    for (const { id } of before) {
      const { resource } = await register.item(id, id).read<{ id: string; connectedAtMs: number }>()
      if (resource !== undefined) await register.items.upsert({ ...resource, connectedAtMs: resource.connectedAtMs - 120_000 })
    }
    const again = new Promise((resolve) => kept.on('connected', resolve))
    whole.kill('web-pubsub')
    await again
    await whole.poll('clientsRefresh')
    const after = await eventually('only the new connection', async () => {
      const all = await known()
      return all.every(({ id }) => !before.some((old) => old.id === id)) && all.length > 0 && all
    })
    expect(after.map(({ userId }) => userId)).toEqual(['comes-back'])
    kept.stop()
  })

  it('follow it with the module that the app serves, across a crash of the service', async () => {
    const file = path.join(appDir, 'served-client.mjs')
    await writeFile(file, await (await ask('/client.js')).text())
    const module = (await import(file)) as { follow: typeof follow }
    let ticks = 0
    const board = module.follow(whole.stack.url, { onTick: () => ticks++, client: 'module' })
    try {
      expect((await board.snapshot()).size).toBeGreaterThan(0)
      await eventually('ticks', async () => ticks > 10)
      whole.kill('web-pubsub')
      await eventually('it has noticed', async () => board.state.state !== 'live')
      await eventually('it is back', async () => board.state.state === 'live')
      const seen = ticks
      await eventually('more ticks', async () => ticks > seen + 10)
      const same = await eventually('the same books', async () => {
        const { markets } = (await whole.api('/api/markets')) as { markets: Book[] }
        const both = markets.filter(({ marketId, seq }) => board.market(marketId)?.seq === seq)
        return both.length > markets.length / 2 && both
      })
      for (const { marketId, selections } of same)
        expect(board.market(marketId)?.selections.map(({ quotes }) => quotes)).toEqual(selections.map(({ quotes }) => quotes))
    } finally {
      board.stop()
    }
  })

  it('that ask for too many addresses are told when to come again', async () => {
    const statuses = new Set<string>()
    for (let i = 0; i < 45; i++) {
      const { status, headers } = await ask('/api/negotiate', { method: 'POST' })
      statuses.add(`${status} ${headers.get('retry-after') === null ? 'now' : 'later'}`)
    }
    expect(statuses).toEqual(new Set(['200 now', '429 later']))
  })
})
