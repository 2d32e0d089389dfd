import {
  type Context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

import type { TelemetrySettings } from '../settings.ts'
import { lagBounds } from './lags.ts'
import type { Counter, Counting, Step, StepStart, Telemetry } from './telemetry.ts'

/** A worker that is told to end has five seconds on Azure; what cannot be sent by then is lost. */
const closeWithinMs = 3_000

/**
 * Telemetry through the SDK of OpenTelemetry, over OTLP. Nothing here is global: who else in the process has the SDK loaded is not told
 * of our steps, and we are not of theirs.
 */
export function openTelemetry(settings: TelemetrySettings, instanceId: string, trouble: (reason: string) => void): Telemetry {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'oddscast', 'service.instance.id': instanceId }))
    .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] }))
  const tracers = new TracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: samplerOf(settings.tracedShare) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: watched(new OTLPTraceExporter(), trouble),
        scheduledDelayMillis: settings.tracesEveryMs,
      }),
    ],
  })
  const meters = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: watched(new OTLPMetricExporter(), trouble),
        exportIntervalMillis: settings.metricsEveryMs,
      }),
    ],
  })
  const tracer = tracers.getTracer('oddscast')
  const meter = meters.getMeter('oddscast')
  const counterOf = keptByName(({ name, ...about }: Counter) => meter.createCounter(name, about))
  const count: Counting = (counter, by, of) => {
    if (by > 0) counterOf(counter).add(by, of)
  }
  const lag = meter.createHistogram('oddscast.lag', {
    unit: 'ms',
    description: 'How long news took from one of its clocks to the next, counted in steps of a quarter',
    advice: { explicitBucketBoundaries: [...lagBounds] },
  })

  async function run<T>(parent: Context, start: StepStart, act: (step: Step) => Promise<T>): Promise<T> {
    const { name, kind, facts = {}, causes = [], startedAtMs } = start
    const links = [...causes].flatMap(linkTo)
    const startTime = startedAtMs ?? Date.now()
    const span = tracer.startSpan(name, { kind: kinds[kind], attributes: facts, links, startTime }, parent)
    try {
      return await act(stepOf(span, trace.setSpan(parent, span)))
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
      throw error
    } finally {
      span.end()
    }
  }

  const stepOf = (span: Span, context: Context): Step => ({
    traceparent: traceparentOf(span),
    step: (start, act) => run(context, start, act),
    learned: (facts) => void span.setAttributes(facts),
    count,
    took(hop, lags, of) {
      const facts = { hop, ...of }
      for (const [ms, times] of lags) for (let i = 0; i < times; i++) lag.record(ms, facts)
    },
  })

  return {
    step: (start, act) => run(ROOT_CONTEXT, start, act),
    count,
    async close(withinMs = closeWithinMs) {
      const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref())
      await Promise.race([Promise.allSettled([tracers.shutdown(), meters.shutdown()]), late])
    },
  }
}

const kinds = {
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
} as const

/** A share of the ways from a feed to the browsers, each whole: what follows from a step that is kept is kept too, though it is linked and no part of it. */
function samplerOf(share: number): Sampler {
  const ofAll = new TraceIdRatioBasedSampler(share)
  return {
    shouldSample: (context, traceId, _name, _kind, _facts, links) =>
      links.length > 0 ? { decision: SamplingDecision.RECORD_AND_SAMPLED } : ofAll.shouldSample(context, traceId),
    toString: () => `kept when a cause is, else ${ofAll.toString()}`,
  }
}

function traceparentOf(span: Span): string | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return isKept(traceFlags) ? `00-${traceId}-${spanId}-01` : undefined
}

const isKept = (flags: number) => (flags & TraceFlags.SAMPLED) !== 0

/** W3C Trace Context, version 0. What is none, or is not kept, is nothing to link to. */
function linkTo(traceparent: string): Link[] {
  const [, traceId = '', spanId = '', flags = ''] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? []
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true }
  return isSpanContextValid(context) && isKept(Number.parseInt(flags, 16)) ? [{ context }] : []
}

/** Counters of one name must be one instrument. */
function keptByName<I>(make: (counter: Counter) => I): (counter: Counter) => I {
  const made = new Map<string, I>()
  return (counter) => {
    const instrument = made.get(counter.name) ?? make(counter)
    made.set(counter.name, instrument)
    return instrument
  }
}

type Result = { code: number; error?: Error }
type Exporter<T> = { export(what: T, done: (result: Result) => void): void }

/** The SDK keeps to itself that nobody takes what it sends. Here it is told once, until somebody does again. */
function watched<T, E extends Exporter<T>>(exporter: E & Exporter<T>, trouble: (reason: string) => void): E {
  const send = exporter.export.bind(exporter)
  let isTold = false
  exporter.export = (what, done) =>
    send(what, (result) => {
      const isTaken = result.code === 0
      if (!isTaken && !isTold) trouble(`not sent: ${result.error?.message ?? 'for no reason that is known'}`)
      isTold = !isTaken
      done(result)
    })
  return exporter
}
