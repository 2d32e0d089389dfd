import { app, type InvocationContext } from '@azure/functions'

import { type ContainerName, database } from '../../infra/names.ts'
import type { Connections } from '../connect/connections.ts'
import { withDeadline } from '../connect/deadline.ts'
import { retryForEver } from '../connect/triggers.ts'
import { fanoutAlerts, fanoutFeeds, fanoutTicks } from './fanout.ts'
import { fanoutWatch } from './telemetry.ts'
import { webPubSubBroadcaster } from './web-pubsub.ts'

/**
 * How long the trigger rests after an empty page, which is most of the time from feed to browser. Each poll of a quiet container costs
 * one request unit: 26 million a month at this rate.
 */
const feedPollDelayMs = 100

/** Alerts are few, and a second later they are as good: a tenth of those request units. */
const alertsPollDelayMs = 1_000

/** Ticks a page at most: what one invocation holds in memory (I9). */
const maxTicksPerPage = 1_000

/** For all sends of a page together; then the host brings it again. */
const pageDeadlineMs = 30_000

export function registerFanout(connections: Connections): void {
  app.cosmosDB('fanoutTicks', {
    ...changesOf('odds'),
    maxItemsPerInvocation: maxTicksPerPage,
    async handler(page: unknown[], context: InvocationContext) {
      const startedMs = Date.now()
      const client = await connections.webPubSub()
      const { unreadable, ...report } = await withDeadline(pageDeadlineMs, (signal) =>
        fanoutTicks(
          page,
          webPubSubBroadcaster(client, signal),
          Date.now,
          fanoutWatch(connections.telemetry, context.invocationId),
        ),
      )
      if (unreadable.length > 0)
        context.error('ticks unreadable', JSON.stringify({ count: unreadable.length, first: unreadable[0] }))
      context.log('ticks sent', JSON.stringify({ ...report, tookMs: Date.now() - startedMs }))
    },
  })
  app.cosmosDB('fanoutFeeds', {
    ...changesOf('feeds'),
    maxItemsPerInvocation: 100,
    async handler(page: unknown[], context: InvocationContext) {
      const client = await connections.webPubSub()
      const unreadable = await withDeadline(pageDeadlineMs, (signal) =>
        fanoutFeeds(page, webPubSubBroadcaster(client, signal), Date.now),
      )
      if (unreadable.length > 0)
        context.error('feeds unreadable', JSON.stringify({ count: unreadable.length, first: unreadable[0] }))
    },
  })
  app.cosmosDB('fanoutAlerts', {
    ...changesOf('alerts'),
    feedPollDelay: alertsPollDelayMs,
    maxItemsPerInvocation: 100,
    async handler(page: unknown[], context: InvocationContext) {
      const client = await connections.webPubSub()
      const { alerts, unreadable } = await withDeadline(pageDeadlineMs, (signal) =>
        fanoutAlerts(page, webPubSubBroadcaster(client, signal), Date.now),
      )
      if (unreadable.length > 0)
        context.error('alerts unreadable', JSON.stringify({ count: unreadable.length, first: unreadable[0] }))
      context.log('alerts sent', JSON.stringify({ alerts }))
    },
  })
}

function changesOf(containerName: ContainerName) {
  return {
    connection: 'COSMOS',
    databaseName: database,
    containerName,
    leaseContainerName: 'leases' satisfies ContainerName,
    leaseContainerPrefix: `fanout-${containerName}-`,
    createLeaseContainerIfNotExists: false,
    startFromBeginning: false,
    feedPollDelay: feedPollDelayMs,
    retry: retryForEver,
  }
}
