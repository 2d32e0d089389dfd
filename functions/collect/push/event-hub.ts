import type { EventHubProducerClient } from '@azure/event-hubs'

import type { DeadLetter } from '../dead-letter.ts'
import { eventHubPublisher } from '../event-hub.ts'
import { reasonOf } from '../one-line.ts'
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
        return { kind: isBusy(error) ? 'busy' : 'away', reason: reasonOf(error) }
      }
    },
  }
}

/** The SDK's names of `com.microsoft:server-busy` and `amqp:resource-limit-exceeded`: more events than the throughput units allow. */
const busyCodes: ReadonlySet<unknown> = new Set(['ServerBusyError', 'QuotaExceededError'])

/** Of several tries one is enough. */
function isBusy(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isBusy)
  return error instanceof Error && 'code' in error && busyCodes.has(error.code)
}
