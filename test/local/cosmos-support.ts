/** A Cosmos DB server of its own for a test file, and the official SDK in front of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { CosmosClient, type Container, type ContainerRequest } from '@azure/cosmos'

import type { Clock } from '../../infra/local/clock.ts'
import { startCosmos, type CosmosServer } from '../../infra/local/cosmos/server.ts'

export type CosmosFixture = {
  server: CosmosServer
  client: CosmosClient
  /** A new container, by default partitioned by `/marketId` with `/type`, `/topic` and `/seq` indexed. */
  container(definition?: Partial<ContainerRequest>): Promise<Container>
  /** Stops the server and starts it again on the same folder and port. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startFixture(clock?: Clock): Promise<CosmosFixture> {
  const dataDir = await temporaryFolder()
  const start = (port: number) => startCosmos({ port, dataDir, ...(clock === undefined ? {} : { clock }) })
  let server = await start(0)
  const client = new CosmosClient(server.connectionString)
  await client.databases.create({ id: 'test' })
  let count = 0
  return {
    get server() {
      return server
    },
    client,
    async container(definition = {}) {
      count += 1
      const { container } = await client.database('test').containers.create({
        id: `container ü ${count}`,
        partitionKey: { paths: ['/marketId'] },
        indexingPolicy: lean(['/type/?', '/topic/?', '/seq/?']),
        ...definition,
      })
      return container
    },
    async restart() {
      const { port } = server
      await server.close()
      server = await start(port)
    },
    async close() {
      client.dispose()
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export function lean(paths: readonly string[]): NonNullable<ContainerRequest['indexingPolicy']> {
  return { includedPaths: paths.map((path) => ({ path })), excludedPaths: [{ path: '/*' }] }
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cosmos-'))
}

/** The status of a refused request, wherever the SDK has put it. */
export async function statusOf(request: Promise<unknown>): Promise<number | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    const { code, cause } = error as { code?: number; cause?: { code?: number } }
    return code ?? cause?.code
  }
}

export async function messageOf(request: Promise<unknown>): Promise<string> {
  try {
    await request
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
