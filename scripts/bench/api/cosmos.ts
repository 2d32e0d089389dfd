import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { BulkOperationType, CosmosClient, type Database, type OperationInput } from '@azure/cosmos'

import { database as databaseName } from '../../../infra/names.ts'

export type BenchCosmos = {
  database: Database
  create(partition: string, documents: readonly object[]): Promise<void>
  stop(): Promise<void>
}

/** A server in a process of its own, so that what it costs is not counted. */
export async function startBenchCosmos(root: string): Promise<BenchCosmos> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-bench-'))
  const file = path.join(root, 'infra/local/cosmos/main.ts')
  const child = fork(file, ['--port', '0', '--data-dir', folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [ready] = (await once(child, 'message')) as [{ connectionString: string }]
  const client = new CosmosClient(ready.connectionString)
  const database = client.database(databaseName)
  return {
    database,
    async create(partition, documents) {
      for (let at = 0; at < documents.length; at += 100) {
        const batch = documents
          .slice(at, at + 100)
          .map((resourceBody) => ({ operationType: BulkOperationType.Create, resourceBody }))
        await database.container('odds').items.batch(batch as OperationInput[], partition)
      }
    },
    async stop() {
      client.dispose()
      const exited = once(child, 'exit')
      child.kill()
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
