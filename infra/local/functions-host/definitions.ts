import * as v from '@badrap/valita'

import type { RetryPolicy } from './retry.ts'
import type { Binding, FunctionMetadata } from './rpc.ts'
import { parseSchedule } from './schedule.ts'
import { connectionString, isDisabled, resolveExpressions, type Settings } from './settings.ts'

/** A function the host can run: what its code registered, with every setting looked up and every value proven. */
export type FunctionDefinition = HttpFunction | TimerFunction | EventHubFunction | CosmosFunction
type Common = { name: string; bindingName: string; retry: RetryPolicy | undefined }
export type HttpFunction = Common & { type: 'httpTrigger'; route: string; methods: readonly string[]; authLevel: AuthLevel }
export type AuthLevel = 'anonymous' | 'function' | 'admin'
export type TimerFunction = Common & { type: 'timerTrigger'; schedule: string; runOnStartup: boolean; useMonitor: boolean }
export type EventHubFunction = Common & {
  type: 'eventHubTrigger'
  connectionString: string
  eventHubName: string
  consumerGroup: string
  cardinality: 'one' | 'many'
  dataType: 'string' | 'binary' | 'json'
}
export type CosmosFunction = Common & {
  type: 'cosmosDBTrigger'
  connectionString: string
  databaseName: string
  containerName: string
  leaseConnectionString: string
  leaseDatabaseName: string
  leaseContainerName: string
  leaseContainerPrefix: string
  createLeaseContainerIfNotExists: boolean
  feedPollDelayMs: number
  maxItemsPerInvocation: number
  start: { kind: 'now' } | { kind: 'beginning' } | { kind: 'since'; sinceMs: number }
}

/** Thrown with every problem of every function at once, each beginning with the function's name. */
export class UnsupportedApp extends Error {
  override name = 'UnsupportedApp'
}

export function defineFunctions(
  registered: readonly FunctionMetadata[],
  settings: Settings,
  only?: readonly string[],
): FunctionDefinition[] {
  const problems: string[] = []
  const definitions: FunctionDefinition[] = []
  for (const metadata of registered) {
    if (isDisabled(metadata.name, settings) || only?.includes(metadata.name) === false) continue
    try {
      definitions.push(define(metadata, settings))
    } catch (error) {
      problems.push(`${metadata.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  problems.push(...sharedPositions(definitions))
  if (problems.length > 0) throw new UnsupportedApp(problems.join('\n'))
  return definitions.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function define({ name, bindings, retryOptions }: FunctionMetadata, settings: Settings): FunctionDefinition {
  const [bindingName, trigger, others] = splitBindings(bindings)
  const reader = triggers[trigger.type.toLowerCase()]
  if (reader === undefined) {
    throw new Error(`trigger type '${trigger.type}' is not supported by the local host; supported are ${supported}`)
  }
  for (const [other, { type, direction }] of others) {
    if (other === '$return' && type === 'http' && trigger.type.toLowerCase() === 'httptrigger') continue
    throw new Error(
      `${direction === 'out' ? 'output' : 'input'} binding type '${type}' is not supported by the local host; the HTTP response is its only output`,
    )
  }
  return reader(resolveAll(trigger, settings), { name, bindingName, retry: readRetry(retryOptions) }, settings)
}

function splitBindings(bindings: Record<string, Binding>): [string, Binding, [string, Binding][]] {
  const entries = Object.entries(bindings)
  const trigger = entries.find(([, { type }]) => /trigger$/i.test(type))
  if (trigger === undefined) throw new Error('it has no trigger')
  return [trigger[0], trigger[1], entries.filter((entry) => entry !== trigger)]
}

function resolveAll(binding: Binding, settings: Settings): unknown {
  return Object.fromEntries(
    Object.entries(binding).map(([key, value]) => [key, typeof value === 'string' ? resolveExpressions(value, settings) : value]),
  )
}

type Reader = (trigger: unknown, common: Common, settings: Settings) => FunctionDefinition

const triggers: Record<string, Reader> = {
  httptrigger(trigger, common) {
    const { route, methods, authLevel } = httpSchema.parse(trigger, { mode: 'strip' })
    const level = authLevel.toLowerCase()
    if (level !== 'anonymous' && level !== 'function' && level !== 'admin') throw new Error(`authLevel '${authLevel}' is unknown`)
    return {
      ...common,
      // Azure retries no HTTP function, whatever its policy says.
      retry: undefined,
      type: 'httpTrigger',
      route: route === undefined || route === '' ? common.name : route,
      methods: methods.map((method) => method.toUpperCase()),
      authLevel: level,
    }
  },
  timertrigger(trigger, common) {
    const timer = timerSchema.parse(trigger, { mode: 'strip' })
    parseSchedule(timer.schedule)
    return { ...common, type: 'timerTrigger', ...timer }
  },
  eventhubtrigger(trigger, common, settings) {
    const { connection, eventHubName, consumerGroup, cardinality, dataType } = eventHubSchema.parse(trigger, { mode: 'strip' })
    const text = connectionString(connection, settings)
    return {
      ...common,
      type: 'eventHubTrigger',
      connectionString: text,
      eventHubName: /(?:^|;)\s*EntityPath\s*=\s*([^;]+)/i.exec(text)?.[1]?.trim() ?? eventHubName,
      consumerGroup,
      cardinality,
      dataType: dataType === 'string' || dataType === 'binary' ? dataType : 'json',
    }
  },
  cosmosdbtrigger(trigger, common, settings) {
    const read = cosmosSchema.parse(trigger, { mode: 'strip' })
    if (read.changeFeedMode !== undefined && read.changeFeedMode !== 'LatestVersion') {
      throw new Error(`changeFeedMode '${read.changeFeedMode}' is not supported by the local host`)
    }
    return {
      ...common,
      type: 'cosmosDBTrigger',
      connectionString: connectionString(read.connection, settings),
      databaseName: read.databaseName,
      containerName: read.containerName,
      leaseConnectionString: connectionString(read.leaseConnection ?? read.connection, settings),
      leaseDatabaseName: read.leaseDatabaseName ?? read.databaseName,
      leaseContainerName: read.leaseContainerName,
      leaseContainerPrefix: read.leaseContainerPrefix,
      createLeaseContainerIfNotExists: read.createLeaseContainerIfNotExists,
      feedPollDelayMs: read.feedPollDelay,
      maxItemsPerInvocation: read.maxItemsPerInvocation,
      start: feedStart(read.startFromBeginning, read.startFromTime),
    }
  },
}
const supported = 'httpTrigger, timerTrigger, eventHubTrigger and cosmosDBTrigger'

const httpSchema = v.object({
  route: v.string().optional(),
  methods: v.array(v.string()).optional(() => ['GET', 'POST']),
  authLevel: v.string().optional(() => 'anonymous'),
})
const timerSchema = v.object({
  schedule: v.string(),
  runOnStartup: v.boolean().optional(() => false),
  useMonitor: v.boolean().optional(() => true),
})
const eventHubSchema = v.object({
  connection: v.string(),
  eventHubName: v.string(),
  consumerGroup: v.string().optional(() => '$Default'),
  cardinality: v.union(v.literal('one'), v.literal('many')).optional(() => 'one' as const),
  dataType: v.string().optional(),
})
const cosmosSchema = v.object({
  connection: v.string(),
  databaseName: v.string(),
  containerName: v.string(),
  leaseConnection: v.string().optional(),
  leaseDatabaseName: v.string().optional(),
  leaseContainerName: v.string().optional(() => 'leases'),
  leaseContainerPrefix: v.string().optional(() => ''),
  createLeaseContainerIfNotExists: v.boolean().optional(() => false),
  feedPollDelay: v.number().optional(() => 5000),
  maxItemsPerInvocation: v.number().optional(() => 100),
  startFromBeginning: v.boolean().optional(() => false),
  startFromTime: v.string().optional(),
  changeFeedMode: v.string().optional(),
})

function feedStart(beginning: boolean, time: string | undefined): CosmosFunction['start'] {
  if (time === undefined || time === '') return beginning ? { kind: 'beginning' } : { kind: 'now' }
  const sinceMs = Date.parse(time)
  if (Number.isNaN(sinceMs)) throw new Error(`startFromTime '${time}' is not an ISO 8601 time`)
  return { kind: 'since', sinceMs }
}

const durationSchema = v.object({ seconds: v.number() }).map(({ seconds }) => seconds * 1000)
const retrySchema = v.union(
  v.object({ retryStrategy: v.literal('fixedDelay'), maxRetryCount: v.number(), delayInterval: durationSchema }),
  v.object({
    retryStrategy: v.literal('exponentialBackoff'),
    maxRetryCount: v.number(),
    minimumInterval: durationSchema,
    maximumInterval: durationSchema,
  }),
)

function readRetry(options: Record<string, unknown> | undefined): RetryPolicy | undefined {
  if (options === undefined) return undefined
  const parsed = retrySchema.try(options, { mode: 'strip' })
  if (!parsed.ok) throw new Error(`its retry policy: ${parsed.message}`)
  const policy = parsed.value
  const { maxRetryCount } = policy
  return policy.retryStrategy === 'fixedDelay'
    ? { kind: 'fixedDelay', maxRetryCount, delayMs: policy.delayInterval }
    : { kind: 'exponentialBackoff', maxRetryCount, minimumMs: policy.minimumInterval, maximumMs: policy.maximumInterval }
}

/** Two functions that keep their place in one and the same record would each see only a part of what comes, in Azure too. */
function sharedPositions(definitions: readonly FunctionDefinition[]): string[] {
  const seen = new Map<string, string>()
  return definitions.flatMap((definition) => {
    const [key, advice] = positionOf(definition)
    const other = seen.get(key)
    seen.set(key, definition.name)
    return other === undefined
      ? []
      : [`${definition.name}: it shares its place with '${other}': give one of them its own ${advice}`]
  })
}

function positionOf(definition: FunctionDefinition): [key: string, advice: string] {
  switch (definition.type) {
    case 'eventHubTrigger': {
      const { connectionString, eventHubName, consumerGroup } = definition
      return [JSON.stringify([connectionString, eventHubName, consumerGroup]), 'consumerGroup']
    }
    case 'cosmosDBTrigger': {
      const { databaseName, containerName, leaseDatabaseName, leaseContainerName, leaseContainerPrefix } = definition
      return [
        JSON.stringify([databaseName, containerName, leaseDatabaseName, leaseContainerName, leaseContainerPrefix]),
        'leaseContainerPrefix',
      ]
    }
    case 'httpTrigger':
    case 'timerTrigger':
      return [definition.name, 'name']
  }
}
