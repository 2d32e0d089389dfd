import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { coreToolsLack } from '../../infra/local/core-tools/lacks.ts'
import { startStack } from '../../infra/local/stack.ts'
import { eventually } from '../support/whole-stack.ts'

/** Tells its version; else it is a host that first starts and then runs, with a worker of its own, and notes what it was told. */
const stub = (note: string) => `#!${process.execPath}
const { spawn } = require('node:child_process')
const { writeFileSync } = require('node:fs')
if (process.argv[2] === '--version') return console.log('4.15.1')
const worker = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
const { FEEDS, EVENT_HUBS, COSMOS, WEB_PUBSUB, FUNCTIONS_WORKER_RUNTIME, AzureWebJobsStorage } = process.env
const told = { FEEDS, EVENT_HUBS, COSMOS, WEB_PUBSUB, FUNCTIONS_WORKER_RUNTIME, AzureWebJobsStorage }
writeFileSync(${JSON.stringify(note)}, JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), worker: worker.pid, told }))
let asked = 0
require('node:http').createServer((request, response) => {
  if (request.url !== '/admin/host/status') return response.writeHead(404).end()
  response.end(JSON.stringify({ state: asked++ === 0 ? 'Initialized' : 'Running' }))
}).listen(Number(process.argv[4]), '127.0.0.1')
`

let folder: string
const bin = () => path.join(folder, 'bin')
const withStub = () => ({ ...process.env, PATH: `${bin()}${path.delimiter}${process.env['PATH']}` })

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oddscast-core-tools-'))
  await mkdir(bin())
  await writeFile(path.join(bin(), 'func'), stub(path.join(folder, 'note.json')))
  await chmod(path.join(bin(), 'func'), 0o755)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('what func start needs', () => {
  const nowhere = { PATH: '/nowhere', AzureWebJobsStorage: '' }

  it('is told, each with what to do', async () => {
    expect(await coreToolsLack(nowhere, 1)).toEqual([
      'Azure Functions Core Tools 4 (func does not answer): npm install --global azure-functions-core-tools@4',
      expect.stringContaining('npx azurite'),
    ])
  })

  it('is there where func answers and a storage account is named, or listens', async () => {
    const { PATH } = withStub()
    expect(await coreToolsLack({ PATH, AzureWebJobsStorage: 'AccountName=ours' }, 1)).toEqual([])
    const azurite = createServer()
    await once(azurite.listen(0, '127.0.0.1'), 'listening')
    expect(await coreToolsLack({ PATH }, (azurite.address() as AddressInfo).port)).toEqual([])
    azurite.close()
  })
})

describe('the stack under func start', () => {
  it('tells the host where everything is, is ready when that runs, and leaves nothing behind', async () => {
    const before = process.env['PATH']
    process.env['PATH'] = withStub().PATH
    const stack = await startStack({
      host: 'core-tools',
      appDir: folder,
      dataDir: path.join(folder, 'data'),
      pagePort: 0,
      env: { FEEDS: 'simulated' },
    }).finally(() => (process.env['PATH'] = before))
    const note = JSON.parse(await readFile(path.join(folder, 'note.json'), 'utf8')) as Record<string, unknown>
    const { port } = new URL(stack.url)
    expect(note).toMatchObject({ args: ['start', '--port', port], cwd: folder })
    expect(note['told']).toEqual({
      ...stack.settings,
      FEEDS: 'simulated',
      FUNCTIONS_WORKER_RUNTIME: 'node',
      AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    })
    expect(Object.keys(stack.settings).sort()).toEqual(['COSMOS', 'EVENT_HUBS', 'WEB_PUBSUB'])
    await stack.stop()
    await eventually('the worker of func has ended too', async () => !isAlive(Number(note['worker'])))
    await expect(fetch(stack.url)).rejects.toThrow('fetch failed')
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
