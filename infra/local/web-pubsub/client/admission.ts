import { isGroupName, isHubName } from '../names.ts'
import { Refusal } from '../refusal.ts'
import { decodeSegment, parseTarget } from '../target.ts'
import { type Claims, isMeantFor, verifyToken } from '../tokens.ts'

export const subprotocols = ['json.webpubsub.azure.v1', 'json.reliable.webpubsub.azure.v1'] as const
export type Subprotocol = (typeof subprotocols)[number]

/** What a WebSocket handshake asks for. */
export type Admission =
  | { kind: 'enter'; hubName: string; claims: Claims; subprotocol: Subprotocol }
  | { kind: 'enter simple'; hubName: string; claims: Claims; onFrame: 'sendEvent' | { sendToGroup: string } }
  | { kind: 'recover'; hubName: string; connectionId: string; reconnectionToken: string; subprotocol: Subprotocol | undefined }

export type Handshake = { url: string; authorization: string | undefined; offered: readonly string[] }

/** Throws a `Refusal`, which is answered over HTTP, before any upgrade. */
export function admit(handshake: Handshake, accessKey: string, nowMs: number): Admission {
  const { pathname, searchParams: query } = parseTarget(handshake.url)
  const hubName = hubOf(pathname, query)
  const subprotocol = chooseSubprotocol(handshake.offered)
  if (subprotocol === undefined && handshake.offered.length > 0) throw unsupported(handshake.offered)
  // The JS SDK leaves the access token in the URL when it recovers, and that may long have expired: recovery comes first.
  const connectionId = query.get('awps_connection_id')
  const reconnectionToken = query.get('awps_reconnection_token')
  if (connectionId !== null && reconnectionToken !== null) {
    return { kind: 'recover', hubName, connectionId, reconnectionToken, subprotocol }
  }
  const claims = authenticate(query.get('access_token') ?? bearer(handshake.authorization), hubName, accessKey, nowMs)
  const badGroup = claims.groups.find((group) => !isGroupName(group))
  if (badGroup !== undefined)
    throw new Refusal(400, 'InvalidGroup', `The token names the group '${badGroup}', which is no group name.`)
  if (subprotocol !== undefined) return { kind: 'enter', hubName, claims, subprotocol }
  return { kind: 'enter simple', hubName, claims, onFrame: simpleMode(query) }
}

export const chooseSubprotocol = (offered: Iterable<string>): Subprotocol | undefined =>
  [...offered].map((name) => subprotocols.find((known) => known === name)).find((known) => known !== undefined)

function hubOf(pathname: string, query: URLSearchParams): string {
  if (pathname.startsWith('/clients/')) {
    throw new Refusal(501, 'NotSupported', `'${pathname}' is not supported: neither MQTT nor Socket.IO is.`)
  }
  const inPath = /^\/client\/hubs\/([^/]+)\/?$/.exec(pathname)?.[1]
  const named = inPath === undefined ? undefined : decodeSegment(inPath)
  const hub = named ?? (/^\/client\/?$/.test(pathname) ? query.get('hub') : null)
  if (hub === null) throw new Refusal(404, 'NotFound', `'${pathname}' takes no WebSocket; use /client/hubs/{hub}.`)
  if (!isHubName(hub)) throw new Refusal(400, 'InvalidHub', `'${hub}' is no hub name.`)
  return hub
}

function authenticate(token: string | undefined, hubName: string, accessKey: string, nowMs: number): Claims {
  if (token === undefined) throw new Refusal(401, 'Unauthorized', 'No access_token in the URL and no bearer token.')
  const verdict = verifyToken(token, accessKey, nowMs)
  if (verdict.kind === 'invalid') throw new Refusal(401, 'Unauthorized', verdict.problem)
  if (!isMeantFor(verdict.claims, `/client/hubs/${hubName}`)) {
    throw new Refusal(401, 'Unauthorized', `The token's audience is not this hub, '${hubName}'.`)
  }
  return verdict.claims
}

export const bearer = (authorization: string | undefined): string | undefined => /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]

function unsupported(offered: readonly string[]): Refusal {
  const known = subprotocols.join(' and ')
  return new Refusal(400, 'NotSupported', `Subprotocol ${offered.join(', ')} is not supported; ${known} are, or none.`)
}

function simpleMode(query: URLSearchParams): 'sendEvent' | { sendToGroup: string } {
  const mode = query.get('webpubsub_mode') ?? 'sendEvent'
  if (mode === 'sendEvent') return mode
  if (mode !== 'sendToGroup') throw new Refusal(400, 'NotSupported', `webpubsub_mode '${mode}' is not supported.`)
  const group = query.get('group')
  if (group === null || !isGroupName(group)) throw new Refusal(400, 'InvalidGroup', 'webpubsub_mode=sendToGroup needs a group.')
  return { sendToGroup: group }
}
