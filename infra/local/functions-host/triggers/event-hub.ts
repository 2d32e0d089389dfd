import {
  earliestEventPosition,
  EventHubConsumerClient,
  type EventPosition,
  type PartitionContext,
  type ReceivedEventData,
} from '@azure/event-hubs'

import type { Clock } from '../../clock.ts'
import type { HostJson } from '../app-files.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { EventHubFunction } from '../definitions.ts'
import type { Invocations, MakeInput } from '../invocations.ts'
import { wait, within } from '../wait.ts'
import { batchInput, singleInput } from './event-hub-input.ts'
import type { Listener } from './listener.ts'

/**
 * Reads every partition of a hub and runs the function for each batch: within a partition strictly one after the other, the
 * partitions side by side. The checkpoint follows each invocation whatever came of it, for that is what Azure does; it stays
 * behind only while a retry policy is at work, when the worker was lost, and when the host is stopping.
 *
 * The SDK takes up a lost connection by itself, but where that fails once it closes the partition's pump and sleeps, for half a
 * minute when the first look at the hub fails. So the hub is asked for first, and any error has the whole client made anew.
 */
export type EventHubOptions = {
  definition: EventHubFunction
  config: HostJson['eventHubs']
  invocations: Invocations
  checkpoints: Checkpoints
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
/** A receiver whose connection broke notices only when its wait is over, so this is how soon it asks again. */
const maxWaitTimeInSeconds = 1
/**
 * Whenever the SDK waits it grants `prefetchCount` more credits and never takes back what was not used, so that a burst after a
 * quiet hour would be pulled into memory wholesale. After this many waits a partition, the client is made anew when nothing is
 * going on, and in any case before the credits pass the 32 bits they have on the wire.
 */
const mostWaits = { whenIdle: 200, ever: 100_000 }
const restartDelayMs = 500
const allPartitionsWithinMs = 10_000
const closeDeadlineMs = 2_000

export function startEventHub(trigger: EventHubOptions): Listener {
  const { definition, checkpoints, clock, log } = trigger
  const stopping = new AbortController()
  let connected = false
  const done = follow()

  async function follow(): Promise<void> {
    let reported = false
    while (!stopping.signal.aborted) {
      const problem = await consume().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      if (problem !== undefined && (connected || !reported)) {
        reported = true
        log('event hub interrupted', { function: definition.name, hub: definition.eventHubName, problem })
      }
      connected = false
      await wait(clock, problem === undefined ? 0 : restartDelayMs, stopping.signal)
    }
  }

  /** One client's life; returns what broke it, if it was not ended on purpose. */
  async function consume(): Promise<string | undefined> {
    const client = new EventHubConsumerClient(
      definition.consumerGroup,
      definition.connectionString,
      definition.eventHubName,
      checkpoints,
      { retryOptions, loadBalancingOptions, identifier: `functions-host/${definition.name}` },
    )
    const ended = Promise.withResolvers<string | undefined>()
    const stop = () => ended.resolve(undefined)
    stopping.signal.addEventListener('abort', stop, { once: true })
    const round = new AbortController()
    const batches = createBatches(trigger, stopping.signal, AbortSignal.any([stopping.signal, round.signal]))
    try {
      const partitionIds = await client.getPartitionIds({ abortSignal: stopping.signal })
      if (trigger.config.start.kind === 'latest') await pinEnd(client, definition, checkpoints, partitionIds)
      const opened = new Set<string>()
      const cancel = clock.after(allPartitionsWithinMs, () => {
        if (opened.size < partitionIds.length) ended.resolve(`only ${opened.size} of ${partitionIds.length} partitions opened`)
      })
      let waits = 0
      const subscription = client.subscribe(
        {
          processInitialize: async ({ partitionId }) => {
            connected = opened.add(partitionId).size === partitionIds.length
          },
          processEvents: async (events, context) => {
            waits += 1 / partitionIds.length
            const idle = events.length === 0 && batches.running() === 0
            if (waits > (idle ? mostWaits.whenIdle : mostWaits.ever)) ended.resolve(undefined)
            if (events.length > 0) await batches.run(events, context)
          },
          processError: async (error) => ended.resolve(error.message === '' ? error.name : error.message),
          processClose: async (reason, { partitionId }) => ended.resolve(`partition ${partitionId} was closed: ${reason}`),
        },
        {
          maxBatchSize: trigger.config.maxEventBatchSize,
          prefetchCount: trigger.config.prefetchCount,
          maxWaitTimeInSeconds,
          startPosition: startPosition(trigger.config.start),
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
      // The next client begins at the checkpoints, so no batch of this one may still be on its way.
      round.abort()
      await batches.settled()
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
    },
  }
}

type Batches = {
  /** Never throws: the SDK would end the partition's pump. */
  run(events: readonly ReceivedEventData[], context: PartitionContext): Promise<void>
  running(): number
  settled(): Promise<unknown>
}

function createBatches(
  { definition, config, invocations, log }: EventHubOptions,
  stopping: AbortSignal,
  signal: AbortSignal,
): Batches {
  const sinceCheckpoint = new Map<string, number>()
  const inFlight = new Set<Promise<void>>()

  async function run(events: readonly ReceivedEventData[], context: PartitionContext): Promise<void> {
    const inputs: MakeInput[] =
      definition.cardinality === 'many'
        ? [({ capabilities }) => batchInput(events, context, definition.dataType, capabilities)]
        : events.map((event) => () => singleInput(event, context, definition.dataType))
    for (const makeInput of inputs) {
      if ((await invocations.untilSettled(definition, makeInput, signal)).kind === 'stopped') return
    }
    const count = (sinceCheckpoint.get(context.partitionId) ?? 0) + 1
    const due = count >= config.batchCheckpointFrequency
    sinceCheckpoint.set(context.partitionId, due ? 0 : count)
    const last = events.at(-1)
    if (due && last !== undefined && !stopping.aborted) await context.updateCheckpoint(last)
  }

  return {
    async run(events, context) {
      const running = run(events, context).catch((error: unknown) => {
        log('batch not settled', { function: definition.name, partitionId: context.partitionId, error: String(error) })
      })
      inFlight.add(running)
      await running
      inFlight.delete(running)
    },
    running: () => inFlight.size,
    settled: () => Promise.all(inFlight),
  }
}

/** "From the end" means the moment the app first started, also for a host that is killed before the first event. */
async function pinEnd(
  client: EventHubConsumerClient,
  { eventHubName, consumerGroup }: EventHubFunction,
  checkpoints: Checkpoints,
  partitionIds: readonly string[],
): Promise<void> {
  const known = new Set(checkpoints.list(eventHubName, consumerGroup).map(({ partitionId }) => partitionId))
  for (const partitionId of partitionIds.filter((id) => !known.has(id))) {
    const { lastEnqueuedOffset, lastEnqueuedSequenceNumber } = await client.getPartitionProperties(partitionId)
    await checkpoints.updateCheckpoint({
      fullyQualifiedNamespace: client.fullyQualifiedNamespace,
      eventHubName,
      consumerGroup,
      partitionId,
      offset: lastEnqueuedOffset,
      sequenceNumber: lastEnqueuedSequenceNumber,
    })
  }
}

function startPosition(start: HostJson['eventHubs']['start']): EventPosition {
  // With "from the end" every partition has a checkpoint before it is opened.
  return start.kind === 'since' ? { enqueuedOn: start.sinceMs } : earliestEventPosition
}
