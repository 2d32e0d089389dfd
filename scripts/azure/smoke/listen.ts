import type { Tick } from '../../../functions/book/tick.ts'
import { marketGroup } from '../../../functions/book/ids.ts'
import { isOfUnknownKind, parseBoardMessage } from '../../../functions/book/wire.ts'
import { smokeMarket, smokeTopic } from './market.ts'

export type Heard = { tick: Tick; sentAtMs: number; receivedAtMs: number }

/** A browser that looks at the one market: its socket, joined before anything is pushed. */
export async function listen(
  address: string,
  signal: AbortSignal,
  nowMs: () => number,
): Promise<{ heard(is: (tick: Tick) => boolean): Promise<Heard>; close(): void }> {
  const socket = new WebSocket(address, 'json.webpubsub.azure.v1')
  const ticks: Heard[] = []
  let wake = () => {}
  const joined = Promise.withResolvers<void>()
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ type: 'joinGroup', group: marketGroup(smokeTopic, smokeMarket), ackId: 1 })),
  )
  socket.addEventListener('error', () => joined.reject(new Error(`the socket at ${hostOf(address)} cannot be opened`)))
  socket.addEventListener('close', () => joined.reject(new Error(`${hostOf(address)} closed the socket`)))
  socket.addEventListener('message', ({ data }) => {
    const receivedAtMs = nowMs()
    const frame = JSON.parse(String(data)) as { type: string; success?: boolean; data?: unknown }
    if (frame.type === 'ack') {
      if (frame.success === true) joined.resolve()
      else joined.reject(new Error(`${hostOf(address)} does not let the client join the market's group`))
    }
    if (frame.type !== 'message' || isOfUnknownKind(frame.data)) return
    const message = parseBoardMessage(frame.data)
    if (!message.ok || message.value.kind !== 'delta') return
    const { sentAtMs, markets } = message.value
    for (const { id, ticks: told } of markets)
      if (id === smokeMarket) for (const tick of told) ticks.push({ tick, sentAtMs, receivedAtMs })
    wake()
  })
  const late = () => joined.reject(new Error(`the socket at ${hostOf(address)} did not join in time`))
  signal.addEventListener('abort', late, { once: true })
  try {
    await joined.promise
  } catch (error) {
    socket.close()
    throw error
  }
  return {
    close: () => socket.close(),
    async heard(is) {
      for (;;) {
        const found = ticks.find(({ tick }) => is(tick))
        if (found !== undefined) return found
        signal.throwIfAborted()
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
  }
}

/** Never the address itself: it holds a token. */
const hostOf = (address: string) => URL.parse(address)?.host ?? 'the address that the board gave'
