import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { addressIn, principalIn } from '../../functions/view/api/caller.ts'
import { postNegotiate } from '../../functions/view/api/negotiate.ts'
import { RateLimit } from '../../functions/view/api/rate-limit.ts'
import type { NegotiateSettings } from '../../functions/settings.ts'
import { type Asking, asking, jsonIn, portsOf } from '../support/asking.ts'

const said = (headers: Record<string, string>) => (name: string) => new Headers(headers).get(name)
const principal = (claims: object[], more: object = { auth_typ: 'aad' }) =>
  Buffer.from(JSON.stringify({ ...more, claims, name_typ: 'name', role_typ: 'roles' })).toString('base64')
const oid = { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: 'ada' }

describe('POST /api/negotiate', () => {
  const negotiate = (settings: Partial<NegotiateSettings> = {}, nowMs: () => number = () => 1_000) => {
    const users: string[] = []
    const known: NegotiateSettings = { callers: 'anonymous', perMinute: 120, trustedProxies: 1, ...settings }
    const ports = portsOf({
      negotiating: { settings: known, limit: new RateLimit(known.perMinute) },
      doorkeeper: async () => ({ clientUrl: async (userId) => `wss://board.example/${users.push(userId)}` }),
      nowMs,
    })
    return { users, ask: (search = '', how: Asking = {}) => asking(ports)(postNegotiate, search, how) }
  }
  const body = (value: unknown) => ({ body: new TextEncoder().encode(JSON.stringify(value)) })

  it('knows a client by the name it gives, in the address or in the body, or by a number', async () => {
    const { ask, users } = negotiate()
    expect(jsonIn(await ask())).toEqual({ url: 'wss://board.example/1' })
    await ask('client=wall-screen 2')
    await ask('', body({ client: 'ada@example.org' }))
    await ask('', body({ something: 'else' }))
    expect(users).toEqual(['anonymous-new', 'wall-screen 2', 'ada@example.org', 'anonymous-new'])
  })

  it.each([
    ['client=../x', {}],
    [`client=${'x'.repeat(65)}`, {}],
    ['', body({ client: 'a\nb' })],
    ['', body({ client: 7 })],
    ['', { body: new TextEncoder().encode('{') }],
    ['', { body: new Uint8Array(1_001) }],
  ])('refuses a name that is none, and a body that is none: %s', async (search, how) => {
    const { ask, users } = negotiate()
    const reply = await ask(search, how)
    expect([400, 413]).toContain(reply.status)
    expect(reply.headers['content-type']).toBe('application/problem+json')
    expect(users).toEqual([])
  })

  it('asks to sign in, where only those who are may have a socket, and knows them by who they are', async () => {
    const { ask, users } = negotiate({ callers: 'authenticated' })
    const refused = await ask()
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer'])
    const headers = { 'x-ms-client-principal': principal([oid]) }
    await ask('', { headers })
    await ask('client=wall-screen', { headers })
    expect(users).toEqual(['ada', 'ada/wall-screen'])
    expect((await ask('', { headers: { 'x-ms-client-principal': 'e30=' } })).status).toBe(400)
  })

  it('believes nobody who says to be signed in where the platform does not look', async () => {
    const { ask, users } = negotiate()
    await ask('', { headers: { 'x-ms-client-principal': principal([oid]), 'x-ms-client-principal-id': 'ada' } })
    expect(users).toEqual(['anonymous-new'])
  })

  it('gives one caller so many a minute, says when to come again, and lets others in meanwhile', async () => {
    let nowMs = 0
    const { ask } = negotiate({ perMinute: 3 }, () => nowMs)
    const from = (address: string) => ({ headers: { 'x-forwarded-for': `6.6.6.6, ${address}:4711` } })
    const statuses = async (address: string, times: number) => {
      const replies = []
      for (let i = 0; i < times; i++) replies.push(await ask('', from(address)))
      return replies.map(({ status, headers }) => headers['retry-after'] ?? status)
    }
    expect(await statuses('1.2.3.4', 5)).toEqual([200, 200, 200, '20', '20'])
    expect(await statuses('1.2.3.5', 1)).toEqual([200])
    nowMs = 15_000
    expect(await statuses('1.2.3.4', 1)).toEqual(['5'])
    nowMs = 20_000
    expect(await statuses('1.2.3.4', 2)).toEqual([200, '20'])
    const unlimited = negotiate({ perMinute: 0 })
    for (let i = 0; i < 500; i++) expect((await unlimited.ask()).status).toBe(200)
  })
})

describe('who asks', () => {
  it('is told by the platform’s principal, and by nothing that cannot be read as one', () => {
    expect(principalIn(said({}))).toEqual({ ok: true, value: undefined })
    const id = (headers: Record<string, string>) => principalIn(said(headers))
    expect(id({ 'x-ms-client-principal': principal([oid]), 'x-ms-client-principal-id': 'from-header' })).toEqual({
      ok: true,
      value: { kind: 'principal', id: 'from-header' },
    })
    expect(id({ 'x-ms-client-principal': principal([{ typ: 'sub', val: 'eve' }, oid]) })).toMatchObject({ value: { id: 'ada' } })
    for (const bad of ['!', principal([]), principal([oid], {}), principal([{ typ: 'sub', val: 'x'.repeat(129) }])])
      expect(id({ 'x-ms-client-principal': bad })).toMatchObject({ ok: false, reason: expect.stringContaining('principal') })
  })

  it('is the address that our outermost proxy saw, without its port', () => {
    const address = (forwarded: string, proxies = 1) => {
      const caller = addressIn(said({ 'x-forwarded-for': forwarded }), proxies)
      return caller.kind === 'address' ? caller.address : undefined
    }
    expect(address('1.2.3.4')).toBe('1.2.3.4')
    expect(address('9.9.9.9, 1.2.3.4:51000')).toBe('1.2.3.4')
    expect(address('9.9.9.9, 1.2.3.4, 10.0.0.1:80', 2)).toBe('1.2.3.4')
    expect(address('::ffff:1.2.3.4')).toBe('1.2.3.4')
    expect(address('[2001:db8:1:2:3:4:5:6]:443')).toBe('2001:db8:1:2')
    expect(address('2001:db8::6')).toBe('2001:db8:0:0')
    expect(address('::1')).toBe('0:0:0:0')
    for (const nothing of ['', 'unknown', '1.2.3', 'a:b', ':::', 'x, ']) expect(address(nothing)).toBe('unknown')
    expect(address('1.2.3.4', 0)).toBe('unknown')
    expect(address('1.2.3.4', 3)).toBe('unknown')
    expect(addressIn(said({}), 1)).toEqual({ kind: 'address', address: 'unknown' })
  })

  it('never fails, whatever the headers say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.nat({ max: 10 }), (text, proxies) => {
        const header = () => text
        expect(principalIn(header)).toHaveProperty('ok')
        expect(addressIn(header, proxies).kind).toBe('address')
      }),
    )
  })
})

describe('the limit', () => {
  it('never grants a caller more than a minute’s worth and what has come in since, and always grants that', () => {
    const asks = fc.array(fc.record({ afterMs: fc.nat({ max: 30_000 }), caller: fc.constantFrom('a', 'b') }), { maxLength: 80 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), asks, (perMinute, story) => {
        const limit = new RateLimit(perMinute)
        const tokens = new Map<string, number>()
        let nowMs = 0
        for (const { afterMs, caller } of story) {
          nowMs += afterMs
          for (const one of ['a', 'b'])
            tokens.set(one, Math.min(perMinute, (tokens.get(one) ?? perMinute) + (afterMs * perMinute) / 60_000))
          const has = tokens.get(caller) ?? 0
          // Where the two counts differ by a rounding, either answer will do.
          const waitSeconds = limit.take(caller, nowMs)
          if (Math.abs(has - 1) > 1e-6) expect(waitSeconds === 0).toBe(has >= 1)
          if (waitSeconds === 0) tokens.set(caller, has - 1)
          else expect(has + (waitSeconds * perMinute) / 60).toBeGreaterThanOrEqual(1 - 1e-6)
        }
      }),
    )
  })

  it('forgets the longest unseen of very many callers (I9)', () => {
    const limit = new RateLimit(1)
    for (let i = 0; i < 10_001; i++) limit.take(`caller ${i}`, 0)
    expect(limit.take('caller 1', 0)).toBe(60)
    expect(limit.take('caller 0', 0)).toBe(0)
  })
})
