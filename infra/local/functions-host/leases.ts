import { CosmosClient, type Container, type FeedRange } from '@azure/cosmos'

import type { Clock } from '../clock.ts'
import type { CosmosFunction } from './definitions.ts'

/**
 * How far each feed range of a container was read, as a document in the app's lease container, where Azure keeps it too. The
 * container's resource id is part of a lease's name: a container that was dropped and made again starts afresh instead of going
 * on from a position that means nothing to it.
 */
export type Lease = { id: string; continuationToken: string | null; etag: string }

export type Leases = {
  read(range: FeedRange): Promise<Lease | undefined>
  /** Fails if another host made it first. */
  create(range: FeedRange, continuationToken: string | null): Promise<Lease>
  /** Fails if anybody moved it since it was read. */
  move(lease: Lease, continuationToken: string): Promise<Lease>
}

type LeaseDocument = { id: string; function: string; range: FeedRange; continuationToken: string | null; movedAt: string }

const connectionPolicy = {
  enableEndpointDiscovery: false,
  requestTimeout: 10_000,
  retryOptions: { maxRetryAttemptCount: 3, fixedRetryIntervalInMilliseconds: 300, maxWaitTimeInSeconds: 5 },
}

export function cosmosClient(connectionString: string): CosmosClient {
  return new CosmosClient({ connectionString, connectionPolicy })
}

export async function openLeases(
  client: CosmosClient,
  definition: CosmosFunction,
  monitoredRid: string,
  clock: Clock,
): Promise<Leases> {
  const { name, databaseName, leaseDatabaseName, leaseContainerName, leaseContainerPrefix } = definition
  const database = client.database(leaseDatabaseName)
  if (definition.createLeaseContainerIfNotExists) {
    await database.containers.createIfNotExists({ id: leaseContainerName, partitionKey: { paths: ['/id'] } })
  }
  const container = database.container(leaseContainerName)
  const idOf = ({ minInclusive, maxExclusive }: FeedRange) =>
    `${leaseContainerPrefix}${databaseName}_${monitoredRid}..${minInclusive}-${maxExclusive}`.replaceAll(/[/\\?#]/g, '-')
  const toDocument = (id: string, range: FeedRange, continuationToken: string | null): LeaseDocument => ({
    id,
    function: name,
    range: { minInclusive: range.minInclusive, maxExclusive: range.maxExclusive },
    continuationToken,
    movedAt: new Date(clock.nowMs()).toISOString(),
  })
  const ranges = new Map<string, FeedRange>()

  return {
    async read(range) {
      const id = idOf(range)
      ranges.set(id, range)
      const { resource, etag } = await container.item(id, id).read<LeaseDocument>()
      if (resource !== undefined) return { id, continuationToken: resource.continuationToken, etag }
      await mustExist(container, leaseContainerName)
      return undefined
    },
    async create(range, continuationToken) {
      const id = idOf(range)
      const { etag } = await container.items.create(toDocument(id, range, continuationToken))
      return { id, continuationToken, etag }
    },
    async move({ id, etag: expected }, continuationToken) {
      const range = ranges.get(id) ?? { minInclusive: '', maxExclusive: 'FF' }
      const accessCondition = { type: 'IfMatch', condition: expected }
      const { etag } = await container.item(id, id).replace(toDocument(id, range, continuationToken), { accessCondition })
      return { id, continuationToken, etag }
    },
  }
}

/** A missing lease reads like a missing container, which nobody but the app's infrastructure may create. */
async function mustExist(container: Container, name: string): Promise<void> {
  try {
    await container.read()
  } catch (cause) {
    throw new Error(`the lease container '${name}' cannot be read: create it, or set createLeaseContainerIfNotExists`, { cause })
  }
}
