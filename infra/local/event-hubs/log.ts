import { closeSync, constants, ftruncateSync, mkdirSync, openSync, unlinkSync, writeSync } from 'node:fs'

import { Cursor } from './cursor.ts'
import { encodeRecord } from './record.ts'
import {
  addPoint,
  type IndexPoint,
  listSegments,
  newSegment,
  pointsOf,
  readRecords,
  readSegment,
  scan,
  type Segment,
} from './segment.ts'
import { RecentBytes } from './recent-bytes.ts'

export type LogLimits = { retentionMs: number; maxBytes: number; segmentBytes: number; recentBytes: number }

/** Where a reader wants to begin. Offsets, sequence numbers and times all only ever grow, so one search serves the three. */
export type StartPosition =
  | { from: 'earliest' }
  | { from: 'latest' }
  | { from: 'offset' | 'sequence' | 'enqueuedTime'; value: number; inclusive: boolean }

export type LogState = {
  beginSequence: number
  lastSequence: number
  lastOffset: number
  lastEnqueuedMs: number
  isEmpty: boolean
}

/**
 * The events of one partition, in order, on disk.
 *
 * An append is one `write` to the file and is finished before the sender hears of it, so what was acknowledged outlives the process
 * however it ends (the kernel holds the bytes; only a power cut can take them). A write that was cut short leaves a record whose
 * checksum does not fit, and the next opening removes it: nobody was told that it was stored.
 *
 * Files are immutable but for the newest. Those beyond the retention are deleted whole, from the front.
 */
export class PartitionLog {
  readonly #dir: string
  readonly #limits: LogLimits
  readonly #segments: Segment[]
  readonly #recent: RecentBytes
  readonly #watchers = new Set<() => void>()
  #active: Segment
  #file: number
  #nextSequence: number
  #lastOffset: number
  #lastEnqueuedMs: number
  /** Bytes of an unfinished record that opening removed. */
  readonly tornBytes: number

  constructor(dir: string, limits: LogLimits) {
    mkdirSync(dir, { recursive: true })
    this.#dir = dir
    this.#limits = limits
    this.#recent = new RecentBytes(limits.recentBytes)
    this.#segments = listSegments(dir)
    this.#active = this.#segments.at(-1) ?? newSegment(dir, 0, 0)
    if (this.#segments.length === 0) this.#segments.push(this.#active)

    this.#file = openForWriting(this.#active)
    const found = scan(readSegment(this.#active), this.#active.base)
    this.tornBytes = this.#active.end - this.#active.base - found.wholeBytes
    if (this.tornBytes > 0) ftruncateSync(this.#file, found.wholeBytes)
    this.#active.end = this.#active.base + found.wholeBytes
    this.#active.points = found.points
    this.#active.firstMs = found.points[0]?.enqueuedMs
    this.#nextSequence = found.last?.nextSequence ?? this.#active.firstSequence
    this.#lastOffset = found.last?.lastOffset ?? this.#active.base - 1
    this.#lastEnqueuedMs = found.last?.enqueuedMs ?? 0
  }

  get end(): number {
    return this.#active.end
  }

  state(): LogState {
    const [oldest] = this.#segments
    const beginSequence = oldest?.firstSequence ?? 0
    return {
      beginSequence,
      lastSequence: this.#nextSequence - 1,
      lastOffset: this.#lastOffset,
      lastEnqueuedMs: this.#lastEnqueuedMs,
      isEmpty: beginSequence === this.#nextSequence,
    }
  }

  /** Stores a batch, all or nothing. It throws when the file cannot be written; the log is then as it was. */
  append(events: readonly Buffer[], partitionKey: string | undefined, nowMs: number): void {
    // A clock that is set back must not make times fall: a search by time relies on their order.
    const enqueuedMs = Math.max(nowMs, this.#lastEnqueuedMs)
    const at = { position: this.end, firstSequence: this.#nextSequence, enqueuedMs }
    const { bytes, lastOffset } = encodeRecord(events, partitionKey, at)
    const segmentBytes = this.end - this.#active.base
    if (segmentBytes > 0 && segmentBytes + bytes.length > this.#limits.segmentBytes) {
      this.#roll()
      this.retire(nowMs)
    }
    this.#write(bytes)

    addPoint((this.#active.points ??= []), { position: at.position, firstSequence: at.firstSequence, enqueuedMs })
    this.#active.firstMs ??= enqueuedMs
    this.#active.end += bytes.length
    this.#nextSequence += events.length
    this.#lastOffset = lastOffset
    this.#lastEnqueuedMs = enqueuedMs
    this.#recent.push(at.position, bytes)
    for (const wake of this.#watchers) wake()
  }

  /** Calls `wake` after every append, until the returned function is called. */
  watch(wake: () => void): () => void {
    this.#watchers.add(wake)
    return () => this.#watchers.delete(wake)
  }

  /** Whole records from `position` on, or from the oldest kept one if that is later; undefined at the end of the log. */
  read(position: number): { position: number; bytes: Buffer } | undefined {
    const [oldest] = this.#segments
    const from = Math.max(position, oldest?.base ?? 0)
    if (from >= this.end) return undefined
    const recent = this.#recent.from(from)
    if (recent !== undefined) return { position: from, bytes: recent }
    const segment = this.#segments.findLast((s) => s.base <= from) ?? this.#active
    return { position: from, bytes: readRecords(segment, from) }
  }

  seek(start: StartPosition): Cursor {
    if (start.from === 'earliest') return new Cursor(this, 0)
    if (start.from === 'latest') return new Cursor(this, this.end)
    const cursor = new Cursor(this, this.#pointBelow(start.from, start.value)?.position ?? 0)
    while (cursor.load()) {
      const key = keyOf(start.from, cursor.offset, cursor.sequence, cursor.enqueuedMs)
      if (start.inclusive ? key >= start.value : key > start.value) break
      cursor.advance()
    }
    return cursor
  }

  /** Deletes the files that the limits no longer allow. */
  retire(nowMs: number): void {
    const expiredMs = nowMs - this.#limits.retentionMs
    if (this.end > this.#active.base && this.#lastEnqueuedMs <= expiredMs) this.#roll()
    for (;;) {
      const [oldest, next] = this.#segments
      if (oldest === undefined || next === undefined) return
      const keptBytes = this.end - oldest.base
      // Everything in the oldest file is at least as old as the first record of the next, or as the last of all.
      const newestMs = next.firstMs ?? this.#lastEnqueuedMs
      if (keptBytes <= this.#limits.maxBytes && newestMs > expiredMs) return
      this.#segments.shift()
      unlinkSync(oldest.path)
    }
  }

  close(): void {
    this.#watchers.clear()
    closeSync(this.#file)
  }

  #roll(): void {
    const next = newSegment(this.#dir, this.end, this.#nextSequence)
    const file = openForWriting(next)
    closeSync(this.#file)
    this.#file = file
    this.#active = next
    this.#segments.push(next)
  }

  #write(bytes: Buffer): void {
    const from = this.end - this.#active.base
    try {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(this.#file, bytes, written, bytes.length - written, from + written)
      }
    } catch (error) {
      ftruncateSync(this.#file, from)
      throw error
    }
  }

  /** The last entry point whose key is below `value`: what is sought cannot stand before it. */
  #pointBelow(kind: SeekKind, value: number): IndexPoint | undefined {
    const below = (p: IndexPoint) => keyOf(kind, p.position, p.firstSequence, p.enqueuedMs) < value
    const segment = this.#segments.findLast(
      ({ base, firstSequence, firstMs }) => firstMs !== undefined && keyOf(kind, base, firstSequence, firstMs) < value,
    )
    return segment === undefined ? undefined : pointsOf(segment).findLast(below)
  }
}

function openForWriting(segment: Segment): number {
  return openSync(segment.path, constants.O_RDWR | constants.O_CREAT)
}

type SeekKind = 'offset' | 'sequence' | 'enqueuedTime'

function keyOf(kind: SeekKind, offset: number, sequence: number, enqueuedMs: number): number {
  switch (kind) {
    case 'offset':
      return offset
    case 'sequence':
      return sequence
    case 'enqueuedTime':
      return enqueuedMs
  }
}
