import type { DatabaseSync } from 'node:sqlite'

import type { CheckpointStore } from '@azure/event-hubs'

import type { Clock } from '../clock.ts'

/**
 * Where each partition was read up to, kept on disk per hub and consumer group, so that a host that was killed goes on where it
 * was. Ownership is not kept: one host owns all partitions of its data folder. The SDK counts a partition that the store calls
 * owned as taken until its minute is over, even when the owner's name is its own, so a restarted host would stand still for that
 * minute; a store that names no owners gives every unread partition back at the next round.
 */
export type Checkpoints = CheckpointStore & { list(hub: string, group: string): PartitionCheckpoint[] }

export type PartitionCheckpoint = { partitionId: string; offset: string; sequenceNumber: number; at: string }

export function openCheckpoints(database: DatabaseSync, clock: Clock): Checkpoints {
  database.exec(`create table if not exists checkpoints (
    namespace text, hub text, consumer_group text, partition text, offset text, sequence_number integer, at text,
    primary key (namespace, hub, consumer_group, partition)) strict, without rowid`)
  const read = database.prepare('select * from checkpoints where namespace = ? and hub = ? and consumer_group = ?')
  const readAll = database.prepare('select * from checkpoints where hub = ? and consumer_group = ?')
  const write = database.prepare('insert or replace into checkpoints values (?, ?, ?, ?, ?, ?, ?)')

  return {
    listOwnership: async () => [],
    claimOwnership: async (claims) => claims.map((claim) => ({ ...claim, etag: 'owned', lastModifiedTimeInMs: clock.nowMs() })),
    async updateCheckpoint({ fullyQualifiedNamespace, eventHubName, consumerGroup, partitionId, offset, sequenceNumber }) {
      const key = [fullyQualifiedNamespace, eventHubName, consumerGroup].map(lower)
      write.run(...key, partitionId, offset, sequenceNumber, new Date(clock.nowMs()).toISOString())
    },
    async listCheckpoints(fullyQualifiedNamespace, eventHubName, consumerGroup) {
      const rows = read.all(...[fullyQualifiedNamespace, eventHubName, consumerGroup].map(lower)) as Row[]
      return rows.map(({ partition, offset, sequence_number }) => ({
        fullyQualifiedNamespace,
        eventHubName,
        consumerGroup,
        partitionId: partition,
        offset,
        sequenceNumber: sequence_number,
      }))
    },
    list: (hub, group) =>
      (readAll.all(lower(hub), lower(group)) as Row[])
        .map((row) => ({ partitionId: row.partition, offset: row.offset, sequenceNumber: row.sequence_number, at: row.at }))
        .sort((a, b) => Number(a.partitionId) - Number(b.partitionId)),
  }
}

/** Azure keeps these names in lower case. */
function lower(text: string): string {
  return text.toLowerCase()
}

type Row = { partition: string; offset: string; sequence_number: number; at: string }
