import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'

import * as v from '@badrap/valita'

import { parseTimeSpanMs } from './schedule.ts'

/** What the host reads from an app's folder before any of its code runs: host.json, and which files package.json names as `main`. */
export type AppFiles = { hostJson: HostJson; entryFiles: readonly string[] }

export type HostJson = {
  routePrefix: string
  functionTimeoutMs: number | undefined
  /** The names in host.json's `functions`, when only those are to run. */
  onlyFunctions: readonly string[] | undefined
  eventHubs: {
    maxEventBatchSize: number
    prefetchCount: number
    batchCheckpointFrequency: number
    start: { kind: 'earliest' } | { kind: 'latest' } | { kind: 'since'; sinceMs: number }
  }
}

const defaultFunctionTimeout = '00:30:00'

const hostJsonSchema = v.object({
  version: v.literal('2.0'),
  functionTimeout: v.string().optional(() => defaultFunctionTimeout),
  functions: v.array(v.string()).optional(),
  extensions: v
    .object({
      http: v.object({ routePrefix: v.string().optional(() => 'api') }).optional(() => ({ routePrefix: 'api' })),
      eventHubs: v
        .object({
          maxEventBatchSize: v.number().optional(() => 100),
          minEventBatchSize: v.number().optional(() => 1),
          prefetchCount: v.number().optional(() => 300),
          batchCheckpointFrequency: v.number().optional(() => 1),
          initialOffsetOptions: v
            .object({ type: v.string().optional(() => 'fromStart'), enqueuedTimeUtc: v.string().optional() })
            .optional(),
        })
        .optional(),
    })
    .optional(),
})

export async function readAppFiles(appDir: string): Promise<AppFiles> {
  const hostJson = readHostJson(await readFile(path.join(appDir, 'host.json'), 'utf8'))
  const { main } = JSON.parse(await readFile(path.join(appDir, 'package.json'), 'utf8')) as { main?: unknown }
  if (typeof main !== 'string')
    throw new Error('package.json has no "main": name the file, or the glob, that registers the functions')
  const entryFiles: string[] = []
  for await (const file of glob(main, { cwd: appDir })) entryFiles.push(path.resolve(appDir, file))
  if (entryFiles.length === 0) throw new Error(`package.json's "main", ${main}, matches no file: has the app been built?`)
  return { hostJson, entryFiles: entryFiles.sort() }
}

export function readHostJson(text: string): HostJson {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new Error('host.json is not JSON', { cause })
  }
  const parsed = hostJsonSchema.try(json, { mode: 'strip' })
  if (!parsed.ok) throw new Error(`host.json: ${parsed.message}`)
  const { functionTimeout, functions, extensions } = parsed.value
  const eventHubs = extensions?.eventHubs
  if ((eventHubs?.minEventBatchSize ?? 1) > 1) {
    throw new Error('host.json: extensions.eventHubs.minEventBatchSize above 1 is not supported by the local host')
  }
  return {
    routePrefix: extensions?.http.routePrefix ?? 'api',
    functionTimeoutMs: functionTimeout === '-1' ? undefined : timeoutMs(functionTimeout),
    onlyFunctions: functions,
    eventHubs: {
      maxEventBatchSize: eventHubs?.maxEventBatchSize ?? 100,
      prefetchCount: eventHubs?.prefetchCount ?? 300,
      batchCheckpointFrequency: eventHubs?.batchCheckpointFrequency ?? 1,
      start: startPosition(eventHubs?.initialOffsetOptions),
    },
  }
}

function timeoutMs(text: string): number {
  const timeout = parseTimeSpanMs(text)
  if (timeout === undefined || timeout <= 0)
    throw new Error(`host.json: functionTimeout '${text}' is not a duration like 00:05:00`)
  return timeout
}

function startPosition(
  options: { type: string; enqueuedTimeUtc?: string | undefined } | undefined,
): HostJson['eventHubs']['start'] {
  const where = 'host.json: extensions.eventHubs.initialOffsetOptions'
  switch (options?.type.toLowerCase()) {
    case undefined:
    case 'fromstart':
      return { kind: 'earliest' }
    case 'fromend':
      return { kind: 'latest' }
    case 'fromenqueuedtime': {
      const sinceMs = Date.parse(options?.enqueuedTimeUtc ?? '')
      if (Number.isNaN(sinceMs)) throw new Error(`${where}.enqueuedTimeUtc must be an ISO 8601 time`)
      return { kind: 'since', sinceMs }
    }
    default:
      throw new Error(`${where}.type '${options?.type}' is unknown: use fromStart, fromEnd or fromEnqueuedTime`)
  }
}
