import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { partitionOfKey } from './jenkins.ts'
import { type LogLimits, PartitionLog } from './log.ts'
import type { Reader } from './readers.ts'

export type HubSpec = { partitions: number; consumerGroups: readonly string[] }

export const defaultConsumerGroup = '$Default'

/** The folder of a hub that was written by another format must not be guessed at. */
const folderFormat = 1

/** An event hub: its partitions on disk, its consumer groups, and who reads what. */
export class Hub {
  readonly name: string
  readonly createdMs: number
  readonly partitions: readonly PartitionLog[]
  /** In lower case: consumer groups are compared without case. */
  readonly #groups: ReadonlySet<string>
  readonly #readers = new Map<string, Reader[]>()
  #nextWithoutKey = 0

  constructor(name: string, spec: HubSpec, dataDir: string, nowMs: number, limits: LogLimits) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,255}$/.test(name)) {
      throw new Error(
        `'${name}' cannot be the name of an event hub: use up to 256 letters, digits, dots, hyphens and underscores.`,
      )
    }
    if (!Number.isInteger(spec.partitions) || spec.partitions < 1 || spec.partitions > 32) {
      throw new Error(`event hub '${name}' is to have ${spec.partitions} partitions: 1 to 32 are possible.`)
    }
    const dir = join(dataDir, name)
    this.name = name
    this.createdMs = openFolder(dir, name, spec.partitions, nowMs)
    this.#groups = new Set([defaultConsumerGroup, ...spec.consumerGroups].map((group) => group.toLowerCase()))
    this.partitions = Array.from({ length: spec.partitions }, (_, id) => new PartitionLog(join(dir, String(id)), limits))
  }

  hasGroup(group: string): boolean {
    return this.#groups.has(group.toLowerCase())
  }

  partition(id: string): PartitionLog | undefined {
    return /^(0|[1-9]\d?)$/.test(id) ? this.partitions[Number(id)] : undefined
  }

  /** By the key if there is one; batches without one go to the partitions in turn. */
  partitionFor(partitionKey: string | undefined): PartitionLog | undefined {
    const id = partitionKey === undefined ? this.#nextWithoutKey++ : partitionOfKey(partitionKey, this.partitions.length)
    return this.partitions[id % this.partitions.length]
  }

  /** The readers of one partition in one consumer group; the list is live. */
  readersOf(group: string, partition: string): Reader[] {
    const key = `${group.toLowerCase()}/${partition}`
    let readers = this.#readers.get(key)
    if (readers === undefined) this.#readers.set(key, (readers = []))
    return readers
  }

  close(): void {
    for (const log of this.partitions) log.close()
  }
}

/** Creates or checks the hub's folder, and returns when the hub was created. */
function openFolder(dir: string, name: string, partitions: number, nowMs: number): number {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, 'hub.json')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    writeFileSync(`${path}.new`, JSON.stringify({ format: folderFormat, partitions, createdMs: nowMs }))
    renameSync(`${path}.new`, path)
    return nowMs
  }
  const found = JSON.parse(text) as { format: number; partitions: number; createdMs: number }
  if (found.format !== folderFormat) {
    throw new Error(
      `${dir} has format ${found.format}, this broker reads format ${folderFormat}. Delete the folder to start '${name}' empty.`,
    )
  }
  if (found.partitions !== partitions) {
    throw new Error(
      `event hub '${name}' has ${found.partitions} partitions in ${dir}, but ${partitions} are configured. The count cannot change, ` +
        `since keys would move between partitions: configure ${found.partitions}, or delete the folder to start '${name}' empty.`,
    )
  }
  return found.createdMs
}
