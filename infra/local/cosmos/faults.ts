/**
 * Production's failures, asked for: the next requests that fit are answered so, either instead of being carried out or, with
 * `afterCommit`, after: the answer to a write that did happen is lost.
 */
import { badRequest } from './errors.ts'
import type { JsonObject } from './json.ts'
import { operationNames, type OperationName } from './route.ts'

export type Fault = {
  status: number
  count: number
  /** Only requests whose path, decoded, contains this. */
  path?: string
  /** Only requests of this kind; metadata requests of the SDK would otherwise use faults up. */
  operation?: OperationName
  substatus?: number
  retryAfterMs?: number
  afterCommit?: boolean
}

export type Faults = {
  add(fault: Fault): void
  /** What is left of those asked for. */
  pending(): readonly Fault[]
  clear(): void
  /** The fault of this request, if it meets one, which is thereby used. */
  meet(segments: readonly string[], operation: OperationName): Fault | undefined
}

const maxPending = 1_000

export function openFaults(): Faults {
  let pending: Fault[] = []
  return {
    add(fault) {
      if (pending.length >= maxPending) throw badRequest(`At most ${maxPending} faults can be pending.`)
      pending.push({ ...fault })
    },
    pending: () => pending,
    clear() {
      pending = []
    },
    meet(segments, operation) {
      if (pending.length === 0) return undefined
      const path = `/${segments.join('/')}`
      const fault = pending.find((each) => path.includes(each.path ?? '') && (each.operation ?? operation) === operation)
      if (fault === undefined) return undefined
      fault.count -= 1
      pending = pending.filter(({ count }) => count > 0)
      return fault
    },
  }
}

export function parseFault(body: JsonObject): Fault {
  const { status, count = 1, path, operation, substatus, retryAfterMs, afterCommit } = body
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 400 || status > 599) {
    throw badRequest('A fault needs a status from 400 to 599.')
  }
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1)
    throw badRequest('The count of a fault must be 1 or more.')
  if (path !== undefined && typeof path !== 'string') throw badRequest('The path of a fault must be text.')
  const name = operationNames.find((each) => each === operation)
  if (operation !== undefined && name === undefined) {
    throw badRequest(`The operation of a fault must be one of ${operationNames.join(', ')}.`)
  }
  return {
    status,
    count,
    ...(path === undefined ? {} : { path }),
    ...(name === undefined ? {} : { operation: name }),
    ...(typeof substatus === 'number' ? { substatus } : {}),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(afterCommit === true ? { afterCommit } : {}),
  }
}
