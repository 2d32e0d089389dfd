import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

import { headerAt, isWhole, lastEntryAt, maxRecordBytes, recordHeaderBytes } from './record.ts'

/**
 * One file of a partition's log. Its name says at which byte position of the partition and at which sequence number it begins, so
 * that a log whose older files are gone, or whose only file is empty, still knows where it stands.
 */
export type Segment = {
  readonly path: string
  readonly base: number
  readonly firstSequence: number
  /** The position behind its last byte. */
  end: number
  /** Enqueued time of its first record; undefined while it is empty. */
  firstMs: number | undefined
  /** Entry points for seeking; undefined until somebody seeks in a file written by an earlier process. */
  points: IndexPoint[] | undefined
}

/** The first record of every stretch of about 64 KiB: a seek walks at most that much, and 256 MiB need 4,096 points. */
export type IndexPoint = { position: number; firstSequence: number; enqueuedMs: number }
const bytesPerPoint = 65_536

export type Scan = {
  points: IndexPoint[]
  /** How many bytes are whole records; what follows is torn. */
  wholeBytes: number
  last: { nextSequence: number; enqueuedMs: number; lastOffset: number } | undefined
}

export function newSegment(dir: string, base: number, firstSequence: number): Segment {
  const path = join(dir, `${String(base).padStart(16, '0')}-${String(firstSequence).padStart(16, '0')}.log`)
  return { path, base, firstSequence, end: base, firstMs: undefined, points: [] }
}

/** The segments in `dir`, oldest first. */
export function listSegments(dir: string): Segment[] {
  const segments: Segment[] = []
  for (const name of readdirSync(dir).sort()) {
    const [, base, firstSequence] = /^(\d{16})-(\d{16})\.log$/.exec(name) ?? []
    if (base === undefined || firstSequence === undefined) continue
    const path = join(dir, name)
    const head = readFile(path, 0, recordHeaderBytes)
    const firstMs = headerAt(head.bytes, 0)?.enqueuedMs
    const segment: Segment = {
      path,
      base: Number(base),
      firstSequence: Number(firstSequence),
      end: Number(base) + head.fileBytes,
      firstMs,
      points: undefined,
    }
    segments.push(segment)
  }
  return segments
}

/** Walks the records of a segment that begins at `base`, up to the first that is not whole. */
export function scan(bytes: Buffer, base: number): Scan {
  const points: IndexPoint[] = []
  let last: Scan['last']
  let at = 0
  for (;;) {
    const header = headerAt(bytes, at)
    if (header === undefined || !isWhole(bytes, at, header)) return { points, wholeBytes: at, last }
    addPoint(points, { position: base + at, firstSequence: header.firstSequence, enqueuedMs: header.enqueuedMs })
    last = {
      nextSequence: header.firstSequence + header.count,
      enqueuedMs: header.enqueuedMs,
      lastOffset: base + lastEntryAt(bytes, at, header),
    }
    at += header.recordBytes
  }
}

export function addPoint(points: IndexPoint[], point: IndexPoint): void {
  const previous = points.at(-1)
  if (previous === undefined || point.position - previous.position >= bytesPerPoint) points.push(point)
}

export function pointsOf(segment: Segment): readonly IndexPoint[] {
  segment.points ??= scan(readSegment(segment), segment.base).points
  return segment.points
}

export function readSegment(segment: Segment): Buffer {
  return readFile(segment.path, 0, segment.end - segment.base).bytes
}

const chunkBytes = 262_144

/** Whole records from `position` on, at least one. */
export function readRecords(segment: Segment, position: number): Buffer {
  const at = position - segment.base
  let { bytes } = readFile(segment.path, at, Math.min(chunkBytes, segment.end - position))
  const first = headerAt(bytes, 0)
  if (first !== undefined && first.recordBytes > bytes.length && first.recordBytes <= maxRecordBytes) {
    bytes = readFile(segment.path, at, first.recordBytes).bytes
  }
  let wholeBytes = 0
  for (let header = first; header !== undefined && isWhole(bytes, wholeBytes, header);) {
    wholeBytes += header.recordBytes
    header = headerAt(bytes, wholeBytes)
  }
  if (wholeBytes === 0) {
    throw new Error(
      `${segment.path} is damaged at byte ${at}: its checksum does not fit. Delete the hub's folder to start it anew; its events are lost.`,
    )
  }
  return bytes.subarray(0, wholeBytes)
}

function readFile(path: string, at: number, wantedBytes: number): { bytes: Buffer; fileBytes: number } {
  const file = openSync(path, 'r')
  try {
    const fileBytes = fstatSync(file).size
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(wantedBytes, fileBytes - at)))
    let read = 0
    while (read < bytes.length) {
      const now = readSync(file, bytes, read, bytes.length - read, at + read)
      if (now === 0) break
      read += now
    }
    return { bytes: bytes.subarray(0, read), fileBytes }
  } finally {
    closeSync(file)
  }
}
