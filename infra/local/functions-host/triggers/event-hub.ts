import {
  earliestEventPosition,
  EventHubConsumerClient,
  latestEventPosition,
  type EventPosition,
  type PartitionContext,
  type ReceivedEventData,
} from '@azure/event-hubs'

import type { Clock } from '../../clock.ts'
import type { HostJson } from '../app-files.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { EventHubFunction } from '../definitions.ts'
import type { Invocations } from '../invocations.ts'
import { wait, within } from '../wait.ts'
import { batchInput, singleInput } from './event-hub-input.ts'
import type { Listener } from './listener.ts'

/**
 * Reads every partition of a hub and runs the function for each batch: within a partition strictly one after the other, the
 * partitions side by side. The checkpoint follows each invocation whatever came of it, for that is what Azure does; it stays
 * behind only while a retry policy is at work, when the worker was lost, and when the host is stopping.
 *
 * The SDK's own recovery is good for a lost connection, but where a partition's pump ends, or the first look at the hub fails, it
 * sleeps for half a minute or more. So the hub is asked for first, and any pump that ends by itself has the whole client made anew.
 */
export type EventHubOptions = {
  definition: EventHubFunction
  options: HostJson['eventHubs']
  invocations: Invocations
  checkpoints: Checkpoints
  /** Whether the app asked for empty strings to be kept, by the capability `IncludeEmptyEntriesInMessagePayload`. */
  includeEmpty: () => boolean
  clock: Clock
  log: (event: string, fields?: object) => void
}

/** The SDK's defaults leave a consumer standing for half a minute after the broker has come back. */
const retryOptions = { retryDelayInMs: 300, timeoutInMs: 8_000, maxRetries: 10 }
const loadBalancingOptions = {
  strategy: 'greedy' as const,
  updateIntervalInMs: 10_000,
  partitionOwnershipExpirationIntervalInMs: 60_000,
}
/** Each wait that ends adds `prefetchCount` credits that are never taken back, so it is long. */
const maxWaitTimeInSeconds = 600
/** AMQP credit is 32 bits wide: a client is replaced long before its leak could pass that. */
const mostLeakedCredits = 1_000_000_000
const restartDelayMs = 500
const allPartitionsWithinMs = 10_000
const closeDeadlineMs = 2_000

export function startEventHub(trigger: EventHubOptions): Listener {
  const { definition, checkpoints, clock, log } = trigger
  const stopping = new AbortController()
  const inFlight = new Set<Promise<void>>()
  const done = follow()
  let connected = false

  async function follow(): Promise<void> {
    let reported = false
    while (!stopping.signal.aborted) {
      const problem = await consume().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      if (!stopping.signal.aborted && (connected || !reported)) {
        reported = true
        log('event hub interrupted', { function: definition.name, hub: definition.eventHubName, problem })
      }
      connected = false
      await wait(clock, restartDelayMs, stopping.signal)
    }
  }

  /** One client's life; returns why it ended. */
  async function consume(): Promise<string> {
    const client = new EventHubConsumerClient(
      definition.consumerGroup,
      definition.connectionString,
      definition.eventHubName,
      checkpoints,
      { retryOptions, loadBalancingOptions, identifier: `functions-host/${definition.name}` },
    )
    const ended = Promise.withResolvers<string>()
    const stop = () => ended.resolve('stopped')
    stopping.signal.addEventListener('abort', stop, { once: true })
    try {
      const partitionIds = await client.getPartitionIds({ abortSignal: stopping.signal })
      const opened = new Set<string>()
      const cancel = clock.after(allPartitionsWithinMs, () => {
        if (opened.size < partitionIds.length) ended.resolve(`only ${opened.size} of ${partitionIds.length} partitions opened`)
      })
      const run = partitionRunner(trigger, stopping.signal, inFlight, () => ended.resolve('too much unused credit'))
      const subscription = client.subscribe(
        {
          processInitialize: async ({ partitionId }) => {
            connected = opened.add(partitionId).size === partitionIds.length
          },
          processEvents: run,
          processError: async (error, { partitionId }) => {
            if (error.name !== 'AbortError')
              log('event hub error', { function: definition.name, partitionId, error: error.message })
          },
          processClose: async (reason, { partitionId }) => ended.resolve(`partition ${partitionId} closed: ${reason}`),
        },
        {
          maxBatchSize: trigger.options.maxEventBatchSize,
          prefetchCount: trigger.options.prefetchCount,
          maxWaitTimeInSeconds,
          startPosition: startPosition(trigger.options.start),
          skipParsingBodyAsJson: true,
        },
      )
      const problem = await ended.promise
      cancel()
      await within(clock, closeDeadlineMs, subscription.close())
      return problem
    } finally {
      stopping.signal.removeEventListener('abort', stop)
      await within(clock, closeDeadlineMs, client.close()).catch(() => {})
    }
  }

  return {
    status: () => ({
      eventHub: definition.eventHubName,
      consumerGroup: definition.consumerGroup,
      connected,
      checkpoints: checkpoints.list(definition.eventHubName, definition.consumerGroup),
    }),
    async stop() {
      stopping.abort()
      await done
      await Promise.all(inFlight)
    },
  }
}

/** What happens to each batch of any partition. It never throws: the SDK would end the pump. */
function partitionRunner(
  { definition, options, invocations, includeEmpty, log }: EventHubOptions,
  signal: AbortSignal,
  inFlight: Set<Promise<void>>,
  tooMuchCredit: () => void,
): (events: ReceivedEventData[], context: PartitionContext) => Promise<void> {
  const sinceCheckpoint = new Map<string, number>()
  let leakedCredits = 0

  async function runBatch(events: readonly ReceivedEventData[], context: PartitionContext): Promise<void> {
    if (definition.cardinality === 'many') {
      const makeInput = () => batchInput(events, context, definition.dataType, includeEmpty())
      if ((await invocations.untilSettled(definition, makeInput, signal)).kind === 'stopped') return
    } else {
      for (const event of events) {
        const makeInput = () => singleInput(event, context, definition.dataType)
        if ((await invocations.untilSettled(definition, makeInput, signal)).kind === 'stopped') return
      }
    }
    const count = (sinceCheckpoint.get(context.partitionId) ?? 0) + 1
    const last = events.at(-1)
    const due = count >= options.batchCheckpointFrequency
    sinceCheckpoint.set(context.partitionId, due ? 0 : count)
    if (due && last !== undefined && !signal.aborted) await context.updateCheckpoint(last)
  }

  return async (events, context) => {
    leakedCredits += Math.max(options.prefetchCount - events.length, 0)
    if (leakedCredits > mostLeakedCredits) tooMuchCredit()
    if (events.length === 0 || signal.aborted) return
    const running = runBatch(events, context).catch((error: unknown) => {
      log('batch not settled', { function: definition.name, partitionId: context.partitionId, error: String(error) })
    })
    inFlight.add(running)
    await running
    inFlight.delete(running)
  }
}

function startPosition(start: HostJson['eventHubs']['start']): EventPosition {
  switch (start.kind) {
    case 'earliest':
      return earliestEventPosition
    case 'latest':
      return latestEventPosition
    case 'since':
      return { enqueuedOn: start.sinceMs }
  }
}
