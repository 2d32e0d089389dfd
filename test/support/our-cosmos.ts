import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Database } from '@azure/cosmos'

import { connectCosmos } from '../../functions/connect/cosmos.ts'
import { oddsLayout } from '../../infra/local/cosmos/layout.ts'
import { type CosmosServer, startCosmos } from '../../infra/local/cosmos/server.ts'
import { database as databaseName } from '../../infra/names.ts'

/** A Cosmos DB server of its own, with our containers, and our client in front of it. */
export type OurCosmos = { server: CosmosServer; database: Database; close(): Promise<void> }

export async function ourCosmos(): Promise<OurCosmos> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oddscast-cosmos-'))
  const server = await startCosmos({ port: 0, dataDir: folder, layout: oddsLayout })
  const client = await connectCosmos({ kind: 'connection-string', connectionString: server.connectionString })
  return {
    server,
    database: client.database(databaseName),
    async close() {
      client.dispose()
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
