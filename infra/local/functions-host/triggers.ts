import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DatabaseSync } from 'node:sqlite'

import type { Clock } from '../clock.ts'
import type { HostJson } from './app-files.ts'
import { openCheckpoints } from './checkpoints.ts'
import { defineFunctions, type FunctionDefinition } from './definitions.ts'
import type { Invocations } from './invocations.ts'
import type { Settings } from './settings.ts'
import { openTimerRecords } from './timer-records.ts'
import { startCosmosFeed } from './triggers/cosmos.ts'
import { startEventHub } from './triggers/event-hub.ts'
import { createHttpRoutes, type HttpRoutes } from './triggers/http.ts'
import type { Listener } from './triggers/listener.ts'
import { startTimer, type TimerListener } from './triggers/timer.ts'
import { within } from './wait.ts'
import type { Worker } from './worker-channel.ts'

/**
 * The triggers of the app at work. When new code is put in, a trigger whose definition is unchanged goes on without noticing: it
 * keeps its partitions, its leases and its place in the schedule, and its next invocation runs in the new worker.
 */
export type Triggers = {
  /** Throws, changing nothing, if the worker's functions cannot be run here. */
  put(worker: Worker, hostJson: HostJson): Promise<void>
  started(): Promise<unknown>
  functions(): readonly { name: string; type: string; trigger: object }[]
  timer(name: string): TimerListener | undefined
  answerHttp(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>
  stop(): Promise<void>
}

export type TriggersOptions = {
  settings: Settings
  database: DatabaseSync
  invocations: Invocations
  key: string
  bodyLimitBytes: number
  clock: Clock
  log: (event: string, fields?: object) => void
}

type Running = { definition: string; listener: Listener; started: Promise<void> }

const stopDeadlineMs = 2_000

export function createTriggers(options: TriggersOptions): Triggers {
  const { settings, invocations, clock, log } = options
  const checkpoints = openCheckpoints(options.database, clock)
  const records = openTimerRecords(options.database)
  const running = new Map<string, Running>()
  const timers = new Map<string, TimerListener>()
  let definitions: readonly FunctionDefinition[] = []
  let routes: HttpRoutes = { answer: async () => false }

  function start(definition: Exclude<FunctionDefinition, { type: 'httpTrigger' }>, { eventHubs }: HostJson): Running {
    const key = JSON.stringify([definition, eventHubs])
    switch (definition.type) {
      case 'timerTrigger': {
        const listener = startTimer({ definition, invocations, records, clock })
        timers.set(definition.name, listener)
        return { definition: key, listener, started: Promise.resolve() }
      }
      case 'eventHubTrigger': {
        const listener = startEventHub({ definition, config: eventHubs, invocations, checkpoints, clock, log })
        return { definition: key, listener, started: Promise.resolve() }
      }
      case 'cosmosDBTrigger': {
        const listener = startCosmosFeed({ definition, invocations, clock, log })
        return { definition: key, listener, started: listener.started }
      }
    }
  }

  async function stop(name: string, deadlineMs: number): Promise<void> {
    const stopped = running.get(name)?.listener.stop()
    running.delete(name)
    timers.delete(name)
    if (stopped !== undefined) await within(clock, deadlineMs, stopped)
  }

  return {
    async put(worker, config) {
      const next = defineFunctions(worker.functions, settings, config.onlyFunctions)
      const nextRoutes = createHttpRoutes({
        ...options,
        definitions: next.filter((definition) => definition.type === 'httpTrigger'),
        routePrefix: config.routePrefix,
        streams: worker.capabilities.HttpUri !== undefined,
      })
      const listened = next.filter((definition) => definition.type !== 'httpTrigger')
      const kept = new Set(listened.map((definition) => JSON.stringify([definition, config.eventHubs])))
      const gone = [...running].filter(([, { definition }]) => !kept.has(definition)).map(([name]) => name)
      await Promise.all(gone.map((name) => stop(name, stopDeadlineMs)))
      definitions = next
      routes = nextRoutes
      for (const definition of listened)
        if (!running.has(definition.name)) running.set(definition.name, start(definition, config))
    },
    started: () => Promise.all([...running.values()].map(({ started }) => started)),
    functions: () =>
      definitions.map((definition) => ({
        name: definition.name,
        type: definition.type,
        trigger:
          definition.type === 'httpTrigger'
            ? { route: definition.route, methods: definition.methods, authLevel: definition.authLevel }
            : (running.get(definition.name)?.listener.status() ?? {}),
      })),
    timer: (name) => timers.get(name),
    answerHttp: (request, response, url) => routes.answer(request, response, url),
    async stop() {
      await Promise.all([...running.keys()].map((name) => stop(name, stopDeadlineMs * 2)))
    },
  }
}
