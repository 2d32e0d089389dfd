import rhea, { type EventContext, type Message, type Receiver } from 'rhea'

import type { Peer } from './peer.ts'
import { argumentError, type Refusal, statusOf } from './refusal.ts'

/** A request's outcome; `body` is an AMQP value as rhea encodes it. */
export type Answer = { status: number; description: string; body: unknown } | { refused: Refusal }

/**
 * Request and response over a pair of links, as `$cbs` and `$management` do it: the reply goes to the link that `reply_to` names and
 * carries the request's id, so that requests may overlap.
 */
export function answerRequests(peer: Peer, receiver: Receiver, answer: (request: Message) => Answer): void {
  receiver.on('message', ({ message, delivery }: EventContext) => {
    if (message === undefined || delivery === undefined) return
    const link = peer.replyLinks.get(String(message.reply_to))
    if (Buffer.isBuffer(message) || message.message_id === undefined || link === undefined) {
      delivery.reject(argumentError('A request needs message_id, and reply_to with the name of a link from the same address.'))
      return
    }
    // rhea would queue what the client gives no credit for, and throw when its queue of 2,048 is full.
    if (!link.sendable()) {
      delivery.reject({ condition: 'amqp:resource-limit-exceeded', description: 'The reply link has no credit.' })
      return
    }
    link.send(reply(message, answer(message)))
    delivery.accept()
  })
}

export function propertyOf(request: Message, name: string): string {
  const value: unknown = request.application_properties?.[name]
  return typeof value === 'string' ? value : ''
}

function reply(request: Message, answer: Answer): Message {
  const ours =
    'refused' in answer
      ? {
          'status-code': rhea.types.wrap_int(statusOf(answer.refused)),
          'status-description': answer.refused.description,
          'error-condition': rhea.types.wrap_symbol(answer.refused.condition),
        }
      : { 'status-code': rhea.types.wrap_int(answer.status), 'status-description': answer.description }
  const id = request.message_id
  return {
    ...(id === undefined ? {} : { correlation_id: id }),
    application_properties: ours,
    body: 'refused' in answer ? null : answer.body,
  }
}
