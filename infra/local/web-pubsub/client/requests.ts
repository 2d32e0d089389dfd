import { expiresAtMs, Message, type Payload } from '../delivery/message.ts'
import { type Hub, send } from '../hub.ts'
import type { Counters } from '../stats.ts'
import type { Connection } from './connection.ts'
import { ackFrame, type AckError, pongFrame, readRequest, type Request } from './frames.ts'
import { allows } from './roles.ts'

export type Desk = { hub: Hub; hubName: string; counters: Counters; nowMs: number }

/** Carries out what a client sent. One frame is done before the next is read, so a connection's requests never overtake. */
export function receive(connection: Connection, data: Buffer, isBinary: boolean, desk: Desk): void {
  if (connection.speech.protocol === 'simple') return receiveRaw(connection, data, isBinary, connection.speech.onFrame, desk)
  if (isBinary) return connection.end(1003, 'A JSON subprotocol takes text frames only.')
  const read = readRequest(data.toString('utf8'))
  switch (read.kind) {
    case 'malformed':
      return connection.end(1007, read.problem)
    case 'bad':
      return acknowledge(connection, read.ackId, { name: 'BadRequest', message: read.problem })
    case 'request':
      return carryOut(connection, read.request, desk)
  }
}

function carryOut(connection: Connection, request: Request, desk: Desk): void {
  if (request.type === 'ping') return connection.answer(pongFrame)
  if (request.type === 'sequenceAck') {
    if (connection.speech.protocol === 'reliable') return connection.speech.queue.acknowledge(request.sequenceId)
    return connection.end(1007, 'sequenceAck belongs to json.reliable.webpubsub.azure.v1.')
  }
  const { ackId } = request
  const executed = connection.speech.protocol === 'simple' ? undefined : connection.speech.executed
  if (ackId !== undefined && executed?.has(ackId)) {
    return acknowledge(connection, ackId, { name: 'Duplicate', message: `Message with ack-id: ${ackId} has been processed` })
  }
  const error = execute(connection, request, desk)
  if (ackId !== undefined && error === undefined) executed?.add(ackId)
  acknowledge(connection, ackId, error)
}

type Executable = Exclude<Request, { type: 'ping' } | { type: 'sequenceAck' }>

function execute(connection: Connection, request: Executable, desk: Desk): AckError | undefined {
  switch (request.type) {
    case 'joinGroup':
    case 'leaveGroup': {
      const join = request.type === 'joinGroup'
      if (!allows(connection.rights.joinLeaveGroup, request.group)) return forbidden(join ? 'join' : 'leave', request.group)
      if (join) desk.hub.join(connection, request.group)
      else desk.hub.leave(connection, request.group)
      return undefined
    }
    case 'sendToGroup': {
      if (!allows(connection.rights.sendToGroup, request.group)) return forbidden('send to', request.group)
      publish(connection, request.group, request.payload, desk, request.noEcho, request.ttlSeconds)
      return undefined
    }
    case 'event':
      return { name: 'InternalServerError', message: noHandler(request.event, desk.hubName) }
  }
}

function publish(connection: Connection, group: string, payload: Payload, desk: Desk, noEcho: boolean, ttlSeconds: number): void {
  desk.counters.messagesIn++
  const message = new Message(
    { from: 'group', group, fromUserId: connection.userId },
    payload,
    expiresAtMs(ttlSeconds, desk.nowMs),
  )
  const excluded = new Set(noEcho ? [connection.connectionId] : [])
  send(message, desk.hub.inGroup(group), { excluded, matches: () => true })
}

function receiveRaw(
  connection: Connection,
  data: Buffer,
  isBinary: boolean,
  onFrame: 'sendEvent' | { sendToGroup: string },
  desk: Desk,
): void {
  if (onFrame === 'sendEvent') return connection.end(1011, noHandler('message', desk.hubName))
  const group = onFrame.sendToGroup
  if (!allows(connection.rights.sendToGroup, group)) return connection.end(1008, forbidden('send to', group).message)
  const payload: Payload = isBinary ? { dataType: 'binary', bytes: data } : { dataType: 'text', text: data.toString('utf8') }
  publish(connection, group, payload, desk, false, 0)
}

const noHandler = (event: string, hub: string): string =>
  `Hub '${hub}' has no event handler for '${event}': upstream event handlers are not supported by this local service.`

const forbidden = (doing: string, group: string): AckError => ({
  name: 'Forbidden',
  message: `The client does not have permission to ${doing} group '${group}'.`,
})

function acknowledge(connection: Connection, ackId: number | undefined, error: AckError | undefined): void {
  if (ackId !== undefined) connection.answer(ackFrame(ackId, error))
}
