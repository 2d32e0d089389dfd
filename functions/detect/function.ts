import { app, type InvocationContext, trigger } from '@azure/functions'

import { consumerGroups, topics } from '../../infra/names.ts'
import type { Connections } from '../connect/connections.ts'
import { withDeadline } from '../connect/deadline.ts'
import { hubEvents } from '../connect/hub-events.ts'
import { hubTrigger, retryForEver } from '../connect/triggers.ts'
import type { Settings } from '../settings.ts'
import { alertStore, linkedFixtures, venueBooks } from './cosmos.ts'
import { detect } from './detect.ts'
import { linkedQuestions } from './linked.ts'
import { Memory } from './memory.ts'
import { detectWatch } from './telemetry.ts'

/** Longer than the SDK's own retries, shorter than the five minutes that host.json gives an invocation. */
const batchDeadlineMs = 60_000
const linksDeadlineMs = 10_000

/** One function a topic, beside dedupe's and at its own pace: what it costs to look for alerts delays no tick. */
export function registerDetect(settings: Settings, connections: Connections): void {
  const questions = linkedQuestions(() => loadLinks(connections), Date.now)
  for (const topic of settings.topics) {
    const { hub } = topics[topic]
    const memory = new Memory()
    app.generic(`detect${topic.charAt(0).toUpperCase()}${topic.slice(1)}`, {
      trigger: trigger.generic(hubTrigger(hub, consumerGroups.detect)),
      retry: retryForEver,
      async handler(bodies: unknown, context: InvocationContext) {
        const database = await connections.odds()
        const startedMs = Date.now()
        const { events, aligned } = hubEvents(bodies, context.triggerMetadata)
        const { refused, ...report } = await withDeadline(batchDeadlineMs, (signal) => {
          const ports = {
            alerts: alertStore(database, signal),
            questions,
            books: venueBooks(database, signal),
            watch: detectWatch(connections.telemetry, { hub, topic, invocationId: context.invocationId }),
          }
          return detect(events, ports, memory, settings.detect, Date.now)
        })
        if (refused.length > 0) context.error('alerts refused', JSON.stringify({ count: refused.length, first: refused[0] }))
        const tookMs = Date.now() - startedMs
        context.log('messages judged', JSON.stringify({ hub, events: events.length, aligned, ...report, ...memory.size, tookMs }))
      },
    })
  }
}

async function loadLinks(connections: Connections) {
  const database = await connections.odds()
  const { fixtures, unreadable } = await withDeadline(linksDeadlineMs, (signal) => linkedFixtures(database, Date.now(), signal))
  if (unreadable.length > 0)
    console.error('fixtures unreadable', JSON.stringify({ count: unreadable.length, first: unreadable[0] }))
  return fixtures
}
