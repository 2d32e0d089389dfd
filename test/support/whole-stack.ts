import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { CosmosClient, type Database } from '@azure/cosmos'
import { EventHubConsumerClient, earliestEventPosition, type ReceivedEventData } from '@azure/event-hubs'

import type { TickDocument } from '../../functions/book/documents.ts'
import type { Book } from '../../functions/book/market.ts'
import { database } from '../../infra/names.ts'
import { type Stack, type StackOptions, startStack } from '../../infra/local/stack.ts'
import { buildApp } from '../../scripts/build.ts'

const root = path.resolve(import.meta.dirname, '../..')

let built: Promise<string> | undefined

/** The app as it ships, in a folder of its own, so that a running `npm start` is not disturbed; built once for all tests. */
export const builtApp = (): Promise<string> => (built ??= build())

async function build(): Promise<string> {
  const appDir = await mkdtemp(path.join(tmpdir(), 'oddscast-app-'))
  for (const file of ['host.json', 'package.json']) await cp(path.join(root, file), path.join(appDir, file))
  await buildApp(root, appDir)
  return appDir
}

export type WholeStack = {
  stack: Stack
  database: Database
  /** What its processes wrote, the newest lines last. */
  lines: readonly string[]
  api(route: string): Promise<unknown>
  /** Runs the feed's timer now. */
  poll(timer: string): Promise<void>
  kill(name: string): void
  /** Stops it all and starts it again on the same data. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** The whole system on loopback, on data of its own that goes when it stops. */
export async function startWhole(
  appDir: string,
  env: Record<string, string>,
  workers: StackOptions['workers'] = [],
): Promise<WholeStack> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'oddscast-data-'))
  const lines: string[] = []
  const start = () =>
    startStack({
      appDir,
      dataDir,
      pagePort: 0,
      env,
      workers,
      onLine: (name, line) => {
        if (process.env['ODDSCAST_TEST_LOG']) console.log(`${name}: ${line}`)
        lines.push(`${name}: ${line}`)
        if (lines.length > 2_000) lines.shift()
      },
    })
  let stack = await start()
  let client = cosmosOf(stack)
  const whole: WholeStack = {
    stack,
    database: client.database(database),
    lines,
    async api(route) {
      const response = await fetch(new URL(route, stack.url), { signal: AbortSignal.timeout(10_000) })
      if (!response.ok) throw new Error(`${route} answers ${response.status}: ${await response.text()}`)
      return response.json()
    },
    async poll(timer) {
      const url = new URL(`/admin/functions/${timer}`, stack.url)
      const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(10_000) })
      if (response.status !== 202) throw new Error(`${timer} could not be run: ${response.status} ${await response.text()}`)
    },
    kill(name) {
      const pid = stack.pid(name)
      if (pid !== undefined) process.kill(pid, 'SIGKILL')
    },
    async restart() {
      client.dispose()
      await stack.stop()
      stack = await start()
      client = cosmosOf(stack)
      whole.stack = stack
      whole.database = client.database(database)
    },
    async stop() {
      client.dispose()
      await stack.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return whole
}

function cosmosOf(stack: Stack): CosmosClient {
  return new CosmosClient(stack.settings['COSMOS'] ?? '')
}

/** Until `check` gives something; what it gave, or an error that says what was waited for. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined | false>, withinMs = 30_000): Promise<T> {
  const untilMs = Date.now() + withinMs
  let trouble: unknown
  for (;;) {
    try {
      const found = await check()
      if (found !== undefined && found !== false) return found
    } catch (error) {
      trouble = error
    }
    if (Date.now() > untilMs) throw new Error(`Not within ${withinMs / 1000} s: ${what}`, { cause: trouble })
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

export type OddsDocuments = { books: (Book & { _etag: string })[]; ticks: TickDocument[] }

export async function readOdds(db: Database): Promise<OddsDocuments> {
  const { resources } = await db
    .container('odds')
    .items.query<{ type: string; _ts: number; _etag: string }>('SELECT * FROM c')
    .fetchAll()
  const ofType = <T>(type: string) => resources.filter((document) => document.type === type) as unknown as T[]
  return { books: ofType('book'), ticks: ofType<TickDocument>('tick').sort((a, b) => a.seq - b.seq) }
}

/** Everything that was ever published to a hub, partition by partition, in order. */
export async function readHub(connectionString: string, hub: string): Promise<ReceivedEventData[]> {
  const options = { skipParsingBodyAsJson: true }
  const client = new EventHubConsumerClient('$Default', connectionString, hub)
  const all: ReceivedEventData[] = []
  try {
    for (const partition of await client.getPartitionIds()) {
      const { lastEnqueuedSequenceNumber, isEmpty } = await client.getPartitionProperties(partition)
      if (isEmpty) continue
      const read: ReceivedEventData[] = []
      await new Promise<void>((resolve, reject) => {
        const subscription = client.subscribe(
          partition,
          {
            async processEvents(events) {
              read.push(...events)
              if ((read.at(-1)?.sequenceNumber ?? -1) < lastEnqueuedSequenceNumber) return
              void subscription.close()
              resolve()
            },
            processError: async (error) => reject(error),
          },
          { ...options, startPosition: earliestEventPosition, maxBatchSize: 1_000, maxWaitTimeInSeconds: 1 },
        )
      })
      all.push(...read)
    }
    return all
  } finally {
    await client.close()
  }
}
