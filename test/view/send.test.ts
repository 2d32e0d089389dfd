import { brotliDecompressSync, gunzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { json, madeWhenNew, problem } from '../../functions/http/reply.ts'
import { elsewhere } from '../../functions/view/api/elsewhere.ts'
import { sent } from '../../functions/view/send.ts'

const long = { markets: Array.from({ length: 200 }, (_, i) => `market ${i}`) }
const caller = { method: 'GET', origin: null, acceptEncoding: null }
const textOf = (body: string | Uint8Array | undefined) => Buffer.from(body ?? '').toString()

describe('an answer, as its caller takes it', () => {
  it.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['BR', 'br', brotliDecompressSync],
  ])('is packed: Accept-Encoding %s', async (acceptEncoding, encoding, unpack) => {
    const { headers, body } = await sent(json(long), { ...caller, acceptEncoding }, [])
    expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' })
    expect(unpack(Buffer.from(body ?? '')).toString()).toBe(JSON.stringify(long))
  })

  it.each([null, '', 'identity', 'brotli', 'gzip;q=0', ';;,'])(
    'is not packed for who does not take that: %s',
    async (acceptEncoding) => {
      const { headers, body } = await sent(json(long), { ...caller, acceptEncoding }, [])
      expect([headers['content-encoding'], textOf(body)]).toEqual([undefined, JSON.stringify(long)])
    },
  )

  it('is packed once for all who are given the same', async () => {
    const body = Buffer.from(JSON.stringify(long))
    const reply = () => madeWhenNew(() => body, { type: 'application/json' })
    const [one, other] = await Promise.all([1, 2].map(() => sent(reply(), { ...caller, acceptEncoding: 'br' }, [])))
    expect(one?.body).toBe(other?.body)
  })

  it('has all of its headers and nothing else where only the head is asked for, or it is held already', async () => {
    const whole = await sent(json(long, { tagged: 'a' }), caller, [])
    const head = await sent(json(long, { tagged: 'a' }), { ...caller, method: 'HEAD' }, [])
    expect(head).toEqual({ status: 200, headers: whole.headers })
    const held = await sent(json(long, { tagged: 'a', ifNoneMatch: whole.headers['etag'] ?? '' }), caller, [])
    expect(held).toEqual({ status: 304, headers: whole.headers })
  })

  it.each([
    ['W/"other", %', 304],
    ['*', 304],
    ['W/"other"', 200],
    ['', 200],
  ])('is held by who names its tag, weak or not: %s', (names, status) => {
    const etag = json(long, { tagged: 'a' }).headers['etag'] ?? ''
    for (const tag of [etag, etag.replace('W/', '')])
      expect(json(long, { tagged: 'a', ifNoneMatch: names.replace('%', tag) }).status).toBe(status)
  })
})

describe('pages of other origins', () => {
  const from = async (origin: string | null, allowed: readonly string[], method = 'GET') =>
    (await sent(problem(404, 'x', 'y'), { ...caller, origin, method }, allowed)).headers

  it('read nothing unless the settings let them, problems as little as answers', async () => {
    expect(await from('https://a.example', [])).not.toHaveProperty('access-control-allow-origin')
    expect(await from('https://a.example', ['https://a.example'])).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      vary: 'accept-encoding, origin',
    })
    expect(await from('https://evil.example', ['https://a.example'])).not.toHaveProperty('access-control-allow-origin')
    expect(await from(null, ['*'])).toMatchObject({ 'access-control-allow-origin': '*', vary: 'accept-encoding' })
  })

  it('are kept apart in caches, also where they may read nothing', async () => {
    expect(await from('https://evil.example', ['https://a.example'])).toMatchObject({ vary: 'accept-encoding, origin' })
  })

  it('ask first, and are told what they may send', async () => {
    const preflight = await from('https://a.example', ['https://a.example'], 'OPTIONS')
    expect(preflight).toMatchObject({
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': expect.stringContaining('if-none-match'),
    })
    expect(await from('https://evil.example', ['https://a.example'], 'OPTIONS')).not.toHaveProperty(
      'access-control-allow-methods',
    )
  })
})

describe('what no function of the API takes', () => {
  const known = new Map([
    ['/api/markets/{id}', ['get']],
    ['/api/fixtures/{id}', ['get', 'put']],
  ])

  it.each([
    ['GET', '/api/horses', 404, undefined],
    ['GET', '/api/markets/a/b', 404, undefined],
    ['DELETE', '/api/markets/a:1', 405, 'GET, HEAD, OPTIONS'],
    ['POST', '/API/Fixtures/f1/', 405, 'GET, PUT, HEAD, OPTIONS'],
    ['OPTIONS', '/api/markets/a:1', 204, 'GET, HEAD, OPTIONS'],
  ])('%s %s', (method, path, status, allow) => {
    const reply = elsewhere(method, path, known)
    expect([reply.status, reply.headers['allow']]).toEqual([status, allow])
  })
})
