/**
 * Which partition a key belongs to. Event Hubs hashes the key's UTF-8 bytes with Bob Jenkins' lookup3 (`hashlittle2`, both seeds
 * zero), folds the two words it returns to 16 signed bits, and takes the remainder by the partition count. A client that maps keys
 * itself does the same, so any deviation would tear one key's events apart.
 */
export function partitionOfKey(key: string, partitionCount: number): number {
  return Math.abs(fold(Buffer.from(key, 'utf8')) % partitionCount)
}

const blockBytes = 12

/** `c ^ b` of lookup3, as a signed 16-bit number. */
function fold(key: Buffer): number {
  let a = (0xdeadbeef + key.length) | 0
  let b = a
  let c = a
  if (key.length === 0) return 0

  // The last block, even when full, is left for the final mix. Missing bytes count as zero.
  const blocks = Buffer.alloc(Math.ceil(key.length / blockBytes) * blockBytes)
  key.copy(blocks)
  const lastBlockAt = blocks.length - blockBytes
  for (let at = 0; at < lastBlockAt; at += blockBytes) {
    a = (a + blocks.readInt32LE(at)) | 0
    b = (b + blocks.readInt32LE(at + 4)) | 0
    c = (c + blocks.readInt32LE(at + 8)) | 0
    a = (a - c) ^ rotate(c, 4)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 6)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 8)
    b = (b + a) | 0
    a = (a - c) ^ rotate(c, 16)
    c = (c + b) | 0
    b = (b - a) ^ rotate(a, 19)
    a = (a + c) | 0
    c = (c - b) ^ rotate(b, 4)
    b = (b + a) | 0
  }
  a = (a + blocks.readInt32LE(lastBlockAt)) | 0
  b = (b + blocks.readInt32LE(lastBlockAt + 4)) | 0
  c = (c + blocks.readInt32LE(lastBlockAt + 8)) | 0
  c = (c ^ b) - rotate(b, 14)
  a = (a ^ c) - rotate(c, 11)
  b = (b ^ a) - rotate(a, 25)
  c = (c ^ b) - rotate(b, 16)
  a = (a ^ c) - rotate(c, 4)
  b = (b ^ a) - rotate(a, 14)
  c = (c ^ b) - rotate(b, 24)
  return ((c ^ b) << 16) >> 16
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
