/**
 * Resource ids, shaped as the service shapes them, because the SDK decodes them: 4 bytes for a database, 8 for a container (its
 * database's 4 first), 16 for a document, in base64 with `-` for `/`. A container's is random, so that a change-feed token can
 * never be taken for one of an older container with the same name.
 */
import { randomBytes } from 'node:crypto'

export function newDatabaseRid(): string {
  return encode(randomBytes(4))
}

export function newContainerRid(databaseRid: string): string {
  return encode(Buffer.concat([decode(databaseRid), randomBytes(4)]))
}

export function documentRids(containerRid: string): (row: number) => string {
  const bytes = Buffer.concat([decode(containerRid), Buffer.alloc(8)])
  return (row) => {
    bytes.writeUInt32LE(row >>> 0, 8)
    bytes.writeUInt32LE(Math.floor(row / 2 ** 32), 12)
    return encode(bytes)
  }
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', '-')
}

function decode(rid: string): Buffer {
  return Buffer.from(rid.replaceAll('-', '/'), 'base64')
}
