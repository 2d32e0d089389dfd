import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'
import { afterEach, describe, expect, it } from 'vitest'

import { eventually, makeApp, run, type Running, type TestApp } from './functions-host-app.ts'

const main = fileURLToPath(new URL('../../infra/local/functions-host/main.ts', import.meta.url))
const answering = (text: string) => `
  import { app } from '@azure/functions'
  app.http('say', { handler: () => ({ body: ${JSON.stringify(text)} }) })
`

describe('the app in its worker', () => {
  let app: TestApp | undefined
  let running: Running | undefined
  const start = async (source: string, options?: Parameters<typeof run>[1]) => {
    app = await makeApp(source)
    running = await run(app, options)
    return { ...running, app, say: async (route = 'say') => (await fetch(`${running?.host.url}/${route}`)).text() }
  }
  afterEach(async () => {
    await running?.stop()
    await app?.remove()
    running = undefined
  })

  it('may be one CommonJS bundle with the library inside, as it is deployed', async () => {
    app = await makeApp(`
      import { app } from '@azure/functions'
      app.hook.preInvocation((context) => { context.hookData.startedBy = 'hook' })
      app.hook.postInvocation((context) => { context.result = { body: context.result.body + ', ' + context.hookData.startedBy } })
      app.http('say', { handler: () => ({ body: 'bundled for ' + process.env.WHO }) })
    `)
    await build({
      entryPoints: [path.join(app.dir, 'app.js')],
      outfile: path.join(app.dir, 'dist/app.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@azure/functions-core'],
      sourcemap: true,
      logLevel: 'silent',
    })
    await app.write('package.json', JSON.stringify({ main: 'dist/{app.cjs,functions/*.cjs}' }))
    running = await run(app, { env: { WHO: 'Azure' } })
    expect(running.host.problem).toBeUndefined()
    expect(await (await fetch(`${running.host.url}/say`)).text()).toBe('bundled for Azure, hook')
  })

  it('may import the runtime module itself', async () => {
    const { say } = await start(`
      import core, { registerHook } from '@azure/functions-core'
      import { app } from '@azure/functions'
      let seen = 0
      registerHook('preInvocation', () => { seen += 1 })
      app.http('say', { handler: () => ({ body: typeof core.registerFunction + seen }) })
    `)
    expect(await say()).toBe('function1')
  })

  it('may rewrite its own log lines, and runs its start and end hooks', async () => {
    const { logs, say, stop } = await start(`
      import { app } from '@azure/functions'
      app.hook.appStart(() => console.log('app starts'))
      app.hook.appTerminate(async () => { await new Promise((done) => setTimeout(done, 20)); console.log('app ends') })
      app.hook.log((context) => { context.message = context.message.replace('secret', '***') })
      app.http('say', { handler: (_, context) => { context.log('a secret'); return { body: '' } } })
    `)
    await say()
    expect(logs.said()).toEqual(['a ***'])
    await stop()
    running = undefined
    expect(logs.all('worker output').map(({ fields }) => fields.line)).toEqual(['app starts', 'app ends'])
  })

  it('that does not load blocks the host, which says why until a reload helps', async () => {
    const { host, app } = await start(`import 'no-such-package'`)
    expect(host.problem).toContain('no-such-package')
    const blocked = await fetch(`${host.url}/say`)
    expect(blocked.status).toBe(503)
    expect(await blocked.text()).toContain('no-such-package')
    expect(await (await fetch(`${host.url}/admin/host/status`)).json()).toMatchObject({ state: 'Error' })
    await app.write('app.js', answering('better'))
    await host.reload()
    expect(host.problem).toBeUndefined()
    expect(await (await fetch(`${host.url}/say`)).text()).toBe('better')
  })

  it('that ends its process while it loads blocks the host too, instead of being started for ever', async () => {
    const { host } = await start(`process.exit(3)`)
    expect(host.problem).toContain('exit code 3')
  })

  it('that asks for what the host does not have is refused, every such thing by its name', async () => {
    const { host } = await start(
      `
      import { app, output } from '@azure/functions'
      app.serviceBusQueue('orders', { connection: 'SB', queueName: 'q', handler: () => {} })
      app.timer('late', { schedule: '%WHEN%', handler: () => {} })
      app.http('copies', { extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'S' })], handler: () => ({}) })
      app.eventHub('reads', { connection: 'HUB', eventHubName: 'h', cardinality: 'many', handler: () => {} })
      const feed = { connection: 'DB', databaseName: 'd', containerName: 'c', handler: () => {} }
      app.cosmosDB('one', feed)
      app.cosmosDB('two', { ...feed })
    `,
      {
        env: {
          HUB__fullyQualifiedNamespace: 'x.servicebus.windows.net',
          DB: 'AccountEndpoint=http://localhost:1/;AccountKey=eA==',
        },
      },
    )
    expect(host.problem?.split('\n')).toEqual([
      "orders: trigger type 'serviceBusTrigger' is not supported by the local host; supported are httpTrigger, timerTrigger, eventHubTrigger and cosmosDBTrigger",
      "late: the app setting 'WHEN' is not set, which %WHEN% asks for",
      "copies: output binding type 'queue' is not supported by the local host; the HTTP response is its only output",
      "reads: the connection 'HUB' is given by identity (HUB__fullyQualifiedNamespace), which is not supported by the local host: set HUB to a connection string",
      "two: it shares its place with 'one': give one of them its own leaseContainerPrefix",
    ])
  })

  it('is swapped for its next version without a request being dropped, and kept when that does not load', async () => {
    const { host, app, say } = await start(answering('1'))
    const seen = new Set<string>()
    const done = new AbortController()
    let asked = 0
    const client = async () => {
      while (!done.signal.aborted) {
        seen.add(await say())
        asked += 1
      }
    }
    const clients = [client(), client(), client()]
    for (const version of ['2', '3']) {
      await app.write('app.js', answering(version))
      await host.reload()
    }
    await app.write('app.js', 'this is no code')
    await expect(host.reload()).rejects.toThrow('the app was not reloaded')
    done.abort()
    await Promise.all(clients)
    expect(await say()).toBe('3')
    expect([...seen].every((text) => ['1', '2', '3'].includes(text))).toBe(true)
    expect(asked).toBeGreaterThan(20)
  })

  it('takes new routes and timers with a reload', async () => {
    const { host, app } = await start(answering('1'))
    await app.write(
      'app.js',
      `import { app } from '@azure/functions'
       app.http('other', { handler: () => ({ body: 'other' }) })
       app.timer('yearly', { schedule: '0 0 0 1 1 *', handler: () => {} })`,
    )
    await host.reload()
    expect((await fetch(`${host.url}/say`)).status).toBe(404)
    expect(await (await fetch(`${host.url}/other`)).text()).toBe('other')
    expect(host.functions).toEqual([
      { name: 'other', type: 'httpTrigger' },
      { name: 'yearly', type: 'timerTrigger' },
    ])
  })

  it('may crash: what it was doing is answered 502, and it is back for the next request', async () => {
    const { host, logs, say } = await start(`
      import { app } from '@azure/functions'
      app.http('say', { handler: () => ({ body: 'alive' }) })
      app.http('crash', { handler: () => new Promise(() => setImmediate(() => { throw new Error('user code') })) })
      app.http('hang', { handler: () => new Promise(() => {}) })
    `)
    const hanging = fetch(`${host.url}/hang`)
    await eventually(async () =>
      expect(await (await fetch(`${host.url}/admin/functions/hang`)).json()).toMatchObject({
        running: 1,
      }),
    )
    const crashed = await fetch(`${host.url}/crash`)
    expect([crashed.status, (await hanging).status]).toEqual([502, 502])
    expect(await say()).toBe('alive')
    expect(logs.all('invocation lost').map(({ fields }) => fields.function)).toEqual(expect.arrayContaining(['crash', 'hang']))
    process.kill(Number(logs.all('worker started').at(-1)?.fields.pid), 'SIGKILL')
    await logs.until(() => logs.all('worker lost').length === 2)
    expect(await say()).toBe('alive')
  })

  it('is ended when a function runs over the timeout of host.json', async () => {
    app = await makeApp(
      `
      import { app } from '@azure/functions'
      app.http('hang', { handler: () => { for (;;); } })
      app.http('say', { handler: () => ({ body: 'alive' }) })
    `,
      { functionTimeout: '00:00:00.3', extensions: { http: { routePrefix: '' } } },
    )
    running = await run(app)
    expect((await fetch(`${running.host.url}/hang`)).status).toBe(500)
    expect(running.logs.all('function failed')[0]?.fields.error).toContain('functionTimeout')
    expect(await (await fetch(`${running.host.url}/say`)).text()).toBe('alive')
  })

  it('runs in a host process that is ready over IPC, reloads when told, and takes its worker with it even when killed', async () => {
    app = await makeApp(answering('1'))
    const args = [main, '--port', '0', '--data-dir', app.dataDir, '--app-dir', app.dir]
    const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    const exited = once(host, 'exit')
    let errors = ''
    host.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text))
    const [ready] = (await once(host, 'message')) as [{ ready: boolean; port: number; url: string }]
    expect(ready).toEqual({ ready: true, port: expect.any(Number), url: `http://127.0.0.1:${ready.port}` })
    expect(await (await fetch(`${ready.url}/say`)).text()).toBe('1')
    await app.write('app.js', answering('2'))
    const reloaded = once(host, 'message')
    host.send({ kind: 'reload' })
    expect((await reloaded)[0]).toEqual({ reloaded: true })
    expect(await (await fetch(`${ready.url}/say`)).text()).toBe('2')
    const pids = [...errors.matchAll(/worker started \{"pid":(\d+)/g)].map(([, pid]) => Number(pid))
    host.kill('SIGKILL')
    await exited
    await eventually(() => expect(pids.map(isAlive)).toEqual([false, false]))
  })

  it('runs in a host process that ends on SIGTERM after the app has said goodbye', async () => {
    app = await makeApp(`
      import { app } from '@azure/functions'
      app.http('say', { handler: () => ({ body: '' }) })
      app.hook.appTerminate(() => console.log('goodbye'))
    `)
    const args = [main, '--port', '0', '--data-dir', app.dataDir, '--app-dir', app.dir]
    const host = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    let errors = ''
    host.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text))
    await once(host, 'message')
    const exited = once(host, 'exit')
    host.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(errors).toContain('goodbye')
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
