import type { Sequenced } from '../client/reliable.ts'
import type { Message } from './message.ts'
import { headerBytes, opcodes, writeHeader } from './websocket-frame.ts'

/** One frame a socket is owed: ready to be written, or waiting for its connection's own number. */
export type Owed = Buffer | Sequenced<Message>

/**
 * Turns what a socket is owed into one buffer. Remembers the last one, because in a fan-out most sockets are owed the very same,
 * in the reliable protocol too as long as they have received equally much. Make a new encoder for each round, so that the memory
 * ends with it.
 */
export function createBatchEncoder(): (owed: readonly Owed[]) => Buffer {
  let last: readonly Owed[] = []
  let bytes: Buffer = Buffer.alloc(0)
  return (owed) => {
    if (!areSame(owed, last)) {
      bytes = encode(owed)
      last = owed
    }
    return bytes
  }
}

function areSame(a: readonly Owed[], b: readonly Owed[]): boolean {
  return a.length === b.length && a.every((owed, at) => isSame(owed, b[at]))
}

function isSame(a: Owed, b: Owed | undefined): boolean {
  if (a === b) return true
  if (b === undefined || Buffer.isBuffer(a) || Buffer.isBuffer(b)) return false
  return a.sequenceId === b.sequenceId && a.message === b.message
}

function encode(owed: readonly Owed[]): Buffer {
  const [only] = owed
  if (owed.length === 1 && Buffer.isBuffer(only)) return only
  const bytes = Buffer.allocUnsafe(owed.reduce((sum, one) => sum + size(one), 0))
  let at = 0
  for (const one of owed) at = Buffer.isBuffer(one) ? at + one.copy(bytes, at) : writeSequenced(one, bytes, at)
  return bytes
}

function size(owed: Owed): number {
  if (Buffer.isBuffer(owed)) return owed.length
  const payloadBytes = sequencedBytes(owed)
  return headerBytes(payloadBytes) + payloadBytes
}

const sequencedBytes = ({ message, sequenceId }: Sequenced<Message>): number =>
  message.reliableHead.length + String(sequenceId).length + 1

function writeSequenced(owed: Sequenced<Message>, into: Buffer, at: number): number {
  const payloadAt = writeHeader(into, at, opcodes.text, sequencedBytes(owed))
  const numberAt = payloadAt + owed.message.reliableHead.copy(into, payloadAt)
  return numberAt + into.write(`${owed.sequenceId}}`, numberAt, 'latin1')
}
