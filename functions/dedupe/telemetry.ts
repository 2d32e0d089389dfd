import { lettersPutAside } from '../connect/put-aside.ts'
import type { Counter, Telemetry } from '../connect/telemetry.ts'
import type { Charges } from './charges.ts'
import { type DedupeWatch, unwatched } from './watch.ts'

/** `charges` are those of this one batch. */
export type Circumstances = { hub: string; topic: string; invocationId: string; charges: Charges }

export function dedupeWatch(telemetry: Telemetry | undefined, circumstances: Circumstances): DedupeWatch {
  if (telemetry === undefined) return unwatched
  const { hub, topic, invocationId, charges } = circumstances
  const where = { 'messaging.system': 'eventhubs', 'messaging.destination.name': hub, 'faas.invocation_id': invocationId }
  return {
    batch: ({ startedAtMs, events, markets, causes }, act) => {
      const facts = { ...where, 'messaging.batch.message_count': events, markets }
      return telemetry.step({ name: 'dedupe batch', kind: 'consumer', facts, causes, startedAtMs }, async (step) => {
        const report = await act({
          traceparent: step.traceparent,
          saving: (act) =>
            step.step({ name: 'save', kind: 'client', facts: { 'db.system.name': 'azure.cosmosdb', topic } }, async (save) => {
              try {
                return await act()
              } finally {
                save.learned({ 'azure.cosmosdb.operation.request_charge': charges.requestUnits, throttled: charges.throttled })
                save.count(requestUnits, charges.requestUnits, { topic })
                save.count(throttled, charges.throttled, { topic })
              }
            }),
        })
        const { fresh, duplicate, stale, rejected, conflicts, ticks, lags } = report
        const verdicts = { fresh, duplicate, stale, rejected }
        for (const [verdict, count] of Object.entries(verdicts)) step.count(messages, count, { topic, verdict })
        step.count(ticksStored, ticks, { topic })
        step.count(overtaken, conflicts, { topic })
        step.count(lettersPutAside, rejected, { stage: 'dedupe', topic })
        step.took('published to observed', lags.publishedToObserved, { topic })
        step.took('observed to stored', lags.observedToStored, { topic })
        step.learned({ ...verdicts, ticks, conflicts })
        return report
      })
    },
  }
}

const messages: Counter = {
  name: 'oddscast.messages',
  unit: '{message}',
  description: 'Messages read from the event hubs, by verdict',
}
const ticksStored: Counter = { name: 'oddscast.ticks.stored', unit: '{tick}', description: 'Ticks stored' }
const overtaken: Counter = {
  name: 'oddscast.conflicts',
  unit: '{write}',
  description: 'Writes that another worker was first with, and that were judged again',
}
const requestUnits: Counter = {
  name: 'oddscast.request_units',
  unit: '{request_unit}',
  description: 'Request units of Cosmos DB that storing ticks took',
}
const throttled: Counter = {
  name: 'oddscast.throttled',
  unit: '{request}',
  description: 'Requests that Cosmos DB was too busy for, and that were made again',
}
