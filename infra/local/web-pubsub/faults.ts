import * as v from '@badrap/valita'

import type { Connection } from './client/connection.ts'
import { Refusal } from './refusal.ts'

/** What goes wrong in production, on demand. Counts say how many were hit, or how many still will be. */
export type Faults = {
  /** Breaks every socket without a close frame. Reliable connections can recover. */
  dropConnections(): number
  /** Breaks every socket and forgets its connection, as when a node of the service is lost: recovery is refused. */
  forget(): number
  /** Answers the next sends over REST with this status. `retryAfterMs` goes along as `retry-after-ms`, which the SDK obeys. */
  refuseSends(plan: RefusalPlan): number
  /** Answers the next handshakes with this status. */
  refuseConnections(plan: RefusalPlan): number
}

export type RefusalPlan = { status: number; count: number; retryAfterMs?: number | undefined }

/** Asked before each send and each handshake; throws while a plan lasts. */
export type FaultGates = { beforeSend(): void; beforeHandshake(): void }

export function createFaults(connections: () => Iterable<Connection>): { faults: Faults; gates: FaultGates } {
  const sends = gate('send')
  const handshakes = gate('connection')
  const each = (act: (connection: Connection) => void): number => {
    const hit = [...connections()]
    for (const connection of hit) act(connection)
    return hit.length
  }
  return {
    faults: {
      dropConnections: () => each((connection) => connection.breakSocket()),
      forget: () => each((connection) => connection.forget()),
      refuseSends: sends.plan,
      refuseConnections: handshakes.plan,
    },
    gates: { beforeSend: sends.pass, beforeHandshake: handshakes.pass },
  }
}

/** Carries out a fault that was asked for over HTTP, and says how many it hit. */
export function applyFault(faults: Faults, asked: unknown): number {
  const fault = askedFault.try(asked)
  if (!fault.ok) throw new Refusal(400, 'InvalidFault', `Not a fault this service knows: ${fault.message}`)
  switch (fault.value.kind) {
    case 'drop-connections':
      return faults.dropConnections()
    case 'forget':
      return faults.forget()
    case 'refuse-sends':
      return faults.refuseSends(fault.value)
    case 'refuse-connections':
      return faults.refuseConnections(fault.value)
  }
}

function gate(what: string): { plan: (plan: RefusalPlan) => number; pass: () => void } {
  let current: RefusalPlan = { status: 503, count: 0 }
  return {
    plan(plan) {
      current = { ...plan }
      return current.count
    },
    pass() {
      if (current.count <= 0) return
      current.count--
      const { status, retryAfterMs } = current
      const headers: Record<string, string> = retryAfterMs === undefined ? {} : { 'retry-after-ms': String(retryAfterMs) }
      throw new Refusal(status, 'InjectedFault', `This ${what} is refused because a fault was asked for.`, '', headers)
    },
  }
}

const plan = {
  status: v
    .number()
    .assert((status) => Number.isInteger(status) && status >= 400 && status <= 599, 'not a status from 400 to 599'),
  count: v.number().assert((count) => Number.isInteger(count) && count >= 0, 'not a count'),
  retryAfterMs: v.number().optional(),
}
const askedFault = v.union(
  v.object({ kind: v.literal('drop-connections') }),
  v.object({ kind: v.literal('forget') }),
  v.object({ kind: v.literal('refuse-sends'), ...plan }),
  v.object({ kind: v.literal('refuse-connections'), ...plan }),
)
