import { eachPair, section, sectionCode, sectionValueAt, textAt, valueEnd } from './amqp-bytes.ts'
import { partitionKeyAnnotation } from './envelope.ts'

/**
 * What the broker adds to an event: message annotations that say where in the partition it stands and since when. Events are stored
 * with them already written in, so that a delivery is a copy and nothing else.
 *
 *     [header] [message-annotations: the sender's own, then ours] [the rest, untouched]
 */
export type Stamp = { sequence: number; offset: number; enqueuedMs: number; partitionKey: string | undefined }

/** Writes the stamped `event` into `out` at `at`, and returns where it ends. */
export function writeStamped(out: Buffer, at: number, event: Buffer, stamp: Stamp): number {
  let from = 0
  let end = at
  if (sectionCode(event, 0) === section.header) {
    from = valueEnd(event, sectionValueAt(event, 0))
    end += event.copy(out, end, 0, from)
  }
  // Delivery annotations speak of one hop only, and that hop ends here.
  if (isNext(event, from, section.deliveryAnnotations)) from = valueEnd(event, sectionValueAt(event, from))

  const mapAt = end + annotationsPrologue.length
  end += annotationsPrologue.copy(out, end)
  end += mapHeaderBytes
  let pairs = 0
  if (isNext(event, from, section.messageAnnotations)) {
    const theirsAt = sectionValueAt(event, from)
    eachPair(event, theirsAt, (keyAt, _valueAt, endsAt) => {
      if (isOurs(textAt(event, keyAt), stamp)) return
      end += event.copy(out, end, keyAt, endsAt)
      pairs++
    })
    from = valueEnd(event, theirsAt)
  }
  end = writeOurs(out, end, stamp)
  pairs += stamp.partitionKey === undefined ? 3 : 4
  // A map's size counts its element count, but not itself.
  out.writeUInt32BE(end - mapAt - 4, mapAt)
  out.writeUInt32BE(pairs * 2, mapAt + 4)
  return end + event.copy(out, end, from)
}

/** How much longer than the event itself its stamped form can be. */
export function stampBytes(partitionKey: string | undefined): number {
  const keyBytes = partitionKey === undefined ? 0 : keyPrologue.length + 5 + Buffer.byteLength(partitionKey)
  return annotationsPrologue.length + mapHeaderBytes + template.length + longestOffsetDigits + keyBytes
}

/** Where the header section of a message ends; 0 when it has none. */
export function headerEnd(message: Buffer): number {
  return sectionCode(message, 0) === section.header ? valueEnd(message, sectionValueAt(message, 0)) : 0
}

const symbol = (name: string) => Buffer.from([0xa3, name.length, ...Buffer.from(name, 'latin1')])

const annotationsPrologue = Buffer.from([0x00, 0x53, section.messageAnnotations, 0xd1])
/** A `map32` begins with its size and its element count, four bytes each. */
const mapHeaderBytes = 8
/** `Number.MAX_SAFE_INTEGER` has 16 digits. */
const longestOffsetDigits = 16

const sequenceKey = symbol('x-opt-sequence-number')
const timeKey = symbol('x-opt-enqueued-time')
const offsetKey = symbol('x-opt-offset')
const keyPrologue = symbol(partitionKeyAnnotation)

/** Sequence as `long`, time as `timestamp`, offset as `string` of fewer than 256 digits: what the service sends. */
const template = Buffer.concat([
  Buffer.concat([sequenceKey, Buffer.from([0x81, 0, 0, 0, 0, 0, 0, 0, 0])]),
  Buffer.concat([timeKey, Buffer.from([0x83, 0, 0, 0, 0, 0, 0, 0, 0])]),
  Buffer.concat([offsetKey, Buffer.from([0xa1, 0])]),
])
const sequenceAt = sequenceKey.length + 1
const timeAt = sequenceAt + 8 + timeKey.length + 1

function writeOurs(out: Buffer, at: number, stamp: Stamp): number {
  template.copy(out, at)
  writeLong(out, stamp.sequence, at + sequenceAt)
  writeLong(out, stamp.enqueuedMs, at + timeAt)
  const digits = String(stamp.offset)
  let end = at + template.length
  out[end - 1] = digits.length
  end += out.write(digits, end, 'latin1')
  if (stamp.partitionKey === undefined) return end

  end += keyPrologue.copy(out, end)
  out[end] = 0xb1
  const keyBytes = out.write(stamp.partitionKey, end + 5)
  out.writeUInt32BE(keyBytes, end + 1)
  return end + 5 + keyBytes
}

function isNext(event: Buffer, at: number, code: number): boolean {
  return at < event.length && sectionCode(event, at) === code
}

/** A sender that forwards a received event would otherwise send its old place along. */
function isOurs(name: string | undefined, stamp: Stamp): boolean {
  if (name === partitionKeyAnnotation) return stamp.partitionKey !== undefined
  return name === 'x-opt-sequence-number' || name === 'x-opt-enqueued-time' || name === 'x-opt-offset'
}

function writeLong(out: Buffer, value: number, at: number): void {
  out.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
  out.writeUInt32BE(value % 0x1_0000_0000, at + 4)
}
