import { request } from 'node:http'

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openApi, type OpenApi } from '../scripts/api/open-api.ts'
import { type HostileRequest, hostileRequests } from './support/hostile.ts'
import { checkOf } from './support/schema-check.ts'
import { builtApp, eventually, startWhole, type WholeStack } from './support/whole-stack.ts'

const origin = 'https://board.example'
const key = 'a-key-for-tests'

describe('the HTTP API, on the whole stack', () => {
  let whole: WholeStack
  let served: OpenApi
  let market: { marketId: string; seq: number; selections: { id: string }[] }

  beforeAll(async () => {
    const env = { FEEDS: 'simulated', CORS_ORIGINS: origin, FUNCTIONS_LOCAL_KEY: key }
    whole = await startWhole(await builtApp(), env)
    served = (await whole.api('/api/openapi.json')) as OpenApi
    market = await eventually('there are markets', async () => {
      const { markets } = (await whole.api('/api/markets')) as { markets: (typeof market)[] }
      return markets[0]
    })
  })
  afterAll(() => whole.stop())

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, whole.stack.url), { ...init, signal: AbortSignal.timeout(10_000) })

  it('serves the document that describes it', () => {
    expect(served).toEqual(JSON.parse(JSON.stringify(openApi())))
  })

  it('has every function that callers may ask in its document, for the same callers, and no other', async () => {
    type Registered = { name: string; type: string; route?: string; methods?: string[]; authLevel?: string }
    const functions = (await whole.api('/admin/functions')) as Registered[]
    const registered = functions
      .filter(
        ({ type, route = '' }) => type === 'httpTrigger' && route.startsWith('api/') && !/^api\/(webpubsub\/|\{\*)/.test(route),
      )
      .flatMap(({ route, methods = [], authLevel }) =>
        methods.filter((method) => method !== 'HEAD' && method !== 'OPTIONS').map((method) => `${method} /${route} ${authLevel}`),
      )
    const described = Object.entries(served.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, { security }]) => `${method.toUpperCase()} ${path} ${security === undefined ? 'anonymous' : 'function'}`,
      ),
    )
    expect(registered.sort()).toEqual(described.sort())
  })

  it('answers what its document says, packed, with what to ask by next time', async () => {
    const id = encodeURIComponent(market.marketId)
    const asked = [
      ['/api/markets', '/api/markets'],
      ['/api/markets', '/api/markets?limit=2'],
      ['/api/markets/{id}', `/api/markets/${id}`],
      ['/api/markets/{id}/ticks', `/api/markets/${id}/ticks?after=0`],
      ['/api/markets/{id}/ticks', `/api/markets/${id}/ticks?after=99999999`],
      ['/api/markets/{id}/history', `/api/markets/${id}/history?from=first&step=1m`],
      ['/api/markets/{id}/history', `/api/markets/${id}/history?selection=${encodeURIComponent(market.selections[0]?.id ?? '')}`],
      ['/api/latest', '/api/latest'],
      ['/api/feeds', '/api/feeds'],
      ['/api/alerts', '/api/alerts'],
      ['/api/fixtures', '/api/fixtures'],
      ['/api/health', '/api/health'],
    ] as const
    for (const [path, target] of asked) {
      const answer = await ask(target)
      const schema = served.paths[path]?.['get']?.responses[answer.status]?.content?.['application/json']?.schema as {
        $ref: string
      }
      const check = checkOf(served.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, { strict: false })
      expect([target, check(await answer.json())]).toEqual([target, undefined])
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(answer.headers.get('vary')).toContain('accept-encoding')
      expect(answer.headers.get('cache-control')).toMatch(/no-cache|no-store|max-age/)
      const etag = answer.headers.get('etag')
      const mayBeHeld = served.paths[path]?.['get']?.responses[304] !== undefined
      expect([target, etag !== null]).toEqual([target, mayBeHeld])
      if (etag !== null && (await ask(target, { headers: { 'if-none-match': etag } })).status !== 304)
        expect(await eventually('it holds for a moment', () => isHeld(target))).toBe(true)
    }
    const all = await ask('/api/markets', { headers: { 'accept-encoding': 'br' } })
    expect(all.headers.get('content-encoding')).toBe('br')
  })

  /** Prices move all the time, so that an answer may be another by the time that it is asked for again. */
  async function isHeld(target: string): Promise<boolean> {
    const etag = (await ask(target)).headers.get('etag') ?? ''
    return (await ask(target, { headers: { 'if-none-match': etag } })).status === 304
  }

  it('gives the table as CSV, and the head alone where only that is asked for', async () => {
    const table = await ask('/api/latest?format=csv')
    expect(await table.text()).toMatch(/^data_id,name,image,market_image,price,buy,sell,timestamp,market_id,market_name,/)
    const head = await ask('/api/markets', { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', expect.stringMatching(/^W\//)])
  })

  it('says in its own way what is not here, and what is not done this way', async () => {
    const nothing = await ask('/api/horses?x=1')
    expect([nothing.status, nothing.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    const refused = await ask('/api/markets', { method: 'DELETE' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const odds = await ask('/api/feeds/my-odds/odds', { method: 'POST', body: '{}' })
    expect([odds.status, odds.headers.get('allow')]).toEqual([405, 'PUT, OPTIONS'])
  })

  it('lets the pages of those origins read it that the settings name, and no others', async () => {
    const allowed = (from: string, path = '/api/markets/x') =>
      ask(path, { headers: { origin: from } }).then(({ headers }) => headers.get('access-control-allow-origin'))
    expect(await allowed(origin)).toBe(origin)
    expect(await allowed('https://evil.example')).toBeNull()
    expect(await allowed(origin, '/api/horses')).toBe(origin)
    const preflight = await ask('/api/markets', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'if-none-match' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('if-none-match'),
    ])
  })

  it('survives whatever is asked over the wire', async () => {
    const answers = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(hostileRequests(served), async (hostile) => {
        // Node's server says 431 to more than this, and hangs up.
        if (hostile.target.length > 12_000) return
        const { status, type } = await overTheWire(hostile)
        answers.set(status, (answers.get(status) ?? 0) + 1)
        expect(status).toBeGreaterThanOrEqual(200)
        expect(status).toBeLessThan(500)
        // Without a key nothing of ours is asked at all, and what Node cannot read as HTTP it refuses itself.
        if (status >= 400 && status !== 401 && status !== 410 && status !== 431 && type !== undefined)
          expect(type).toBe('application/problem+json')
      }),
      { numRuns: 400 },
    )
    expect([...answers.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 405]))
    expect((await ask('/api/health')).status).toBe(200)
  })

  function overTheWire({ method, target, headers }: HostileRequest): Promise<{ status: number; type: string | undefined }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(whole.stack.url)
      const asked = request({ hostname, port, method, path: target, headers, timeout: 10_000 }, (response) => {
        response.resume()
        response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] }))
      })
      asked.on('timeout', () => asked.destroy(new Error(`no answer to ${method} ${target}`)))
      asked.on('error', reject)
      asked.end()
    })
  }
})
