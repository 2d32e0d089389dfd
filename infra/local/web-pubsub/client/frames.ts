import * as v from '@badrap/valita'

import { isTtl, type Payload } from '../delivery/message.ts'
import { textFrame } from '../delivery/websocket-frame.ts'
import { isEventName, isGroupName } from '../names.ts'

/** What a client of the two JSON subprotocols may say. Without an `ackId` it wants no answer, not even to an error. */
export type Request =
  | { type: 'joinGroup'; group: string; ackId: number | undefined }
  | { type: 'leaveGroup'; group: string; ackId: number | undefined }
  | { type: 'sendToGroup'; group: string; payload: Payload; noEcho: boolean; ttlSeconds: number; ackId: number | undefined }
  | { type: 'event'; event: string; ackId: number | undefined }
  | { type: 'ping' }
  | { type: 'sequenceAck'; sequenceId: number }

/** `bad` is answered and the connection goes on; `malformed` ends it. */
export type Read =
  | { kind: 'request'; request: Request }
  | { kind: 'bad'; ackId: number | undefined; problem: string }
  | { kind: 'malformed'; problem: string }

export type AckError = { name: 'Forbidden' | 'InternalServerError' | 'Duplicate' | 'BadRequest'; message: string }

export function readRequest(text: string): Read {
  const raw = parseJson(text)
  if (raw === undefined) return { kind: 'malformed', problem: 'A frame must be one JSON object.' }
  const typed = anyFrame.try(raw)
  if (!typed.ok) return { kind: 'malformed', problem: 'A frame must be a JSON object with a type.' }
  const { type } = typed.value
  const checked = wire.try(raw)
  if (checked.ok) return judge(checked.value)
  const problem = known.has(type)
    ? `A '${type}' frame is malformed: ${checked.message}`
    : `Frames of type '${type}' are not supported.`
  return { kind: 'malformed', problem }
}

export const connectedFrame = (connectionId: string, userId: string | null, reconnectionToken?: string): Buffer =>
  textFrame(JSON.stringify({ type: 'system', event: 'connected', userId, connectionId, reconnectionToken }))

export const disconnectedFrame = (message: string): Buffer =>
  textFrame(JSON.stringify({ type: 'system', event: 'disconnected', message }))

export const ackFrame = (ackId: number, error?: AckError): Buffer =>
  textFrame(JSON.stringify({ type: 'ack', ackId, success: error === undefined, error }))

export const pongFrame: Buffer = textFrame('{"type":"pong"}')

type Wire = v.Infer<typeof wire>

/** Refuses by name what the service's newer clients can add to a frame and what would silently be left out here. */
function judge(frame: Wire): Read {
  switch (frame.type) {
    case 'ping':
      return { kind: 'request', request: { type: 'ping' } }
    case 'sequenceAck':
      return { kind: 'request', request: { type: 'sequenceAck', sequenceId: frame.sequenceId } }
    case 'event': {
      if (!isEventName(frame.event)) return bad(frame.ackId, `'${frame.event}' is not an event name.`)
      return { kind: 'request', request: { type: 'event', event: frame.event, ackId: frame.ackId } }
    }
    case 'joinGroup':
    case 'leaveGroup': {
      if (!isGroupName(frame.group)) return bad(frame.ackId, badGroup)
      return { kind: 'request', request: { type: frame.type, group: frame.group, ackId: frame.ackId } }
    }
    case 'sendToGroup': {
      if (!isGroupName(frame.group)) return bad(frame.ackId, badGroup)
      if (frame.stream !== undefined) return bad(frame.ackId, "sendToGroup with 'stream' is not supported.")
      if (frame.metadata !== undefined) return bad(frame.ackId, "sendToGroup with 'metadata' is not supported.")
      const payload = payloadOf(frame.dataType ?? 'json', frame.data)
      if ('problem' in payload) return bad(frame.ackId, payload.problem)
      const { group, ackId, noEcho = false, ttlSeconds = 0 } = frame
      if (!isTtl(ttlSeconds)) return bad(frame.ackId, 'ttlSeconds must be an integer from 0 to 300.')
      return { kind: 'request', request: { type: 'sendToGroup', group, payload, noEcho, ttlSeconds, ackId } }
    }
  }
}

const bad = (ackId: number | undefined, problem: string): Read => ({ kind: 'bad', ackId, problem })
const badGroup = 'A group name has 1 to 1024 characters and is not blank.'

function payloadOf(dataType: string, data: unknown): Payload | { problem: string } {
  switch (dataType) {
    case 'json':
      return data === undefined ? { problem: 'data is missing.' } : { dataType, json: JSON.stringify(data) }
    case 'text':
      return typeof data === 'string' ? { dataType, text: data } : { problem: 'data must be a string when dataType is text.' }
    case 'binary':
      return typeof data === 'string' ? fromBase64(data) : { problem: notBase64 }
    default:
      return { problem: `dataType '${dataType}' is not supported; use json, text or binary.` }
  }
}

const notBase64 = 'data must be base64 when dataType is binary.'

/** Node skips what is no base64, so what it read is written again and compared. */
function fromBase64(text: string): Payload | { problem: string } {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? { dataType: 'binary', bytes } : { problem: notBase64 }
}

/** On the wire an unsigned 64-bit integer; beyond 2^53 it would come back changed, so it is refused instead. */
const counter = v.number().assert((n) => Number.isSafeInteger(n) && n >= 0, 'not an integer from 0 to 2^53 - 1')
const anyFrame = v.object({ type: v.string() }).rest(v.unknown())
const toGroup = { group: v.string(), ackId: counter.optional() }
const known = new Set(['joinGroup', 'leaveGroup', 'sendToGroup', 'event', 'ping', 'sequenceAck'])
const wire = v.union(
  v.object({ type: v.literal('joinGroup'), ...toGroup }).rest(v.unknown()),
  v.object({ type: v.literal('leaveGroup'), ...toGroup }).rest(v.unknown()),
  v
    .object({
      type: v.literal('sendToGroup'),
      ...toGroup,
      dataType: v.string().optional(),
      data: v.unknown().optional(),
      noEcho: v.boolean().optional(),
      ttlSeconds: v.number().optional(),
      stream: v.unknown().optional(),
      metadata: v.unknown().optional(),
    })
    .rest(v.unknown()),
  v.object({ type: v.literal('event'), event: v.string(), ackId: counter.optional() }).rest(v.unknown()),
  v.object({ type: v.literal('ping') }).rest(v.unknown()),
  v.object({ type: v.literal('sequenceAck'), sequenceId: counter }).rest(v.unknown()),
)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
