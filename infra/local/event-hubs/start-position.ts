import type { LogState, StartPosition } from './log.ts'
import { argumentError, type Refusal } from './refusal.ts'

export type ParsedStart = { start: StartPosition } | { refused: Refusal }

/**
 * Reads the selector by which an SDK says where to begin: `amqp.annotation.x-opt-offset > '4711'`, likewise with
 * `x-opt-sequence-number` and `x-opt-enqueued-time` (milliseconds), `>` or `>=`. Offset `-1` is the beginning, `@latest` the end.
 */
export function parseStart(selector: string): ParsedStart {
  const [, annotation, comparison, value] =
    /^\s*amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)\s*(>=?)\s*'([^']*)'\s*$/.exec(selector) ?? []
  if (annotation === undefined || value === undefined) return refuse(selector)
  if (annotation === 'offset' && value === '-1') return { start: { from: 'earliest' } }
  if (annotation === 'offset' && value === '@latest') return { start: { from: 'latest' } }

  const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  const from = kinds[annotation]
  if (from === undefined || !Number.isSafeInteger(number)) return refuse(selector)
  return { start: { from, value: number, inclusive: comparison === '>=' } }
}

/**
 * A position behind the last event is an error, as it is in the service: it means that the checkpoint belongs to a hub that has
 * been emptied since, and waiting there would silently skip every event up to it.
 */
export function refuseBeyondEnd(start: StartPosition, state: LogState): Refusal | undefined {
  if (start.from === 'offset' && start.value > state.lastOffset) {
    return argumentError(
      `The supplied offset '${start.value}' is invalid. The last offset in the system is '${state.lastOffset}'.`,
    )
  }
  if (start.from === 'sequence' && start.value > state.lastSequence) {
    return argumentError(
      `The supplied sequence number '${start.value}' is invalid. The last sequence number in the system is '${state.lastSequence}'.`,
    )
  }
  return undefined
}

const kinds: Readonly<Record<string, 'offset' | 'sequence' | 'enqueuedTime'>> = {
  offset: 'offset',
  'sequence-number': 'sequence',
  'enqueued-time': 'enqueuedTime',
}

function refuse(selector: string): ParsedStart {
  return {
    refused: argumentError(`The filter "${selector}" is not one of offset, sequence number or enqueued time, > or >= 'value'.`),
  }
}
