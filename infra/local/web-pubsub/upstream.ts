import { createHmac, randomUUID } from 'node:crypto'

import type { Clock } from '../clock.ts'
import type { Connection } from './client/connection.ts'

/** Where the events of connections go: `{hub}` and `{event}` in the address are filled in. */
export type UpstreamOptions = { urlTemplate: string }

/** What is told of a connection that came, or went for good. Nobody waits for it. */
export type Upstream = {
  connected(hub: string, connection: Told): void
  disconnected(hub: string, connection: Told, reason: string): void
  /** Nothing is told any more. */
  close(): void
}
type Told = Pick<Connection, 'connectionId' | 'userId' | 'protocol'>

type Event = { name: 'connected' | 'disconnected'; hub: string; client: Told; body: object; id: string; time: string }

/** As Microsoft's emulator tries again; the service's own schedule is not written down. */
const retryAfterMs = [1_000, 3_000, 5_000]
const deadlineMs = 5_000
const allowedForMs = 60_000
const inFlight = 16
/** Beyond these an event is dropped, which is said: an upstream that is away must not cost this process its memory. */
const mostWaiting = 5_000

export const noUpstream: Upstream = { connected() {}, disconnected() {}, close() {} }

/**
 * Tells events as CloudEvents 1.0 in binary mode, each signed with the access key. Before the first, and again when a minute has passed, it asks
 * whether the upstream wants any ("abuse protection"): an address that does not say so is sent nothing.
 */
export function createUpstream(
  { urlTemplate }: UpstreamOptions,
  accessKey: string,
  clock: Clock,
  log: (event: string, fields?: object) => void,
): Upstream {
  const ended = new AbortController()
  const waiting: { event: Event; tries: number }[] = []
  let sending = 0
  let allowedUntilMs = -Infinity
  let asking: Promise<void> | undefined

  const request = async (method: string, name: string, hub: string, headers: Record<string, string>, body?: string) => {
    const url = urlTemplate.replaceAll('{hub}', encodeURIComponent(hub)).replaceAll('{event}', name)
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(deadlineMs)])
    const response = await fetch(url, {
      method,
      headers: { 'webhook-request-origin': origin, 'ce-awpsversion': '1.0', ...headers },
      redirect: 'manual',
      signal,
      ...(body === undefined ? {} : { body }),
    })
    await response.arrayBuffer()
    return response
  }

  const askWhetherWanted = async (hub: string) => {
    let answer = await request('OPTIONS', 'validate', hub, {})
    if (answer.status === 404) answer = await request('GET', 'validate', hub, {})
    const said = answer.headers.get('webhook-allowed-origin') ?? ''
    const allowed = new Set(said.split(',').map((name) => name.trim().toLowerCase()))
    if (!answer.ok || !(allowed.has('*') || allowed.has(origin)))
      throw new Failure(`it does not allow the origin ${origin} (status ${answer.status})`, answer.status)
    allowedUntilMs = clock.nowMs() + allowedForMs
  }

  const send = async ({ name, hub, client, body, id, time }: Event) => {
    if (clock.nowMs() >= allowedUntilMs) {
      asking ??= askWhetherWanted(hub).finally(() => {
        asking = undefined
      })
      await asking
    }
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'ce-specversion': '1.0',
      'ce-type': `azure.webpubsub.sys.${name}`,
      'ce-source': `/hubs/${hub}/client/${client.connectionId}`,
      'ce-id': id,
      'ce-time': time,
      'ce-hub': hub,
      'ce-connectionId': client.connectionId,
      'ce-eventName': name,
      'ce-signature': `sha256=${createHmac('sha256', accessKey).update(client.connectionId).digest('hex')}`,
      ...(client.userId === null ? {} : { 'ce-userId': asHeader(client.userId) }),
      ...(client.protocol === null ? {} : { 'ce-subprotocol': client.protocol }),
    }
    const { ok, status } = await request('POST', name, hub, headers, JSON.stringify(body))
    if (!ok) throw new Failure(`it answered ${status}`, status)
  }

  const next = () => {
    while (sending < inFlight && !ended.signal.aborted) {
      const first = waiting.shift()
      if (first === undefined) return
      sending++
      void attempt(first)
    }
  }

  const attempt = async ({ event, tries }: { event: Event; tries: number }) => {
    try {
      await send(event)
    } catch (error) {
      if (!ended.signal.aborted) failed(event, tries, error)
    }
    sending--
    next()
  }

  const failed = (event: Event, tries: number, error: unknown) => {
    const why = error instanceof Failure ? error.message : String(error instanceof Error ? (error.cause ?? error) : error)
    const again = error instanceof Failure && !error.passes ? undefined : retryAfterMs[tries]
    if (again !== undefined) return void clock.after(again, () => enqueue(event, tries + 1))
    log('event not delivered', { event: event.name, connectionId: event.client.connectionId, tries: tries + 1, why })
  }

  const enqueue = (event: Event, tries: number) => {
    if (ended.signal.aborted) return
    if (waiting.length >= mostWaiting) {
      log('event dropped', { event: event.name, connectionId: event.client.connectionId, waiting: waiting.length })
      return
    }
    waiting.push({ event, tries })
    next()
  }

  const tell = (name: Event['name'], hub: string, client: Told, body: object) =>
    enqueue({ name, hub, client, body, id: randomUUID(), time: new Date(clock.nowMs()).toISOString() }, 0)

  return {
    connected: (hub, client) => tell('connected', hub, client, {}),
    disconnected: (hub, client, reason) => tell('disconnected', hub, client, { reason }),
    close: () => ended.abort(),
  }
}

/** The service's own host, without a port. */
const origin = '127.0.0.1'

/** What may pass is worth another try. */
class Failure extends Error {
  readonly passes: boolean
  constructor(message: string, status: number) {
    super(message)
    this.passes = status === 408 || status >= 500
  }
}

/** A header carries Latin-1 at most; how the service writes other letters in `ce-userId` is not written down. */
const asHeader = (text: string) => (/^[\u0020-\u007e]*$/.test(text) ? text : encodeURIComponent(text))
