import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { CosmosClient, type Container } from '@azure/cosmos'
import { afterEach, describe, expect, it } from 'vitest'

import { startCosmos } from '../../infra/local/cosmos/server.ts'
import { containers, database } from '../../infra/names.ts'
import { messageOf, temporaryFolder } from './cosmos-support.ts'

const entry = fileURLToPath(new URL('../../infra/local/cosmos/main.ts', import.meta.url))
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

type Started = { child: ChildProcess; client: CosmosClient }

async function folder(): Promise<string> {
  const path = await temporaryFolder()
  cleanups.push(() => rm(path, { recursive: true, force: true }))
  return path
}

async function startProcess(dataDir: string): Promise<Started> {
  const child = fork(entry, ['--port', '0', '--data-dir', dataDir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  cleanups.push(() => stop(child, 'SIGKILL'))
  const [ready] = (await once(child, 'message')) as [{ ready: boolean; port: number; connectionString: string }]
  expect(ready).toMatchObject({ ready: true, connectionString: expect.stringContaining(`127.0.0.1:${ready.port}`) })
  const client = new CosmosClient(ready.connectionString)
  cleanups.push(() => client.dispose())
  return { child, client }
}

async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const [code] = await exited
  return code
}

/** Saves batches into one market until the signal; resolves to the last `seq` whose batch was acknowledged. */
async function save(container: Container, marketId: string, ended: AbortSignal, onAcknowledged: () => void): Promise<number> {
  let acknowledged = 0
  while (!ended.aborted) {
    const seq = acknowledged + 3
    const ticks = [seq - 2, seq - 1, seq].map((each) => ({ id: `t:${each}`, type: 'tick', marketId, seq: each }))
    const operations = [{ id: 'book', type: 'book', marketId, seq }, ...ticks].map((resourceBody) => ({
      operationType: 'Upsert' as const,
      resourceBody,
    }))
    try {
      const { code } = await container.items.batch(operations, marketId, { abortSignal: ended })
      if (code !== 200) throw new Error(`The batch was answered with ${code}.`)
    } catch (error) {
      if (ended.aborted) break
      throw error
    }
    acknowledged = seq
    onAcknowledged()
  }
  return acknowledged
}

describe('the process', () => {
  it('makes the database and containers that infrastructure would', async () => {
    const { client, child } = await startProcess(await folder())
    for (const [id, { partitionKey, defaultTtlSeconds, indexedPaths }] of Object.entries(containers)) {
      const { resource } = await client.database(database).container(id).read()
      expect(resource?.partitionKey?.paths).toEqual([partitionKey])
      expect(resource?.defaultTtl).toBe(defaultTtlSeconds)
      expect(resource?.indexingPolicy?.includedPaths?.map(({ path }) => path)).toEqual(indexedPaths)
      expect(resource?.indexingPolicy?.excludedPaths).toEqual([{ path: '/*' }])
    }
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  it('ends with its parent', async () => {
    const { child } = await startProcess(await folder())
    const exited = once(child, 'exit')
    child.disconnect()
    expect((await exited)[0]).toBe(0)
  })

  it('is the only one on its folder', async () => {
    const dataDir = await folder()
    await startProcess(dataDir)
    expect(await messageOf(startCosmos({ port: 0, dataDir }))).toContain('another local Cosmos DB server')
  })

  it('loses no acknowledged write and no part of a batch when it is killed under load', async () => {
    const dataDir = await folder()
    const first = await startProcess(dataDir)
    const before = first.client.database(database).container('odds')
    const { resource: definition } = await before.read()
    const ended = new AbortController()
    let batches = 0
    const onAcknowledged = () => {
      batches += 1
      if (batches !== 300) return
      first.child.kill('SIGKILL')
      ended.abort()
    }
    const markets = Array.from({ length: 6 }, (_, at) => `predictit:${at}`)
    const acknowledged = await Promise.all(markets.map((marketId) => save(before, marketId, ended.signal, onAcknowledged)))
    expect(batches).toBeGreaterThanOrEqual(300)

    const after = (await startProcess(dataDir)).client.database(database).container('odds')
    expect((await after.read()).resource?.['_rid']).toBe(definition?.['_rid'])
    for (const [at, marketId] of markets.entries()) {
      const { resource: book } = await after.item('book', marketId).read<{ seq: number }>()
      expect(book?.seq).toBeGreaterThanOrEqual(acknowledged[at] ?? Infinity)
      const query = `SELECT VALUE c.seq FROM c WHERE c.type = 'tick' ORDER BY c.seq`
      const { resources } = await after.items.query<number>(query, { partitionKey: marketId }).fetchAll()
      expect(resources).toEqual(Array.from({ length: book?.seq ?? 0 }, (_, index) => index + 1))
    }
  })
})
