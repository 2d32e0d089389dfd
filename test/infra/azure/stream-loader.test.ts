import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { only } from './contract/resources.ts'
import { describeAzure } from './describe-azure.ts'

/** The identity endpoint of a container, the Key Vault and the blob container, on one port of this machine. */
let server: Server
let origin = ''
/** What is there to be had, by path. */
let there: Map<string, string>
let asked: { path: string; resource: string | null; authorization: string | undefined; identityHeader: string | undefined }[]
let worker: ChildProcess | undefined

beforeEach(async () => {
  there = new Map()
  asked = []
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', origin)
    const { authorization } = request.headers
    asked.push({
      path: pathname,
      resource: searchParams.get('resource'),
      authorization,
      identityHeader: header(request, 'x-identity-header'),
    })
    const body =
      pathname === '/identity'
        ? JSON.stringify({ access_token: `token for ${searchParams.get('resource')}` })
        : there.get(pathname)
    const metadata = pathname === '/stream/main.cjs' ? { 'x-ms-meta-snapshot_schema_id': 'abc-123' } : {}
    response.writeHead(body === undefined ? 404 : 200, metadata).end(body ?? 'SECRET QUOTED BACK')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  worker?.kill('SIGKILL')
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describeAzure('the container of streamed feeds', ({ everything, synthesised }) => {
  const { container } = only(synthesised(everything).resource, 'azurerm_container_app')['template'] as {
    container: [{ command: string[] }]
  }
  const [{ command }] = container
  // What Terraform hands on, once it has read `$${` as a plain `${`.
  const [, ...args] = command.map((part) => part.replaceAll('$${', '${'))

  /** Runs it as the platform does, with what it says line by line. */
  function start(env: Readonly<Record<string, string>>) {
    const lines: string[] = []
    worker = spawn(process.execPath, args, {
      env: {
        PATH: process.env['PATH'] ?? '',
        IDENTITY_ENDPOINT: `${origin}/identity`,
        IDENTITY_HEADER: 'only-we-know',
        AZURE_CLIENT_ID: 'the-worker',
        BUNDLE_URL: `${origin}/stream/main.cjs`,
        RETRY_MS: '5',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const running = worker
    const saw = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => (lines.some((line) => line.includes(text)) ? resolve() : undefined)
        running.stdout?.on('data', look)
        running.on('exit', () => (look(), reject(new Error(`it ended without "${text}":\n${lines.join('\n')}`))))
        look()
      })
    const hear = (data: Buffer) => lines.push(...data.toString().split('\n').filter(Boolean))
    running.stdout?.on('data', hear)
    running.stderr?.on('data', hear)
    return { lines, saw, running, ended: once(running, 'exit') as Promise<[number | null, string | null]> }
  }

  it('asks neither Terraform nor the platform to put anything into its command', () => {
    expect(command.join('\n').replaceAll('$${', '')).not.toMatch(/[$%]\{|\$\(/)
  })

  it('reads the bundle and the secrets as its own identity, and runs the one with the others and the schema’s id', async () => {
    there.set('/secrets/betfair-session', JSON.stringify({ value: 'very secret' }))
    there.set(
      '/stream/main.cjs',
      `const { env } = process
console.log('runs with', env.BETFAIR_SESSION, env.FEEDS, env.SNAPSHOT_SCHEMA_ID)`,
    )
    const { lines, ended } = start({
      FEEDS: 'betfair',
      BETFAIR_SESSION: `@Microsoft.KeyVault(SecretUri=${origin}/secrets/betfair-session)`,
    })
    expect(await ended).toEqual([0, null])
    expect(lines).toEqual(['runs with very secret betfair abc-123'])
    const [vaultToken, secret, storageToken, bundle] = asked
    expect(vaultToken).toMatchObject({ path: '/identity', resource: 'https://vault.azure.net', identityHeader: 'only-we-know' })
    expect(secret).toMatchObject({ path: '/secrets/betfair-session', authorization: 'Bearer token for https://vault.azure.net' })
    expect(storageToken).toMatchObject({ resource: 'https://storage.azure.com/' })
    expect(bundle).toMatchObject({ path: '/stream/main.cjs', authorization: 'Bearer token for https://storage.azure.com/' })
  })

  it('waits for what is not there yet, says so once, and quotes no answer', async () => {
    const { lines, saw, ended } = start({ KEY: `@Microsoft.KeyVault(SecretUri=${origin}/secrets/key)` })
    await saw('waiting {"for":"KEY"')
    there.set('/secrets/key', JSON.stringify({ value: 'x' }))
    await saw('waiting {"for":"the bundle"')
    there.set('/stream/main.cjs', `console.log('runs')`)
    expect(await ended).toEqual([0, null])
    const host = new URL(origin).host
    expect(lines).toEqual([
      `waiting {"for":"KEY","why":"${host} answers 404"}`,
      `waiting {"for":"the bundle","why":"${host} answers 404"}`,
      'runs',
    ])
  })

  it('hands on that it is to stop, and ends when the worker has', async () => {
    there.set(
      '/stream/main.cjs',
      `process.on('SIGTERM', () => { console.log('last sends'); process.exit(0) }); setInterval(() => {}, 1000); console.log('runs')`,
    )
    const { lines, saw, running, ended } = start({})
    await saw('runs')
    running.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(lines).toEqual(['runs', 'last sends'])
  })

  it('fails when the worker does, so that the platform starts it again', async () => {
    there.set('/stream/main.cjs', `process.exit(3)`)
    expect(await start({}).ended).toEqual([3, null])
  })
})

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}
