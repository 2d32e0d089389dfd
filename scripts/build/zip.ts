import { crc32, deflateRawSync } from 'node:zlib'

export type ZipEntry = { name: string; bytes: Uint8Array }

/**
 * A zip of a few files, the same bytes for the same files: no clock is in it. Each entry says that it was made on Unix and that everybody
 * may read it: Flex Consumption mounts a package as a Linux file system, and one without such permissions cannot be read there, which
 * shows as an app that runs, reports no error, and has no functions.
 *
 * Local header, central directory and its end, as in PKWARE's APPNOTE 4.3; sizes and offsets of 32 bits are enough for less than 4 GB.
 */
export function zip(entries: readonly ZipEntry[]): Buffer<ArrayBuffer> {
  const packed = entries.map(({ name, bytes }) => {
    const deflated = deflateRawSync(bytes, { level: 9 })
    return { name: Buffer.from(name), deflated, said: facts(bytes, deflated) }
  })
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, deflated, said } of packed) {
    const local = Buffer.concat([u32(0x04034b50), u16(needsVersion), said, u16(name.length), u16(0), name, deflated])
    const central = Buffer.concat([u32(0x02014b50), u16(madeOnUnix), u16(needsVersion), said, u16(name.length)])
    directory.push(central, u16(0), u16(0), u16(0), u16(0), u32(readableByAll), u32(offset), name)
    files.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const count = u16(entries.length)
  const end = Buffer.concat([u32(0x06054b50), u16(0), u16(0), count, count, u32(central.length), u32(offset), u16(0)])
  return Buffer.concat([...files, central, end])
}

const needsVersion = 20
const madeOnUnix = (3 << 8) | 20
/** An ordinary file, `rw-r--r--`, where Unix keeps it: in the upper half. */
const readableByAll = 0o100644 * 0x10000
const utf8Names = 0x0800
const deflate = 8
/** 1 January 1980, the first day that a zip knows. */
const [noTime, firstDay] = [0, 0x21]

/** What both headers say of a file. */
function facts(bytes: Uint8Array, deflated: Uint8Array): Buffer {
  const before = Buffer.concat([u16(utf8Names), u16(deflate), u16(noTime), u16(firstDay)])
  return Buffer.concat([before, u32(crc32(bytes)), u32(deflated.length), u32(bytes.length)])
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
