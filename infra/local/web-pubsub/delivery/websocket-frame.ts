/**
 * Server-to-client WebSocket frames, RFC 6455 section 5.2: one byte FIN and opcode, then the length in 7, 7+16 or 7+64 bits, then
 * the payload, never masked. Built here rather than by `ws`, because a frame that is built once can be written to a thousand
 * sockets, and several can go out in one write.
 */
export const opcodes = { text: 0x1, binary: 0x2 } as const
export type Opcode = (typeof opcodes)[keyof typeof opcodes]

export function frame(opcode: Opcode, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes(payload.length) + payload.length)
  payload.copy(bytes, writeHeader(bytes, 0, opcode, payload.length))
  return bytes
}

export const textFrame = (text: string): Buffer => frame(opcodes.text, Buffer.from(text, 'utf8'))

export function headerBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return 2
  return payloadBytes < 65_536 ? 4 : 10
}

/** Returns where the payload starts. */
export function writeHeader(into: Buffer, at: number, opcode: Opcode, payloadBytes: number): number {
  into[at] = 0x80 | opcode
  if (payloadBytes < 126) {
    into[at + 1] = payloadBytes
    return at + 2
  }
  if (payloadBytes < 65_536) {
    into[at + 1] = 126
    return into.writeUInt16BE(payloadBytes, at + 2)
  }
  into[at + 1] = 127
  return into.writeBigUInt64BE(BigInt(payloadBytes), at + 2)
}
