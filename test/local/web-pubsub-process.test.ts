import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { json, RawClient } from './web-pubsub-rig.ts'

const main = fileURLToPath(new URL('../../infra/local/web-pubsub/main.ts', import.meta.url))

type Ready = { ready: true; port: number; connectionString: string }

let child: ChildProcess
let ready: Ready
let client: RawClient
let lines = ''
beforeEach(async () => {
  lines = ''
  child = fork(main, ['--port', '0', '--data-dir', 'ignored'], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
  child.stdout?.on('data', (chunk: Buffer) => (lines += String(chunk)))
  ;[ready] = (await once(child, 'message')) as [Ready]
  const rest = new WebPubSubServiceClient(ready.connectionString, 'odds', { allowInsecureConnection: true })
  client = new RawClient((await rest.getClientAccessToken()).url, json)
  await client.opened
})
afterEach(() => {
  client.socket.terminate()
  child.kill('SIGKILL')
})

describe('the service as a process', () => {
  it('says where it listens, takes leave with 1001 on SIGTERM, and ends', async () => {
    expect(ready).toEqual({ ready: true, port: expect.any(Number) as number, connectionString: expect.any(String) as string })
    child.kill('SIGTERM')
    const [exit] = await Promise.all([once(child, 'exit'), client.closed])
    expect(lines).toMatch(/^web-pubsub: listening \{"port":\d+,"connectionString":"Endpoint=http:\/\/127\.0\.0\.1:\d+;/)
    expect((await client.closed).code).toBe(1001)
    expect(exit).toEqual([0, null])
  })

  it('says which port it cannot have', async () => {
    const second = fork(main, ['--port', String(ready.port)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] })
    let complaint = ''
    second.stderr?.on('data', (chunk: Buffer) => (complaint += String(chunk)))
    const [code] = (await once(second, 'exit')) as [number]
    expect(code).toBe(1)
    expect(complaint).toContain(`Cannot listen on 127.0.0.1:${ready.port}; choose another port.`)
  })

  it('is missed by its clients when it is killed', async () => {
    child.kill('SIGKILL')
    expect((await client.closed).code).toBe(1006)
  })

  it('ends when its parent is gone', async () => {
    child.disconnect()
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(0)
  })
})
