/**
 * Reading AMQP 1.0 encodings (part 1 of the standard) in place. A broker forwards messages it has no reason to understand, so it
 * needs to know where a value ends far more often than what the value is; building objects for every event would cost ten times
 * the rest of the work.
 */

/** The bytes are not the AMQP that they claim to be. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

/** The sections of a message (standard, part 3.2), by their numeric descriptor. */
export const section = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
  sequence: 0x76,
  value: 0x77,
  footer: 0x78,
} as const

/** Where the value that begins at `at` ends. The high half of the format code says how its width is found. */
export function valueEnd(bytes: Buffer, at: number): number {
  const code = byteAt(bytes, at)
  if (code === 0x00) return describedEnd(bytes, at)
  switch (code >>> 4) {
    case 0x4:
      return within(bytes, at + 1)
    case 0x5:
      return within(bytes, at + 2)
    case 0x6:
      return within(bytes, at + 3)
    case 0x7:
      return within(bytes, at + 5)
    case 0x8:
      return within(bytes, at + 9)
    case 0x9:
      return within(bytes, at + 17)
    case 0xa:
    case 0xc:
    case 0xe:
      return within(bytes, at + 2 + byteAt(bytes, at + 1))
    case 0xb:
    case 0xd:
    case 0xf:
      return within(bytes, at + 5 + wordAt(bytes, at + 1))
    default:
      throw new MalformedMessage(`0x${code.toString(16)} is no AMQP type (byte ${at})`)
  }
}

/** The numeric descriptor of the section that begins at `at`. */
export function sectionCode(bytes: Buffer, at: number): number {
  if (byteAt(bytes, at) !== 0x00) throw new MalformedMessage(`a message section is expected at byte ${at}`)
  const type = byteAt(bytes, at + 1)
  if (type === 0x53) return byteAt(bytes, at + 2)
  if (type === 0x80 && wordAt(bytes, at + 2) === 0) return wordAt(bytes, at + 6)
  throw new MalformedMessage(`the section at byte ${at} has no numeric descriptor`)
}

/** Where the value of the section that begins at `at` begins. */
export function sectionValueAt(bytes: Buffer, at: number): number {
  return byteAt(bytes, at + 1) === 0x53 ? at + 3 : at + 10
}

/** The string or symbol that begins at `at`; undefined when it is something else. */
export function textAt(bytes: Buffer, at: number): string | undefined {
  switch (byteAt(bytes, at)) {
    case 0xa1:
    case 0xa3:
      return bytes.toString('utf8', at + 2, within(bytes, at + 2 + byteAt(bytes, at + 1)))
    case 0xb1:
    case 0xb3:
      return bytes.toString('utf8', at + 5, within(bytes, at + 5 + wordAt(bytes, at + 1)))
    default:
      return undefined
  }
}

/** The content of the binary that begins at `at`. */
export function binaryAt(bytes: Buffer, at: number): Buffer {
  switch (byteAt(bytes, at)) {
    case 0xa0:
      return bytes.subarray(at + 2, within(bytes, at + 2 + byteAt(bytes, at + 1)))
    case 0xb0:
      return bytes.subarray(at + 5, within(bytes, at + 5 + wordAt(bytes, at + 1)))
    default:
      throw new MalformedMessage(`a binary is expected at byte ${at}`)
  }
}

/** Calls `visit` for every key and value of the map that begins at `at`. */
export function eachPair(bytes: Buffer, at: number, visit: (keyAt: number, valueAt: number, endsAt: number) => void): void {
  const code = byteAt(bytes, at)
  if (code !== 0xc1 && code !== 0xd1) throw new MalformedMessage(`a map is expected at byte ${at}`)
  const end = valueEnd(bytes, at)
  const count = code === 0xc1 ? byteAt(bytes, at + 2) : wordAt(bytes, at + 5)
  let next = code === 0xc1 ? at + 3 : at + 9
  for (let pairs = count >>> 1; pairs > 0; pairs--) {
    const valueAt = valueEnd(bytes, next)
    const endsAt = valueEnd(bytes, valueAt)
    if (endsAt > end) throw new MalformedMessage(`the map at byte ${at} is shorter than its ${count} elements`)
    visit(next, valueAt, endsAt)
    next = endsAt
  }
}

/** A descriptor that is itself described has no use, and would let a crafted message recurse a million deep. */
function describedEnd(bytes: Buffer, at: number): number {
  if (byteAt(bytes, at + 1) === 0x00) throw new MalformedMessage(`a descriptor is described (byte ${at})`)
  const valueAt = valueEnd(bytes, at + 1)
  if (byteAt(bytes, valueAt) === 0x00) throw new MalformedMessage(`a value is described twice (byte ${at})`)
  return valueEnd(bytes, valueAt)
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new MalformedMessage(`the message ends early, at byte ${bytes.length}`)
  return byte
}

function wordAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new MalformedMessage(`the message ends early, at byte ${bytes.length}`)
  return bytes.readUInt32BE(at)
}

function within(bytes: Buffer, end: number): number {
  if (end > bytes.length) throw new MalformedMessage(`the message ends early, at byte ${bytes.length}`)
  return end
}
