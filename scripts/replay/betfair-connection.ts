import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'

import type { Change, Definitions, MessageMoment } from './betfair-moments.ts'
import { clkOf, type Request, requestOf, type Subscription, subscriptionOf } from './betfair-subscription.ts'
import { inTime, newcomersPlace, type Start } from './in-time.ts'

export type Connection = {
  socket: Socket
  connectionId: string
  moments: readonly MessageMoment[]
  definitions: Definitions
  start: Start
  log: (line: string) => void
}

/** As the service: whoever says nothing after connecting is sent away. */
const firstWordWithinMs = 15_000

export function converse(connection: Connection): void {
  const { socket, connectionId, definitions, start, log } = connection
  const closed = new AbortController()
  let subscribed = new AbortController()
  let authenticated = false

  const accept = (id: number | undefined) => send(socket, { op: 'status', id, statusCode: 'SUCCESS', connectionClosed: false })
  const refuse = (id: number | undefined, errorCode: string, errorMessage: string) => {
    log(`refused: ${errorCode}, ${errorMessage}`)
    send(socket, { op: 'status', id, statusCode: 'FAILURE', errorCode, errorMessage, connectionId, connectionClosed: true })
    socket.end()
  }

  function obey(request: Request): void {
    const { op, id } = request
    switch (op) {
      case 'authentication':
        if (!request['appKey']) return refuse(id, 'NO_APP_KEY', 'An appKey is required')
        if (!request['session']) return refuse(id, 'NO_SESSION', 'A session is required')
        authenticated = true
        return void accept(id)
      case 'heartbeat':
        return void accept(id)
      case 'marketSubscription':
        return subscribe(request)
      default:
        return refuse(id, 'INVALID_INPUT', `op "${op}" is not served here`)
    }
  }

  /** A connection has one subscription: the next takes its place. */
  function subscribe(request: Request): void {
    if (!authenticated) return refuse(request.id, 'NOT_AUTHORIZED', 'Authentication comes first')
    const subscription = subscriptionOf(request, definitions)
    if (subscription === undefined) return refuse(request.id, 'INVALID_CLOCK', 'Not a clk of this replay')
    subscribed.abort()
    subscribed = new AbortController()
    accept(request.id)
    log(subscription.after === undefined ? 'subscribed' : `resumes after ${clkOf(subscription.after)}`)
    const signal = AbortSignal.any([closed.signal, subscribed.signal])
    play(connection, subscription, signal).catch((error: unknown) => socket.destroy(error instanceof Error ? error : undefined))
  }

  const hush = start.clock.after(firstWordWithinMs, () => refuse(undefined, 'TIMEOUT', 'Nothing was said after connecting'))
  send(socket, { op: 'connection', connectionId })
  createInterface({ input: socket }).on('line', (line) => {
    hush()
    const request = requestOf(line)
    if (request === undefined) refuse(undefined, 'INVALID_INPUT', 'A line that is no JSON object')
    else obey(request)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    hush()
    closed.abort()
  })
}

async function play({ socket, moments, start, log }: Connection, subscription: Subscription, signal: AbortSignal): Promise<void> {
  const { id, after, heartbeatMs } = subscription
  const kind = kinds({
    ...subscription,
    images: moments.filter(({ opens, message }) => opens && message.mc.some(isWanted)).length,
  })
  let last = { clk: after === undefined ? null : clkOf(after), pt: moments[0]?.message.pt ?? 0 }
  let sent = 0
  const heart = beating(start, heartbeatMs, () => send(socket, { op: 'mcm', id, ...last, ct: 'HEARTBEAT' }))
  signal.addEventListener('abort', () => heart.stop(), { once: true })
  const from = after === undefined ? newcomersPlace(moments, start) : { round: after.round, index: after.index + 1 }
  for await (const { moment, place, shiftMs } of inTime(moments, start, from, signal)) {
    const wanted = moment.message.mc.filter(isWanted)
    if (wanted.length === 0) continue
    last = { clk: clkOf(place), pt: moment.message.pt + shiftMs }
    const mc = moment.opens ? wanted.map((change) => ({ ...change, img: true })) : wanted
    const hasRoom = send(socket, { op: 'mcm', id, ...kind(sent++), ...last, mc })
    heart.isHeard()
    if (!hasRoom) await drained(socket, signal)
  }
  if (!signal.aborted) log(`${sent} messages sent; now only heartbeats`)

  function isWanted(change: Change): boolean {
    return subscription.wants(change)
  }
}

/** What the first messages say of themselves. The image of several markets comes in as many segments, for each has its own time. */
function kinds({ after, heartbeatMs, images }: Subscription & { images: number }): (sent: number) => object {
  const beginning = { initialClk: 'replay', conflateMs: 0, heartbeatMs }
  return (sent) => {
    if (after !== undefined) return sent === 0 ? { ct: 'RESUB_DELTA', ...beginning } : {}
    if (sent >= images) return {}
    const segmentType = sent === 0 ? 'SEG_START' : sent === images - 1 ? 'SEG_END' : 'SEG'
    return { ct: 'SUB_IMAGE', ...(images > 1 ? { segmentType } : {}), ...beginning }
  }
}

const send = (socket: Socket, message: object): boolean => socket.writable && socket.write(`${JSON.stringify(message)}\r\n`)

/** A beat whenever nothing else was said for so long. */
function beating({ clock }: Start, everyMs: number, beat: () => void): { isHeard(): void; stop(): void } {
  let heardAtMs = clock.nowMs()
  const tick = () => {
    const restMs = heardAtMs + everyMs - clock.nowMs()
    if (restMs <= 0) {
      heardAtMs = clock.nowMs()
      beat()
    }
    cancel = clock.after(restMs <= 0 ? everyMs : restMs, tick)
  }
  let cancel = clock.after(everyMs, tick)
  return { isHeard: () => void (heardAtMs = clock.nowMs()), stop: () => cancel() }
}

/** As fast as the reader reads, and no faster. */
function drained(socket: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted || !socket.writableNeedDrain) return resolve()
    const done = () => {
      socket.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    socket.once('drain', done)
    signal.addEventListener('abort', done, { once: true })
  })
}
