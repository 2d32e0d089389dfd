import type { Parsed } from '../../book/wire.ts'
import type { Negotiated } from './api.ts'
import { OddsSocket, type SocketListener, type Stream, type WebSocketClass } from './socket.ts'

export type StreamPorts = {
  negotiate: () => Promise<Negotiated>
  nowMs: () => number
  WebSocket: WebSocketClass
}

/** A stream over a socket of its own. The socket's address and its groups are asked for at the same time; one that was closed meanwhile is not opened. */
export function ownStream(
  { negotiate, nowMs, WebSocket }: StreamPorts,
  groups: Promise<Parsed<readonly string[]>>,
  listener: SocketListener,
): Stream {
  let socket: OddsSocket | undefined
  let closed = false
  const open = async () => {
    const [address, joined] = await Promise.all([negotiate(), groups])
    if (closed) return
    if (!address.ok) listener.lost(address.reason, address.retryAfterMs)
    else if (!joined.ok) listener.lost(joined.reason)
    else socket = new OddsSocket(address.value, joined.value, listener, nowMs, WebSocket)
  }
  void open()
  return {
    recover: () => socket?.recover(),
    beat: () => socket?.beat(),
    probe: () => socket?.probe(),
    close() {
      closed = true
      socket?.close()
    },
  }
}
