import { generateKeyPairSync, sign } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { EntraTokens } from '../../../functions/view/clients/entra-token.ts'

describe('a token of the service’s identity', () => {
  const rules = { audience: 'api://board', tenantId: '11111111-2222-3333-4444-555555555555', principalId: 'the-service' }
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const keys = {
    keys: [
      { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' },
      { kty: 'EC', kid: 'k3' },
    ],
  }
  const nowMs = Date.UTC(2026, 0, 1)
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const good = {
    aud: 'api://board',
    iss: `https://sts.windows.net/${rules.tenantId}/`,
    exp: nowMs / 1_000 + 3_600,
    nbf: nowMs / 1_000 - 10,
    oid: 'the-service',
  }
  const token = (claims: object = {}, header: object = {}, privateKey = pair.privateKey) => {
    const signed = `${base64({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header })}.${base64({ ...good, ...claims })}`
    return `Bearer ${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
  }
  const checker = (fetchKeys = async (): Promise<unknown> => keys) => new EntraTokens(rules, fetchKeys)
  const refused = async (authorization: string | null, tokens = checker()) => {
    const checked = await tokens.check(authorization, nowMs)
    return checked.ok ? undefined : checked.reason
  }

  it('is believed when the tenant signed it for this app, of either version', async () => {
    expect(await refused(token())).toBeUndefined()
    expect(
      await refused(token({ aud: 'board', iss: `https://login.microsoftonline.com/${rules.tenantId}/v2.0` })),
    ).toBeUndefined()
  })

  it.each([
    ['none', null, /no readable/],
    ['what is none', 'Bearer x.y.z', /no readable/],
    ['one that is not signed', token({}, { alg: 'none' }), /no readable/],
    ['one signed with a secret', token({}, { alg: 'HS256' }), /no readable/],
    ['one for another app', token({ aud: 'https://management.azure.com/' }), /another app/],
    ['one of another tenant', token({ iss: 'https://sts.windows.net/other/' }), /another tenant/],
    ['one of another identity', token({ oid: 'someone' }), /another identity/],
    ['one of no identity', token({ oid: undefined }), /another identity/],
    ['one that has expired', token({ exp: nowMs / 1_000 - 301 }), /expired/],
    ['one of the future', token({ nbf: nowMs / 1_000 + 301 }), /not valid yet/],
    ['one with a key that the tenant does not have', token({}, { kid: 'k2' }), /does not have/],
    ['one with a key that is of another kind', token({}, { kid: 'k3' }), /does not have/],
    ['one that somebody else signed', token({}, {}, stranger.privateKey), /not signed by/],
    [
      'one that was changed',
      token().replace(/\.[^.]+\./, `.${base64({ ...good, oid: 'the-service', exp: 9e9 })}.`),
      /not signed by/,
    ],
  ])('is not: %s', async (_what, authorization, reason) => {
    expect(await refused(authorization)).toMatch(reason)
  })

  it('fetches keys once for all, again when one is new, and not more than once a minute', async () => {
    let asked = 0
    let offered: object = { keys: [] }
    const tokens = checker(async () => (asked++, offered))
    const check = (atMs: number) => tokens.check(token({ exp: nowMs / 1_000 + 36_000 }), atMs)
    expect((await Promise.all([check(nowMs), check(nowMs), check(nowMs + 59_000)])).map(({ ok }) => ok)).toEqual([
      false,
      false,
      false,
    ])
    expect(asked).toBe(1)
    offered = keys
    expect(await check(nowMs + 61_000)).toEqual({ ok: true, value: undefined })
    await check(nowMs + 600_000)
    expect(asked).toBe(2)
  })

  it('is not believed while the tenant cannot be asked, and is when it can be again', async () => {
    let away = true
    const tokens = checker(() => (away ? Promise.reject(new Error('away')) : Promise.resolve(keys)))
    expect(await refused(token(), tokens)).toMatch(/does not have/)
    away = false
    expect(await tokens.check(token(), nowMs + 61_000)).toEqual({ ok: true, value: undefined })
  })
})
