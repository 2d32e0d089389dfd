import { app, type InvocationContext, trigger } from '@azure/functions'

import { consumerGroups, topics } from '../../infra/names.ts'
import type { Connections } from '../connect/connections.ts'
import { withDeadline } from '../connect/deadline.ts'
import { hubEvents } from '../connect/hub-events.ts'
import { tellingOf } from '../connect/put-aside.ts'
import { hubTrigger, retryForEver } from '../connect/triggers.ts'
import type { Settings } from '../settings.ts'
import { BookCache } from './book-cache.ts'
import { inHundredths, noCharges } from './charges.ts'
import { bookStore, countStore, deadLetters } from './cosmos.ts'
import { FeedCounts } from './counts.ts'
import { dedupe } from './dedupe.ts'
import { dedupeWatch } from './telemetry.ts'

/** Longer than the SDK's own retries, shorter than the five minutes that host.json gives an invocation. */
const batchDeadlineMs = 60_000
/** The counts are not worth a longer wait: they go with a later batch. */
const countsDeadlineMs = 3_000

/** One function a topic, so that each scales alone. They share the books, a market being of one topic only, and the counts. */
export function registerDedupe(settings: Settings, connections: Connections): void {
  const cache = new BookCache()
  const counts = new FeedCounts()
  for (const topic of settings.topics) {
    const { hub } = topics[topic]
    app.generic(`dedupe${topic.charAt(0).toUpperCase()}${topic.slice(1)}`, {
      trigger: trigger.generic(hubTrigger(hub, consumerGroups.dedupe)),
      retry: retryForEver,
      async handler(bodies: unknown, context: InvocationContext) {
        const database = await connections.odds()
        const startedMs = Date.now()
        const { events, aligned } = hubEvents(bodies, context.triggerMetadata)
        const charges = noCharges()
        const report = await withDeadline(batchDeadlineMs, (signal) => {
          const ports = {
            books: bookStore(database, settings.tickTtlSeconds, signal, charges),
            deadLetters: tellingOf(deadLetters(database, hub, Date.now, signal), (putAside) =>
              context.warn('put aside', JSON.stringify({ hub, ...putAside })),
            ),
            watch: dedupeWatch(connections.telemetry, { hub, topic, invocationId: context.invocationId, charges }),
          }
          return dedupe(events, ports, cache, Date.now, counts)
        })
        const [uncounted] = await withDeadline(countsDeadlineMs, (signal) =>
          counts.write(countStore(database, signal), Date.now()),
        )
        if (uncounted !== undefined) context.warn('counts not kept', uncounted)
        context.log(
          'ticks saved',
          JSON.stringify({
            hub,
            events: events.length,
            aligned,
            ...report,
            ...inHundredths(charges),
            tookMs: Date.now() - startedMs,
          }),
        )
      },
    })
  }
}
