import type { Connection, EventContext, Receiver, Sender } from 'rhea'

import { parseAddress } from './address.ts'
import { answerCbs } from './cbs.ts'
import { settleWhenSending } from './deliveries.ts'
import { answerManagement } from './management.ts'
import type { Peer } from './peer.ts'
import { openPublisher } from './publish.ts'
import { openReader } from './receive.ts'
import { notImplemented, type Refusal } from './refusal.ts'
import { answerRequests } from './requests.ts'

/** A whole batch fits one frame: in 64 KiB frames, clients that leave Nagle's algorithm on stall for 50 ms per batch. */
export const maxFrameBytes = 2_097_152

/** What a client may make the broker hold of a message that is not complete. Above the largest batch, so that one is refused by name. */
const maxIncompleteBytes = 33_554_432

/** Routes the links of one client to what they are for. */
export function serve(peer: Peer, connection: Connection): void {
  const { socket, broker } = peer

  connection.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver === undefined) return
    // The attach and the credit behind it leave together: were the SDK to see the one before the other, it would wait a second.
    socket.cork()
    setImmediate(() => socket.uncork())
    const address = receiver.target?.address ?? ''
    receiver.set_target({ address })
    const refused = openForSending(peer, receiver, address)
    if (refused !== undefined) peer.refuse(receiver, address, refused)
  })
  connection.on('sender_open', ({ sender }: EventContext) => {
    if (sender === undefined) return
    const address = sender.source?.address ?? ''
    sender.set_source({ address })
    const refused = openForReading(peer, sender, address)
    if (refused !== undefined) peer.refuse(sender, address, refused)
  })
  connection.on('sender_close', ({ sender }: EventContext) => {
    if (sender !== undefined) peer.reading.get(sender)?.end()
    for (const [name, link] of peer.replyLinks) if (link === sender) peer.replyLinks.delete(name)
  })
  connection.on('session_close', ({ session }: EventContext) => {
    for (const [sender, link] of peer.reading) if (sender.session === session) link.end()
    for (const [name, link] of peer.replyLinks) if (link.session === session) peer.replyLinks.delete(name)
  })

  // A flow may give credit to a link or only widen the window of its session; rhea has an event for the former alone.
  const onFlow: (frame: unknown) => void = connection['on_flow'].bind(connection)
  connection['on_flow'] = (frame: unknown) => {
    onFlow(frame)
    for (const link of peer.reading.values()) link.wake()
  }

  // Without a listener rhea prints these, or throws them from within the socket's callback.
  for (const kind of ['connection_error', 'protocol_error', 'error', 'session_error', 'sender_error', 'receiver_error']) {
    connection.on(kind, (context: unknown) => {
      broker.log('client error', { peer: peer.name, kind, error: errorOf(context) })
    })
  }
  connection.on('disconnected', () => {})
  socket.on('close', () => peer.leave())

  socket.on('data', () => {
    const bytes = incompleteBytes(connection)
    if (bytes <= maxIncompleteBytes) return
    broker.log('message too large', { peer: peer.name, bytes, maxIncompleteBytes })
    // With an error, or rhea would not learn of it and keep its heartbeat timers.
    socket.destroy(new Error('message too large'))
  })
}

/** The client sends, the broker receives. */
function openForSending(peer: Peer, receiver: Receiver, address: string): Refusal | undefined {
  const parsed = parseAddress(address)
  switch (parsed?.node) {
    case 'cbs':
      answerRequests(peer, receiver, (request) => answerCbs(peer, request))
      return undefined
    case 'management':
      // No claim is needed to attach: every request brings its own token.
      answerRequests(peer, receiver, (request) => answerManagement(peer.broker, request))
      return undefined
    case 'hub':
    case 'partition':
      return peer.denial(address, Date.now()) ?? openPublisher(peer, receiver, parsed)
    case 'reader':
    case undefined:
      return notImplemented(`sending to '${address}'`)
  }
}

/** The broker sends, the client receives. */
function openForReading(peer: Peer, sender: Sender, address: string): Refusal | undefined {
  settleWhenSending(sender)
  const parsed = parseAddress(address)
  switch (parsed?.node) {
    case 'cbs':
    case 'management':
      peer.replyLinks.set(sender.name, sender)
      if (sender.target?.address) peer.replyLinks.set(sender.target.address, sender)
      return undefined
    case 'reader':
      return peer.denial(address, Date.now()) ?? openReader(peer, sender, parsed)
    case 'hub':
    case 'partition':
    case undefined:
      return notImplemented(`reading from '${address}'; read from hub/ConsumerGroups/group/Partitions/n`)
  }
}

/** rhea collects a frame, and the frames of a message, to their end, however far that is. */
function incompleteBytes(connection: Connection): number {
  let bytes = Number(connection['frame_size'] ?? 0)
  connection.each_receiver((receiver: { _incomplete?: { frames: readonly (Buffer | undefined)[] } }) => {
    for (const frame of receiver['_incomplete']?.frames ?? []) bytes += frame?.length ?? 0
  })
  return bytes
}

function errorOf(context: unknown): unknown {
  if (context instanceof Error || typeof context !== 'object' || context === null) return context
  const { error, connection, session, sender, receiver } = context as Record<string, { error?: unknown } | undefined>
  return error ?? sender?.error ?? receiver?.error ?? session?.error ?? connection?.error
}
