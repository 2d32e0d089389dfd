import type { BoardMessage, MarketDelta } from '../../functions/book/wire.ts'

export type Listener = (delta: MarketDelta, atMs: number, sentAtMs: number) => void

/** A browser of the topic `politics`: a plain WebSocket that tells every delta it gets, and when. */
export async function listen(board: string, onDelta: Listener): Promise<{ close(): void }> {
  const response = await fetch(new URL('/api/negotiate', board), { method: 'POST' })
  const { url } = (await response.json()) as { url: string }
  const socket = new WebSocket(url, 'json.webpubsub.azure.v1')
  const joined = new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('The Web PubSub server cannot be reached')))
    socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'joinGroup', group: 'odds.politics', ackId: 1 })))
    socket.addEventListener('message', ({ data }) => {
      const atMs = performance.timeOrigin + performance.now()
      const frame = JSON.parse(String(data)) as { type: string; ackId?: number; data?: BoardMessage }
      if (frame.type === 'ack') resolve()
      if (frame.type !== 'message' || frame.data?.kind !== 'delta') return
      for (const delta of frame.data.markets) onDelta(delta, atMs, frame.data.sentAtMs)
    })
  })
  await joined
  return { close: () => socket.close() }
}
