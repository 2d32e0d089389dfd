import { ChangeFeedStartFrom, type Container, type CosmosClient, type FeedRange } from '@azure/cosmos'

import type { Clock } from '../../clock.ts'
import type { CosmosFunction } from '../definitions.ts'
import type { Invocations } from '../invocations.ts'
import { cosmosClient, openLeases, type Lease, type Leases } from '../leases.ts'
import { wait } from '../wait.ts'
import type { Listener } from './listener.ts'

/**
 * Follows a container's change feed, each feed range by itself. The first thing a new lease holds is where it starts, read from
 * the server and written down before anything else: "from now" then means the moment the app was first started, even if the host
 * is killed before the first change. The lease moves after each invocation whatever came of it, as Azure's does; it stays behind
 * only while a retry policy is at work, when the worker was lost, and when the host is stopping.
 */
export type CosmosListener = Listener & {
  /** Resolves once the start of every feed range is on record. */
  started: Promise<void>
}

export type CosmosOptions = {
  definition: CosmosFunction
  invocations: Invocations
  clock: Clock
  log: (event: string, fields?: object) => void
}

const retryMs = 500

export function startCosmosFeed({ definition, invocations, clock, log }: CosmosOptions): CosmosListener {
  const stopping = new AbortController()
  const { signal } = stopping
  const started = Promise.withResolvers<void>()
  const positions = new Map<string, Lease>()
  let interrupted = false

  /** Tries the step until it ends by itself; what interrupts it is said once, not at every try. */
  async function persist(step: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await step()
        return
      } catch (error) {
        if (!interrupted && !signal.aborted) {
          log('change feed interrupted', {
            function: definition.name,
            container: definition.containerName,
            problem: String(error),
          })
        }
        interrupted = true
        await wait(clock, retryMs, signal)
      }
    }
  }

  async function follow(): Promise<void> {
    const client = cosmosClient(definition.connectionString)
    const leaseClient = cosmosClient(definition.leaseConnectionString)
    try {
      await followAll(client, leaseClient)
    } finally {
      client.dispose()
      leaseClient.dispose()
    }
  }

  async function followAll(client: CosmosClient, leaseClient: CosmosClient): Promise<void> {
    const container = client.database(definition.databaseName).container(definition.containerName)
    const leases = await openLeases(leaseClient, definition, await resourceId(container), clock)
    const ranges = await container.getFeedRanges()
    for (const range of ranges) await openLease(container, leases, range)
    started.resolve()
    const round = new AbortController()
    const until = AbortSignal.any([signal, round.signal])
    const rounds = ranges.map((range) => followRange(container, leases, range, until).finally(() => round.abort()))
    const failed = (await Promise.allSettled(rounds)).find((settled) => settled.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async function openLease(container: Container, leases: Leases, range: FeedRange): Promise<Lease> {
    const lease = (await leases.read(range)) ?? (await leases.create(range, await startToken(container, range, definition.start)))
    positions.set(lease.id, lease)
    interrupted = false
    return lease
  }

  async function followRange(container: Container, leases: Leases, range: FeedRange, signal: AbortSignal): Promise<void> {
    let lease = await openLease(container, leases, range)
    const iterator = container.items.getChangeFeedIterator({
      changeFeedStartFrom:
        lease.continuationToken === null
          ? startFrom(definition.start, range)
          : ChangeFeedStartFrom.Continuation(lease.continuationToken),
      maxItemCount: definition.maxItemsPerInvocation,
    })
    while (!signal.aborted) {
      const { result, continuationToken } = await iterator.readNext()
      interrupted = false
      if (!Array.isArray(result) || result.length === 0) {
        await wait(clock, definition.feedPollDelayMs, signal)
        continue
      }
      const input = { data: { json: JSON.stringify(result) }, triggerMetadata: {} }
      const settled = await invocations.untilSettled(definition, () => input, signal)
      if (settled.kind === 'stopped' || signal.aborted) return
      lease = await leases.move(lease, continuationToken)
      positions.set(lease.id, lease)
    }
  }

  const done = persist(follow)
  return {
    started: started.promise,
    status: () => ({
      container: `${definition.databaseName}/${definition.containerName}`,
      connected: !interrupted,
      leases: [...positions.values()].map(({ id, continuationToken }) => ({ id, continuationToken })),
    }),
    async stop() {
      stopping.abort()
      await done
    },
  }
}

async function resourceId(container: Container): Promise<string> {
  const { resource } = await container.read()
  return resource?.['_rid'] ?? ''
}

/** Only "now" means something else later on: it is pinned to what the server calls it. */
async function startToken(container: Container, range: FeedRange, start: CosmosFunction['start']): Promise<string | null> {
  if (start.kind !== 'now') return null
  const iterator = container.items.getChangeFeedIterator({ changeFeedStartFrom: startFrom(start, range), maxItemCount: 1 })
  return (await iterator.readNext()).continuationToken
}

function startFrom(start: CosmosFunction['start'], range: FeedRange): ChangeFeedStartFrom {
  switch (start.kind) {
    case 'now':
      return ChangeFeedStartFrom.Now(range)
    case 'beginning':
      return ChangeFeedStartFrom.Beginning(range)
    case 'since':
      return ChangeFeedStartFrom.Time(new Date(start.sinceMs), range)
  }
}
