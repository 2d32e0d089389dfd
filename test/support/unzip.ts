import { crc32, inflateRawSync } from 'node:zlib'

export type Unzipped = { name: string; bytes: Buffer; madeOn: 'unix' | 'elsewhere'; mode: number }

/** Reads a zip by its directory, as those do who are handed one: what a local header says has to agree. */
export function unzip(archive: Buffer): Unzipped[] {
  const end = archive.length - 22
  if (archive.readUInt32LE(end) !== 0x06054b50) throw new Error('no end of a zip')
  const files: Unzipped[] = []
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error('no entry of a directory')
    const nameLength = archive.readUInt16LE(at + 28)
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    const [crc, packed, size] = [archive.readUInt32LE(at + 16), archive.readUInt32LE(at + 20), archive.readUInt32LE(at + 24)]
    const local = archive.readUInt32LE(at + 42)
    const facts = (from: number) => archive.subarray(from, from + 22).toString('hex')
    if (archive.readUInt32LE(local) !== 0x04034b50 || facts(local + 6) !== facts(at + 8))
      throw new Error(`${name}: headers differ`)
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    const bytes = inflateRawSync(archive.subarray(from, from + packed))
    if (bytes.length !== size || crc32(bytes) !== crc) throw new Error(`${name}: damaged`)
    const madeOn = archive.readUInt16LE(at + 4) >> 8 === 3 ? 'unix' : 'elsewhere'
    files.push({ name, bytes, madeOn, mode: archive.readUInt32LE(at + 38) >>> 16 })
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return files
}
