import type { Sender } from 'rhea'

import type { Address } from './address.ts'
import { findEntity } from './broker.ts'
import { Deliveries } from './deliveries.ts'
import type { PartitionLog } from './log.ts'
import type { Peer } from './peer.ts'
import { admit, type Reader, stolenBy } from './readers.ts'
import { argumentError, notImplemented, type Refusal } from './refusal.ts'
import { withMetrics } from './runtime-metrics.ts'
import { parseStart, refuseBeyondEnd } from './start-position.ts'

/** How much one reader sends before others get their turn. */
const maxEventsPerTurn = 512
const maxBytesPerTurn = 262_144

/** A client that does not read makes the socket hold at most about this much, then its readers wait. */
const maxUnsentBytes = 1_048_576

/** Sends a partition's events over `sender`, from where the client wants to begin, for as long as the link lives. */
export function openReader(peer: Peer, sender: Sender, address: Extract<Address, { node: 'reader' }>): Refusal | undefined {
  const found = findEntity(peer.broker, address)
  if ('refused' in found) return found.refused
  const { hub, log } = found
  if (log === undefined) return argumentError('A reader needs a partition.')

  const wish = readWish(sender, log)
  if ('refused' in wish) return wish.refused
  const { start, epoch, name, wantsMetrics } = wish

  const readers = hub.readersOf(address.group, address.partition)
  const self: Reader = {
    name,
    epoch,
    disconnect: (why) => {
      end()
      sender.close(why)
    },
  }
  const admission = admit(self, readers)
  if (!admission.admitted) return admission.refused
  for (const loser of admission.displaced) loser.disconnect(stolenBy(self, loser))
  readers.push(self)

  const cursor = log.seek(start)
  const deliveries = new Deliveries(sender, peer.socket)
  let isOpen = true
  let isScheduled = false

  // Not at once: the attach must be out before the first transfer, and events of the same tick go together.
  const wake = () => {
    if (isScheduled || !isOpen) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      if (isOpen) takeTurn()
    })
  }

  const takeTurn = () => {
    if (peer.socket.writableLength > maxUnsentBytes) return peer.afterDrain(wake)
    if (deliveries.isWornOut) {
      return self.disconnect({ condition: 'amqp:link:detach-forced', description: 'The session has used up its transfer ids.' })
    }
    try {
      if (sendSome()) wake()
    } catch (error) {
      peer.broker.log('reading failed', { hub: hub.name, partition: address.partition, error })
      self.disconnect({ condition: 'amqp:internal-error', description: String(error) })
    }
  }

  /** True if more could be sent. */
  const sendSome = (): boolean => {
    const metrics = wantsMetrics ? withMetrics(log.state(), peer.broker.clock.nowMs()) : undefined
    let events = 0
    let bytes = 0
    let isReady = cursor.load()
    while (isReady && events < maxEventsPerTurn && bytes < maxBytesPerTurn) {
      const { chunk, start, end } = cursor
      const message = metrics?.(chunk.subarray(start, end))
      isReady = message === undefined ? deliveries.add(chunk, start, end) : deliveries.add(message, 0, message.length)
      if (!isReady) break
      events++
      bytes += end - start
      cursor.advance()
      isReady = cursor.load()
    }
    deliveries.flush()
    return isReady
  }

  const end = () => {
    isOpen = false
    unwatch()
    const at = readers.indexOf(self)
    if (at >= 0) readers.splice(at, 1)
    peer.endings.delete(sender)
  }
  const unwatch = log.watch(wake)
  peer.endings.set(sender, end)
  sender.on('sender_flow', wake)
  sender.on('sender_draining', () => self.disconnect(notImplemented('draining of credit')))
  deliveries.onWindow(wake)
  return undefined
}

type Wish = { start: Parameters<PartitionLog['seek']>[0]; epoch: number | undefined; name: string; wantsMetrics: boolean }

const selectorFilter = 'apache.org:selector-filter:string'

/** What the attach asks for, checked. */
function readWish(sender: Sender, log: PartitionLog): Wish | { refused: Refusal } {
  const filters = Object.entries((sender.source.filter ?? {}) as Record<string, { value?: unknown }>)
  const unknown = filters.find(([key]) => key !== selectorFilter)
  if (unknown !== undefined) return { refused: notImplemented(`the filter '${unknown[0]}'`) }
  const selector = filters[0]?.[1].value ?? "amqp.annotation.x-opt-offset > '-1'"
  const parsed = typeof selector === 'string' ? parseStart(selector) : { refused: notImplemented('a filter that is no text') }
  if ('refused' in parsed) return parsed
  const refused = refuseBeyondEnd(parsed.start, log.state())
  if (refused !== undefined) return { refused }

  const epoch: unknown = sender.properties?.['com.microsoft:epoch']
  if (epoch !== undefined && epoch !== null && (typeof epoch !== 'number' || epoch < 0)) {
    return { refused: argumentError('com.microsoft:epoch must be a number that is not negative.') }
  }
  return {
    start: parsed.start,
    epoch: typeof epoch === 'number' ? epoch : undefined,
    name: String(sender.properties?.['com.microsoft:receiver-name'] ?? sender.name),
    wantsMetrics: [sender.desired_capabilities ?? []].flat().includes('com.microsoft:enable-receiver-runtime-metric'),
  }
}
