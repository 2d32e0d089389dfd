import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

import { eventually } from './whole-stack.ts'

/** One connection, at Betfair's end of it. */
export type Caller = {
  /** What it has said so far. */
  heard: Record<string, unknown>[]
  says(message: unknown): void
  sends(text: string): void
  drops(): void
  isClosed(): boolean
}
/** A server on this machine that speaks Betfair's stream protocol as far as the test says its part. */
export type BetfairServer = AsyncDisposable & {
  url: string
  callers: Caller[]
  /** The connection of this number, once it has authenticated and subscribed; what its subscription was. */
  subscribed(number: number): Promise<{ caller: Caller; subscription: Record<string, unknown> }>
}

export async function betfairServer(answer: (request: Record<string, unknown>) => unknown = succeeds): Promise<BetfairServer> {
  const callers: Caller[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const heard: Caller['heard'] = []
    const sends = (text: string) => void socket.write(text)
    const says = (message: unknown) => sends(`${JSON.stringify(message)}\r\n`)
    callers.push({ heard, says, sends, drops: () => void socket.destroy(), isClosed: () => socket.destroyed })
    says({ op: 'connection', connectionId: `c-${callers.length}` })
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().trimEnd().split('\r\n')) {
        const request = JSON.parse(line) as Record<string, unknown>
        heard.push(request)
        says(answer(request))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    callers,
    async subscribed(number) {
      await eventually(`connection ${number} has subscribed`, async () => callers[number - 1]?.heard.length === 2)
      const caller = callers[number - 1]
      const subscription = caller?.heard[1]
      if (caller === undefined || subscription === undefined) throw new Error('unreachable')
      return { caller, subscription }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export const succeeds = ({ id }: Record<string, unknown>) => ({
  op: 'status',
  id,
  statusCode: 'SUCCESS',
  connectionClosed: false,
})
