import type { Clock } from '../clock.ts'
import type { Address } from './address.ts'
import type { Hub } from './hub.ts'
import type { PartitionLog } from './log.ts'
import { noSuchPartition, notFound, type Refusal } from './refusal.ts'

export type Log = (event: string, fields?: object) => void

/** What every connection shares. Hubs are keyed by their name in lower case. `busy`: batches are refused, as the service throttles. */
export type Broker = {
  readonly hubs: ReadonlyMap<string, Hub>
  readonly clock: Clock
  readonly log: Log
  readonly busy: () => boolean
}

export type Found = { hub: Hub; log: PartitionLog | undefined } | { refused: Refusal }

/** The entity that an address names; `log` is undefined for a whole hub. */
export function findEntity(broker: Broker, address: Extract<Address, { hub: string }>): Found {
  const hub = broker.hubs.get(address.hub.toLowerCase())
  if (hub === undefined) return { refused: notFound(address.hub) }
  if (address.node === 'hub') return { hub, log: undefined }
  if (address.node === 'reader' && !hub.hasGroup(address.group)) {
    return { refused: notFound(`${hub.name}/ConsumerGroups/${address.group}`) }
  }
  const log = hub.partition(address.partition)
  if (log === undefined) return { refused: noSuchPartition(address.partition, hub.partitions.length) }
  return { hub, log }
}
