import { randomUUID } from 'node:crypto'

import type { Clock } from '../clock.ts'
import { AckMemory } from './client/ack-memory.ts'
import type { Admission } from './client/admission.ts'
import type { ClientSocket } from './client/client-socket.ts'
import { Connection, type Speech, type Surroundings } from './client/connection.ts'
import { connectedFrame } from './client/frames.ts'
import { ReliableQueue } from './client/reliable.ts'
import { receive } from './client/requests.ts'
import { rightOf } from './client/roles.ts'
import { Outbox } from './delivery/outbox.ts'
import { createFaults, type FaultGates, type Faults } from './faults.ts'
import { type Compiled, createFilterCompiler } from './filter/filter.ts'
import { Hub } from './hub.ts'
import { type Counters, createCounters, type Stats } from './stats.ts'
import type { Upstream } from './upstream.ts'
import { type Claims, isMeantFor, signToken, verifyToken } from './tokens.ts'

export type Recovery = Extract<Admission, { kind: 'recover' }>
export type Entry = Exclude<Admission, Recovery>

/** A reconnection token is good for a week, and for its connection only. */
const reconnectionSeconds = 7 * 86_400

/** All that the service holds while it runs: its hubs and the connections in them. Nothing of it outlives the process. */
export class Service {
  readonly counters: Counters = createCounters()
  readonly outbox = new Outbox(this.counters)
  readonly compileFilter: (source: string) => Compiled = createFilterCompiler()
  readonly clock: Clock
  readonly accessKey: string
  readonly faults: Faults
  readonly gates: FaultGates
  readonly #log: (event: string, fields?: object) => void
  readonly #upstream: Upstream
  readonly #hubs = new Map<string, Hub>()
  #arrivals = 0

  constructor(clock: Clock, accessKey: string, log: (event: string, fields?: object) => void, upstream: Upstream) {
    this.clock = clock
    this.accessKey = accessKey
    this.#log = log
    this.#upstream = upstream
    const { faults, gates } = createFaults(() => this.connections())
    this.faults = faults
    this.gates = gates
  }

  /** Hub names are case-insensitive. A hub exists while someone is connected to it; any other is empty. */
  hub(name: string): Hub {
    return this.#hubs.get(name.toLowerCase()) ?? new Hub()
  }

  *connections(): Iterable<Connection> {
    for (const hub of this.#hubs.values()) yield* hub.all()
  }

  enter(entry: Entry, socket: ClientSocket): void {
    const { hubName, claims } = entry
    const hub = this.hub(hubName)
    this.#hubs.set(hubName.toLowerCase(), hub)
    const connection = new Connection(this.#identity(entry, claims), this.#around(hub, hubName), socket)
    hub.add(connection)
    for (const group of claims.groups) hub.join(connection, group)
    if (entry.kind === 'enter') connection.answer(this.#greeting(connection, hubName))
    this.#upstream.connected(hubName, connection)
  }

  /** Returns why not, or undefined when the connection goes on with this socket. */
  recover({ hubName, connectionId, reconnectionToken, subprotocol }: Recovery, socket: ClientSocket): string | undefined {
    const verdict = verifyToken(reconnectionToken, this.accessKey, this.clock.nowMs())
    if (verdict.kind === 'invalid') return verdict.problem
    if (!isMeantFor(verdict.claims, recoveryPath(hubName, connectionId))) return 'The token is for another connection.'
    const connection = this.hub(hubName).connection(connectionId)
    if (connection === undefined) return 'There is no such connection any more.'
    if (connection.speech.protocol !== 'reliable' || subprotocol !== connection.protocol)
      return 'Only a reliable connection recovers.'
    connection.recover(socket, connection.speech.queue, this.#greeting(connection, hubName))
    return undefined
  }

  stats(): Stats {
    const all = [...this.connections()]
    const live = all.filter((connection) => connection.isLive).length
    const groups = [...this.#hubs.values()].reduce((sum, hub) => sum + hub.groupCount, 0)
    return { connections: { live, recoverable: all.length - live }, hubs: this.#hubs.size, groups, ...this.counters }
  }

  #identity(entry: Entry, claims: Claims): ConstructorParameters<typeof Connection>[0] {
    return {
      connectionId: randomUUID(),
      ordinal: ++this.#arrivals,
      userId: claims.userId,
      protocol: entry.kind === 'enter' ? entry.subprotocol : null,
      speech: speechOf(entry),
      rights: { joinLeaveGroup: rightOf(claims.roles, 'joinLeaveGroup'), sendToGroup: rightOf(claims.roles, 'sendToGroup') },
    }
  }

  #around(hub: Hub, hubName: string): Surroundings {
    return {
      clock: this.clock,
      counters: this.counters,
      log: this.#log,
      left: (connection, why) => {
        hub.remove(connection)
        if (why !== undefined) this.#upstream.disconnected(hubName, connection, why)
        if (hub.size === 0) this.#hubs.delete(hubName.toLowerCase())
      },
      received: (connection, data, isBinary) => {
        receive(connection, data, isBinary, { hub, hubName, counters: this.counters, nowMs: this.clock.nowMs() })
      },
    }
  }

  #greeting({ connectionId, userId, speech }: Connection, hubName: string): Buffer {
    if (speech.protocol !== 'reliable') return connectedFrame(connectionId, userId)
    const exp = Math.floor(this.clock.nowMs() / 1_000) + reconnectionSeconds
    const token = signToken({ aud: `http://local${recoveryPath(hubName, connectionId)}`, exp }, this.accessKey)
    return connectedFrame(connectionId, userId, token)
  }
}

const recoveryPath = (hubName: string, connectionId: string): string => `/recover/hubs/${hubName}/${connectionId}`

function speechOf(entry: Entry): Speech {
  if (entry.kind === 'enter simple') return { protocol: 'simple', onFrame: entry.onFrame }
  const executed = new AckMemory()
  return entry.subprotocol === 'json.reliable.webpubsub.azure.v1'
    ? { protocol: 'reliable', executed, queue: new ReliableQueue() }
    : { protocol: 'json', executed }
}
