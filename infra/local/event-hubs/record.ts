import { crc32 } from 'node:zlib'

import { stampBytes, writeStamped } from './stamp.ts'

/**
 * One batch as it lies in a partition's log, all or nothing:
 *
 *     u32 bodyBytes | u32 crc32 | u32 count | f64 enqueuedMs | f64 firstSequence     header, 28 bytes, big-endian
 *     count × ( u32 messageBytes | message )                                        body
 *
 * The checksum covers everything behind itself. A message is stored as it will be delivered. An event's offset, the one that
 * clients see and checkpoint, is the byte position of its `messageBytes` in the partition, so finding it again is a seek.
 */
export const recordHeaderBytes = 28

export type Placement = { position: number; firstSequence: number; enqueuedMs: number }
export type RecordHeader = { recordBytes: number; count: number; enqueuedMs: number; firstSequence: number }

/** A 1 MiB batch of the smallest possible events, each stamped with the longest key, stays below this. */
export const maxRecordBytes = 64 * 1_048_576

export function encodeRecord(
  events: readonly Buffer[],
  partitionKey: string | undefined,
  at: Placement,
): { bytes: Buffer; lastOffset: number } {
  const overheadBytes = 4 + stampBytes(partitionKey)
  let boundBytes = recordHeaderBytes
  for (const event of events) boundBytes += overheadBytes + event.length

  const bytes = Buffer.allocUnsafe(boundBytes)
  let end = recordHeaderBytes
  let sequence = at.firstSequence
  let lastOffset = at.position
  for (const event of events) {
    const entryAt = end
    lastOffset = at.position + entryAt
    end = writeStamped(bytes, entryAt + 4, event, { sequence, offset: lastOffset, enqueuedMs: at.enqueuedMs, partitionKey })
    bytes.writeUInt32BE(end - entryAt - 4, entryAt)
    sequence++
  }
  bytes.writeUInt32BE(end - recordHeaderBytes, 0)
  bytes.writeUInt32BE(events.length, 8)
  bytes.writeDoubleBE(at.enqueuedMs, 12)
  bytes.writeDoubleBE(at.firstSequence, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(8, end)), 4)
  return { bytes: bytes.subarray(0, end), lastOffset }
}

/** The header that begins at `at`, unchecked; undefined when fewer bytes are there than a header needs. */
export function headerAt(bytes: Buffer, at: number): RecordHeader | undefined {
  if (at + recordHeaderBytes > bytes.length) return undefined
  return {
    recordBytes: recordHeaderBytes + bytes.readUInt32BE(at),
    count: bytes.readUInt32BE(at + 8),
    enqueuedMs: bytes.readDoubleBE(at + 12),
    firstSequence: bytes.readDoubleBE(at + 20),
  }
}

/** Whether the record that begins at `at` is there whole and unharmed. */
export function isWhole(bytes: Buffer, at: number, header: RecordHeader): boolean {
  const end = at + header.recordBytes
  if (end > bytes.length || header.count === 0) return false
  return bytes.readUInt32BE(at + 4) === crc32(bytes.subarray(at + 8, end))
}

/** The position, within `bytes`, of the last event of the record that begins at `at`. */
export function lastEntryAt(bytes: Buffer, at: number, header: RecordHeader): number {
  let entryAt = at + recordHeaderBytes
  for (let left = header.count - 1; left > 0; left--) entryAt += 4 + bytes.readUInt32BE(entryAt)
  return entryAt
}
