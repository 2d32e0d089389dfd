import type { Message } from 'rhea'

import { audiencePath, parseAddress } from './address.ts'
import { findEntity } from './broker.ts'
import type { Peer } from './peer.ts'
import { argumentError, notFound, notImplemented } from './refusal.ts'
import { type Answer, propertyOf } from './requests.ts'
import { judgeSas } from './sas.ts'

/**
 * Claims-based security: before it attaches to an entity, a client puts a token for it to `$cbs`. An entity that does not exist is
 * refused here already, because this is the one place where the SDK's sender reports an error instead of waiting.
 */
export function answerCbs(peer: Peer, request: Message): Answer {
  const operation = propertyOf(request, 'operation')
  if (operation !== 'put-token') return { refused: notImplemented(`the $cbs operation '${operation}'`) }
  const type = propertyOf(request, 'type')
  if (type !== 'servicebus.windows.net:sastoken') {
    return { refused: notImplemented(`tokens of type '${type}': connect with the connection string that it printed`) }
  }
  const audience = propertyOf(request, 'name')
  const path = audiencePath(audience)
  const token: unknown = request.body
  if (path === undefined || typeof token !== 'string') {
    return { refused: argumentError('put-token needs the URL of the entity as name, and the token as body.') }
  }

  // A token's life is stamped by the clock of the client's machine, whatever clock the broker was given.
  const verdict = judgeSas(token, audience, Date.now())
  if ('refused' in verdict) return verdict

  const address = parseAddress(path)
  if (address === undefined) return { refused: notFound(path) }
  if ('hub' in address) {
    const found = findEntity(peer.broker, address)
    if ('refused' in found) return found
  }
  peer.grant(path, verdict.expiresMs)
  return { status: 202, description: 'Accepted', body: null }
}
