import { request as openRequest } from 'node:http'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { eventually, makeApp, run, type Running, type TestApp } from './functions-host-app.ts'

const source = `
import { app } from '@azure/functions'
app.http('echo', {
  methods: ['GET', 'PUT', 'HEAD'],
  route: 'echo/{id?}',
  handler: async (request, context) => {
    context.warn('seen', request.params.id)
    return {
      status: 201,
      headers: { 'x-seen': request.headers.get('x-mine') ?? '' },
      jsonBody: {
        method: request.method,
        url: new URL(request.url).pathname,
        params: request.params,
        query: Object.fromEntries(request.query),
        body: await request.text(),
        traced: context.traceContext.traceParent.length,
        metadata: context.triggerMetadata === undefined,
      },
    }
  },
})
app.http('bytes', { methods: ['PUT'], handler: async (request) => ({ body: new Uint8Array(await request.arrayBuffer()).reverse() }) })
app.http('cookies', {
  handler: () => ({ status: 200, cookies: [
    { name: 'a', value: 'x y', httpOnly: true, sameSite: 'Strict' },
    { name: 'b', value: '1', path: '/b', maxAge: 60 },
  ] }),
})
app.http('nothing', { handler: () => undefined })
app.http('throws', { handler: () => { throw new Error('out of luck') } })
app.http('guarded', { authLevel: 'function', handler: () => ({ body: 'in' }) })
app.http('aGet', { route: 'items/{id}', handler: () => ({ body: 'aGet' }) })
app.http('bSpecial', { route: 'items/special', handler: () => ({ body: 'bSpecial' }) })
app.http('off', { handler: () => ({ body: 'off' }) })
`

describe('the local Functions host, over HTTP', () => {
  let app: TestApp
  let running: Running
  const call = (path: string, init?: RequestInit) => fetch(running.host.url + path, init)

  beforeAll(async () => {
    app = await makeApp(source)
    running = await run(app, {
      env: { FUNCTIONS_LOCAL_KEY: 'k1', FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000', 'AzureWebJobs.off.Disabled': 'true' },
    })
  })
  afterAll(async () => {
    await running.stop()
    await app.remove()
  })

  it('hands a request over through the real library and writes what comes back', async () => {
    const response = await call('/echo/7%2F8?q=1&q=2&w=', { method: 'PUT', body: 'hello', headers: { 'x-mine': 'me' } })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-seen')).toBe('me')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({
      method: 'PUT',
      url: '/echo/7%2F8',
      params: { id: '7%2F8' },
      query: { q: '1,2', w: '' },
      body: 'hello',
      traced: 55,
      metadata: true,
    })
  })

  it('logs what a function says with its name and invocation', async () => {
    await call('/echo/logged')
    const said = running.logs.all('function log').find(({ fields }) => fields.message === 'seen logged')
    expect(said?.fields).toMatchObject({
      function: 'echo',
      level: 'warning',
      invocationId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  it('passes bytes both ways as they are', async () => {
    const response = await call('/bytes', { method: 'PUT', body: new Uint8Array([0, 255, 10, 13]) })
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([13, 10, 255, 0])
  })

  it('answers HEAD with the headers alone', async () => {
    const response = await call('/echo/x', { method: 'HEAD' })
    expect(response.status).toBe(201)
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(50)
    expect(await response.text()).toBe('')
  })

  it('writes one Set-Cookie per cookie', async () => {
    const response = await call('/cookies')
    expect(response.headers.getSetCookie()).toEqual(['a=x%20y; path=/; samesite=strict; httponly', 'b=1; max-age=60; path=/b'])
  })

  it('answers 204 for a function that returns nothing', async () => {
    expect((await call('/nothing')).status).toBe(204)
  })

  it('answers 500 without a body for a function that throws, and logs why', async () => {
    const response = await call('/throws')
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('')
    expect(running.logs.all('function failed').at(-1)?.fields).toMatchObject({ function: 'throws', error: 'out of luck' })
  })

  it('answers 404 where no route and method fit, for it knows no 405', async () => {
    expect((await call('/nowhere')).status).toBe(404)
    expect((await call('/bytes')).status).toBe(404)
    expect((await call('/off')).status).toBe(404)
  })

  it('tries functions by name, so that the first one that fits hides a better one', async () => {
    expect(await (await call('/items/special')).text()).toBe('aGet')
  })

  it('asks for the key where the function does', async () => {
    expect((await call('/guarded')).status).toBe(401)
    expect((await call('/guarded?code=k2')).status).toBe(401)
    expect(await (await call('/guarded?code=k1')).text()).toBe('in')
    expect(await (await call('/guarded', { headers: { 'x-functions-key': 'k1' } })).text()).toBe('in')
  })

  it('refuses a body over the limit', async () => {
    expect((await call('/echo', { method: 'PUT', body: 'x'.repeat(1001) })).status).toBe(413)
  })

  it('reads no body without a Content-Length, as Azure does, and says so', async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const request = openRequest(`${running.host.url}/echo`, { method: 'PUT' }, (response) => {
        let text = ''
        response
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => resolve(text))
      })
      request.on('error', reject)
      request.write('in ')
      request.end('chunks')
    })
    expect(JSON.parse(body)).toMatchObject({ body: '' })
    expect(running.logs.all('request body dropped')).toHaveLength(1)
  })

  it('shows its functions and their last invocations under /admin', async () => {
    await call('/nothing')
    const functions = (await (await call('/admin/functions')).json()) as { name: string }[]
    expect(functions.map(({ name }) => name)).not.toContain('off')
    expect(functions.find(({ name }) => name === 'nothing')).toMatchObject({
      type: 'httpTrigger',
      failed: 0,
      last: { result: 'succeeded' },
    })
    expect(await (await call('/admin/host/status')).json()).toEqual({ state: 'Running', errors: [] })
    expect((await call('/admin/functions/nothing', { method: 'POST' })).status).toBe(400)
  })
})

describe('an app that streams HTTP', () => {
  it('gets the request itself, keeps repeated query keys apart, and is told when it answers nothing', async () => {
    const app = await makeApp(`
      import { app } from '@azure/functions'
      app.setup({ enableHttpStream: true })
      app.http('upper', { methods: ['POST'], route: 'upper/{id}', handler: (request) => ({
        headers: { 'x-id': request.params.id, 'x-q': request.query.getAll('q').join('|'), 'x-mine': request.headers.get('x-mine') },
        body: request.body.pipeThrough(new TransformStream({ transform: (part, out) => out.enqueue(Buffer.from(Buffer.from(part).toString().toUpperCase())) })),
      }) })
      app.http('nothing', { handler: () => undefined })
      app.http('throws', { handler: () => { throw new Error('no') } })
    `)
    const clock = handClock(Date.now())
    const { host, logs, stop } = await run(app, { clock })
    try {
      const body = new ReadableStream({
        start(controller) {
          for (const part of ['a', 'b', 'c']) controller.enqueue(Buffer.from(part))
          controller.close()
        },
      })
      const init = { method: 'POST', body, duplex: 'half', headers: { 'x-mine': 'me' } } as RequestInit
      const response = await fetch(`${host.url}/upper/9?q=1&q=2`, init)
      expect(await response.text()).toBe('ABC')
      expect([response.headers.get('x-id'), response.headers.get('x-q'), response.headers.get('x-mine')]).toEqual([
        '9',
        '1|2',
        'me',
      ])
      expect((await fetch(`${host.url}/throws`)).status).toBe(500)
      const unanswered = fetch(`${host.url}/nothing`)
      await eventually(async () =>
        expect(await (await fetch(`${host.url}/admin/functions/nothing`)).json()).toMatchObject({
          succeeded: 1,
        }),
      )
      clock.advance(1_000)
      expect((await unanswered).status).toBe(502)
      expect(logs.all('function gave no response')).toHaveLength(1)
    } finally {
      await stop()
      await app.remove()
    }
  })
})
