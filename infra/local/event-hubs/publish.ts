import type { EventContext, Receiver } from 'rhea'

import type { Address } from './address.ts'
import { MalformedMessage } from './amqp-bytes.ts'
import { findEntity } from './broker.ts'
import { batchFormat, type Envelope, openEnvelope } from './envelope.ts'
import type { Peer } from './peer.ts'
import { argumentError, notImplemented, type Refusal, serverBusy } from './refusal.ts'

/** Event Hubs, Standard tier: one batch may not pass 1 MiB, envelope included. */
export const maxMessageBytes = 1_048_576

/** The SDKs' own limit (`maxPartitionKeyLength` of core-amqp). */
const maxKeyLength = 128

/** Accepts batches for a hub, or for one of its partitions. A batch is acknowledged only when it is in the file. */
export function openPublisher(
  peer: Peer,
  receiver: Receiver,
  address: Extract<Address, { node: 'hub' | 'partition' }>,
): Refusal | undefined {
  const found = findEntity(peer.broker, address)
  if ('refused' in found) return found.refused
  const capabilities = [receiver.desired_capabilities ?? []].flat()
  if (capabilities.includes('com.microsoft:idempotent-producer')) return notImplemented('idempotent publishing')

  const { hub, log: fixed } = found
  const { clock, log: report, busy } = peer.broker

  const store = (bytes: Buffer, format: number): Refusal | undefined => {
    if (busy()) return serverBusy()
    if (bytes.length > maxMessageBytes) {
      const description = `The batch has ${bytes.length} bytes, the limit is ${maxMessageBytes}. Send fewer events at once.`
      return { condition: 'amqp:link:message-size-exceeded', description }
    }
    if (format !== batchFormat) return notImplemented(`messages of format ${format}; send batches, format 0x80013700`)
    const envelope = tryToOpen(bytes)
    if ('refused' in envelope) return envelope.refused
    const { partitionKey, events } = envelope
    if (partitionKey !== undefined && partitionKey.length > maxKeyLength) {
      return argumentError(`The partition key has ${partitionKey.length} characters, the limit is ${maxKeyLength}.`)
    }
    const log = fixed ?? hub.partitionFor(partitionKey)
    try {
      log?.append(events, partitionKey, clock.nowMs())
      return undefined
    } catch (error) {
      report('append failed', { hub: hub.name, error })
      return { condition: 'amqp:internal-error', description: `The batch could not be stored: ${String(error)}` }
    }
  }

  receiver.on('message', ({ message, delivery }: EventContext) => {
    if (delivery === undefined) return
    // rhea hands the bytes of every format but 0 through; those of format 0 it has decoded already.
    const refused = Buffer.isBuffer(message) ? store(message, delivery.format) : notImplemented('messages that are no batch')
    if (refused === undefined) delivery.accept()
    else delivery.reject(refused)
  })
  return undefined
}

function tryToOpen(bytes: Buffer): Envelope | { refused: Refusal } {
  try {
    return openEnvelope(bytes)
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    return { refused: { condition: 'amqp:decode-error', description: error.message } }
  }
}
