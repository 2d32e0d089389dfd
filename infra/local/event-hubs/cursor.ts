import { headerAt, recordHeaderBytes } from './record.ts'

/** What a cursor needs of a log. */
export type RecordSource = { read(position: number): { position: number; bytes: Buffer } | undefined }

const nothing = Buffer.alloc(0)

/**
 * A reader's place in a partition. While `load()` is true, `chunk` from `start` to `end` is the next event, ready to be sent; the
 * fields are plain numbers, and no object is made for an event, because tens of thousands a second pass here.
 */
export class Cursor {
  readonly #log: RecordSource
  chunk: Buffer = nothing
  start = 0
  end = 0
  offset = 0
  sequence = 0
  enqueuedMs = 0
  /** Position in the log of the chunk's first byte. */
  #chunkPosition: number
  /** Where, in the chunk, the current record ends, and with it the next one begins. */
  #recordEnd = 0
  #nextEntry = 0
  #nextSequence = 0
  #isLoaded = false

  constructor(log: RecordSource, position: number) {
    this.#log = log
    this.#chunkPosition = position
  }

  load(): boolean {
    if (this.#isLoaded) return true
    if (this.#nextEntry === this.#recordEnd && !this.#openRecord()) return false
    const entry = this.#nextEntry
    this.offset = this.#chunkPosition + entry
    this.start = entry + 4
    this.end = this.start + this.chunk.readUInt32BE(entry)
    this.sequence = this.#nextSequence++
    this.#nextEntry = this.end
    this.#isLoaded = true
    return true
  }

  advance(): void {
    this.#isLoaded = false
  }

  #openRecord(): boolean {
    if (this.#recordEnd >= this.chunk.length) {
      const read = this.#log.read(this.#chunkPosition + this.#recordEnd)
      if (read === undefined) return false
      this.chunk = read.bytes
      this.#chunkPosition = read.position
      this.#recordEnd = 0
    }
    const header = headerAt(this.chunk, this.#recordEnd)
    if (header === undefined) return false
    this.enqueuedMs = header.enqueuedMs
    this.#nextSequence = header.firstSequence
    this.#nextEntry = this.#recordEnd + recordHeaderBytes
    this.#recordEnd += header.recordBytes
    return true
  }
}
