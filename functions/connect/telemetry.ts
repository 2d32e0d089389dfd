import type { TelemetrySettings } from '../settings.ts'
import type { Lags } from './lags.ts'

/**
 * What the stages can tell of their work while it goes on, to whoever listens: steps, which become the spans of a trace, and numbers.
 *
 * Telling must cost a stage nothing that matters. With nobody to tell there is no `Telemetry` at all, and of what it takes nothing is even
 * loaded. With somebody, what is told waits in memory, bounded, and goes out beside the work: a listener who is slow, away or broken delays
 * and fails nothing, and misses what does not fit.
 */
export type Telemetry = {
  step: Stepping
  count: Counting
  /** Sends what is left, if it can be sent in this time: usually some seconds. */
  close(withinMs?: number): Promise<void>
}

export type Counting = (counter: Counter, by: number, of?: Facts) => void

/** Runs `act` as one step. What it throws is told, and thrown on. */
export type Stepping = <T>(start: StepStart, act: (step: Step) => Promise<T>) => Promise<T>

export type StepStart = {
  name: string
  kind: 'internal' | 'producer' | 'consumer' | 'client' | 'server'
  facts?: Facts
  /** The traceparents of steps elsewhere that it follows from. It is linked to them and not one of their parts: a batch has many causes. */
  causes?: Iterable<string>
  /** Where it began before it could be told. */
  startedAtMs?: number
}

export type Step = {
  /** What follows from this step carries it, by which the next one is linked to this. `undefined`: nobody keeps the step. */
  traceparent: string | undefined
  /** A part of this one. */
  step: Stepping
  count: Counting
  learned(facts: Facts): void
  /** From one clock of the news to the next, `hop` says which. */
  took(hop: string, lags: Lags, of?: Facts): void
}

export type Facts = Readonly<Record<string, string | number | boolean>>
export type Counter = { name: string; unit: string; description: string }

/** `instanceId` tells this worker from others, whose counts are counts of their own. `trouble` is told when telling fails, once until it works again. */
export function connectTelemetry(
  settings: TelemetrySettings | undefined,
  instanceId: string,
  trouble: (reason: string) => void,
): Telemetry | undefined {
  if (settings === undefined) return undefined
  let opened: Promise<Telemetry> | undefined
  const open = () => (opened ??= load(settings, instanceId, trouble))
  return {
    step: async (start, act) => (await open()).step(start, act),
    count: (counter, by, of) => void open().then(({ count }) => count(counter, by, of)),
    close: async (withinMs) => (await opened)?.close(withinMs),
  }
}

/** It takes some milliseconds, which only those pay who listen. */
async function load(settings: TelemetrySettings, instanceId: string, trouble: (reason: string) => void): Promise<Telemetry> {
  try {
    const { openTelemetry } = await import('./opentelemetry.ts')
    return openTelemetry(settings, instanceId, trouble)
  } catch (error) {
    trouble(`not loaded: ${error instanceof Error ? error.message : String(error)}`)
    return { step: (_start, act) => act(untold), count: () => undefined, close: async () => undefined }
  }
}

const untold: Step = {
  traceparent: undefined,
  step: (_start, act) => act(untold),
  learned: () => undefined,
  count: () => undefined,
  took: () => undefined,
}
