import type { Api } from './api.ts'
import { ownStream } from './own-stream.ts'
import type { SessionPorts } from './session.ts'
import { SharedStream } from './shared-stream.ts'
import type { WebSocketClass } from './socket.ts'

export type StreamOptions = {
  api: Pick<Api, 'negotiate'>
  nowMs: () => number
  WebSocket?: WebSocketClass | undefined
  /** Of the board, for those who may share a socket; undefined: nobody may. */
  sharedAs: string | undefined
}

/** One socket for all tabs of a browser where it can be had (over HTTPS, or on this machine), else one of our own. */
export function streamOpener({
  api,
  nowMs,
  WebSocket = globalThis.WebSocket,
  sharedAs,
}: StreamOptions): SessionPorts['openStream'] {
  const ports = { negotiate: api.negotiate, nowMs, WebSocket }
  const own: SessionPorts['openStream'] = (groups, listener) => ownStream(ports, groups, listener)
  if (sharedAs === undefined || !canShare()) return own
  const shared = {
    name: `oddscast 1 ${sharedAs}`,
    locks: navigator.locks,
    openChannel: (name: string) => new BroadcastChannel(name),
    openOwn: own,
    newId: () => crypto.randomUUID(),
    nowMs,
  }
  return (groups, listener) => new SharedStream(shared, groups, listener)
}

/** Outside of a browser there are no tabs, though Node has locks and channels, too. */
const canShare = () =>
  typeof document !== 'undefined' && 'locks' in navigator && typeof BroadcastChannel !== 'undefined' && isSecureContext
