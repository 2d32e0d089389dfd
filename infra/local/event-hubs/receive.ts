import type { Sender } from 'rhea'

import type { Address } from './address.ts'
import { findEntity } from './broker.ts'
import type { Cursor } from './cursor.ts'
import type { PartitionLog, StartPosition } from './log.ts'
import type { Peer } from './peer.ts'
import { admit, type Reader, stolenBy } from './readers.ts'
import { ReadingLink } from './reading-link.ts'
import { argumentError, notImplemented, type Refusal } from './refusal.ts'
import { parseStart, refuseBeyondEnd } from './start-position.ts'

/** Sends a partition's events over `sender`, from where the client wants to begin, for as long as the link lives. */
export function openReader(peer: Peer, sender: Sender, address: Extract<Address, { node: 'reader' }>): Refusal | undefined {
  const found = findEntity(peer.broker, address)
  if ('refused' in found) return found.refused
  const { hub, log } = found
  if (log === undefined) return argumentError('A reader needs a partition.')
  const wish = readWish(sender)
  if ('refused' in wish) return wish.refused
  const { start, epoch, name, wantsMetrics } = wish
  const cursor = find(log, start)
  if ('refused' in cursor) return cursor.refused

  const readers = hub.readersOf(address.group, address.partition)
  const reader: Reader = {
    name,
    epoch,
    disconnect: (why) => {
      leave()
      sender.close(why)
    },
  }
  const admission = admit(reader, readers)
  if (!admission.admitted) return admission.refused
  for (const loser of admission.displaced) loser.disconnect(stolenBy(reader, loser))
  readers.push(reader)

  const link = new ReadingLink(peer, sender, log, cursor, wantsMetrics)
  const leave = () => {
    link.end()
    peer.reading.delete(sender)
    const at = readers.indexOf(reader)
    if (at >= 0) readers.splice(at, 1)
  }
  peer.reading.set(sender, { wake: () => link.wake(), end: leave })
  sender.on('sender_draining', () => reader.disconnect(notImplemented('draining of credit')))
  return undefined
}

type Wish = { start: StartPosition; epoch: number | undefined; name: string; wantsMetrics: boolean }

const selectorFilter = 'apache.org:selector-filter:string'
const fromEarliest = "amqp.annotation.x-opt-offset > '-1'"

/** What the attach asks for. */
function readWish(sender: Sender): Wish | { refused: Refusal } {
  const filters = new Map(Object.entries((sender.source.filter ?? {}) as Record<string, { value?: unknown }>))
  const unknown = [...filters.keys()].find((name) => name !== selectorFilter)
  if (unknown !== undefined) return { refused: notImplemented(`the filter '${unknown}'`) }
  const selector = filters.size === 0 ? fromEarliest : filters.get(selectorFilter)?.value
  if (typeof selector !== 'string') return { refused: notImplemented('a selector that is no text') }
  const parsed = parseStart(selector)
  if ('refused' in parsed) return parsed

  const epoch: unknown = sender.properties?.['com.microsoft:epoch'] ?? undefined
  if (epoch !== undefined && (typeof epoch !== 'number' || epoch < 0)) {
    return { refused: argumentError('com.microsoft:epoch must be a number that is not negative.') }
  }
  return {
    start: parsed.start,
    epoch,
    name: String(sender.properties?.['com.microsoft:receiver-name'] ?? sender.name),
    wantsMetrics: [sender.desired_capabilities ?? []].flat().includes('com.microsoft:enable-receiver-runtime-metric'),
  }
}

function find(log: PartitionLog, start: StartPosition): Cursor | { refused: Refusal } {
  const refused = refuseBeyondEnd(start, log.state())
  if (refused !== undefined) return { refused }
  try {
    return log.seek(start)
  } catch (error) {
    return { refused: { condition: 'amqp:internal-error', description: String(error) } }
  }
}
