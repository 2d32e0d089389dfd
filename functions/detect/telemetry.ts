import type { Counter, Telemetry } from '../connect/telemetry.ts'
import { type DetectWatch, unwatched } from './watch.ts'

export type Circumstances = { hub: string; topic: string; invocationId: string }

export function detectWatch(telemetry: Telemetry | undefined, { hub, topic, invocationId }: Circumstances): DetectWatch {
  if (telemetry === undefined) return unwatched
  const where = { 'messaging.system': 'eventhubs', 'messaging.destination.name': hub, 'faas.invocation_id': invocationId }
  return {
    batch: ({ startedAtMs, events, causes }, act) => {
      const facts = { ...where, 'messaging.batch.message_count': events }
      return telemetry.step({ name: 'detect batch', kind: 'consumer', facts, causes, startedAtMs }, async (step) => {
        const report = await act((raise) =>
          step.step({ name: 'raise', kind: 'client', facts: { 'db.system.name': 'azure.cosmosdb', topic } }, raise),
        )
        const { followed, old, unreadable, found, raised, refused } = report
        step.count(alertsRaised, raised, { topic })
        step.count(alertsRefused, refused.length, { topic })
        step.learned({ followed, old, unreadable, found, raised })
        return report
      })
    },
  }
}

const alertsRaised: Counter = { name: 'oddscast.alerts.raised', unit: '{alert}', description: 'Alerts that were new, and kept' }
const alertsRefused: Counter = {
  name: 'oddscast.alerts.refused',
  unit: '{alert}',
  description: 'Alerts that the store will never take',
}
