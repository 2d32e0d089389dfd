import type { EventHubProducerClient } from '@azure/event-hubs'

import type { DeadLetter } from '../dead-letter.ts'
import { eventHubPublisher } from '../event-hub.ts'
import { reasonOf } from '../one-line.ts'
import { type Publishing, unwatched } from '../watch.ts'
import type { PushPublisher } from './push.ts'

/** Somebody waits on the other end, who can come back: sooner an answer than the last retry. */
const withinMs = 20_000

/** What the service asks for at least. */
const restMs = 4_000

/**
 * The SDK tries a busy hub several times, and only then is a push told to come back. For a while after that every other push is told at
 * once: were each to try for itself, they would keep the hub busy.
 */
export function pushPublisher(
  producer: (hub: string) => Promise<EventHubProducerClient>,
  nowMs: () => number,
  snapshotSchemaId?: string,
  publishing: Publishing = unwatched.publishing,
): PushPublisher {
  let busy = { untilMs: 0, reason: '' }
  return {
    async publish(messages) {
      if (nowMs() < busy.untilMs) return { kind: 'busy', reason: busy.reason }
      const tooLarge: DeadLetter[] = []
      const deadLetters = { add: async (letters: readonly DeadLetter[]) => void tooLarge.push(...letters) }
      try {
        await eventHubPublisher(producer, deadLetters, nowMs, { withinMs, snapshotSchemaId, publishing }).publish(messages)
        return { kind: 'published', tooLarge }
      } catch (error) {
        const reason = reasonOf(error)
        if (!isBusy(error)) return { kind: 'away', reason }
        busy = { untilMs: nowMs() + restMs, reason }
        return { kind: 'busy', reason }
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
