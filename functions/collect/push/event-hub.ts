import type { EventHubProducerClient } from '@azure/event-hubs'

import type { DeadLetter } from '../dead-letter.ts'
import { eventHubPublisher } from '../event-hub.ts'
import { oneLine } from '../one-line.ts'
import type { PushPublisher } from './push.ts'

/** Somebody waits on the other end, who can come back: sooner an answer than the last retry. */
const withinMs = 20_000

export function pushPublisher(producer: (hub: string) => Promise<EventHubProducerClient>, nowMs: () => number): PushPublisher {
  return {
    async publish(messages) {
      const tooLarge: DeadLetter[] = []
      const deadLetters = { add: async (letters: readonly DeadLetter[]) => void tooLarge.push(...letters) }
      try {
        await eventHubPublisher(producer, deadLetters, nowMs, withinMs).publish(messages)
        return { kind: 'published', tooLarge }
      } catch (error) {
        const errors = singleErrors(error)
        const reason = oneLine(errors.at(-1)?.message ?? String(error))
        return { kind: errors.some(isBusy) ? 'busy' : 'away', reason }
      }
    },
  }
}

/** Of a send that it tried several times the SDK throws all errors in one, which has no message of its own. */
function singleErrors(error: unknown): Error[] {
  if (error instanceof AggregateError) return error.errors.flatMap(singleErrors)
  return error instanceof Error ? [error] : []
}

/** The SDK's names of `com.microsoft:server-busy` and `amqp:resource-limit-exceeded`: more events than the throughput units allow. */
const busyCodes: ReadonlySet<unknown> = new Set(['ServerBusyError', 'QuotaExceededError'])
const isBusy = (error: Error) => 'code' in error && busyCodes.has(error.code)
