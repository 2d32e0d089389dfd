import type { IncomingMessage, ServerResponse } from 'node:http'

import { Fields } from './protobuf.ts'
import { webServer } from './web-server.ts'

export type Span = {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId: string
  links: { traceId: string; spanId: string }[]
  facts: Record<string, unknown>
  /** `undefined` where nothing went wrong. */
  error: string | undefined
  tookMs: number
  /** Of whom it came. */
  resource: Record<string, unknown>
}

/** As last told: counts grow from one telling to the next. `of` are its attributes, in words. */
export type Point = { metric: string; unit: string; of: string; value: number; buckets: [upTo: number, times: number][] }

export type Receiver = AsyncDisposable & {
  url: string
  spans: Span[]
  /** By metric, instance and attributes. */
  points: Map<string, Point>
  requests: { path: string; contentType: string | undefined }[]
  /** Of all workers together. */
  total(metric: string, of?: string): number
}

/** Somebody who listens to what is told over OTLP (HTTP, protobuf), and reads it by code of its own. */
export async function otlpReceiver(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.writeHead(200).end(),
): Promise<Receiver> {
  const spans: Span[] = []
  const points = new Map<string, Point>()
  const requests: Receiver['requests'] = []
  const server = await webServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push({ path: request.url ?? '', contentType: request.headers['content-type'] })
      const message = new Fields(Buffer.concat(chunks))
      if (request.url === '/v1/traces') spans.push(...spansIn(message))
      if (request.url === '/v1/metrics') for (const [key, point] of pointsIn(message)) points.set(key, point)
      answer(request, response)
    })
  })
  return {
    url: server.url,
    spans,
    points,
    requests,
    total: (metric, of) =>
      [...points.values()]
        .filter((point) => point.metric === metric && (of === undefined || point.of === of))
        .reduce((sum, { value }) => sum + value, 0),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** The numbers of the fields are those of opentelemetry-proto 1. */
function spansIn(request: Fields): Span[] {
  return request.messages(1).flatMap((resourceSpans) =>
    resourceSpans.messages(2).flatMap((scope) =>
      scope.messages(2).map((span) => ({
        traceId: span.hex(1),
        spanId: span.hex(2),
        parentSpanId: span.hex(4),
        name: span.text(5),
        kind: span.number(6),
        tookMs: Number(span.fixed64(8) - span.fixed64(7)) / 1e6,
        facts: attributes(span.messages(9)),
        links: span.messages(13).map((link) => ({ traceId: link.hex(1), spanId: link.hex(2) })),
        error: span
          .messages(15)
          .find((status) => status.number(3) === 2)
          ?.text(2),
        resource: resourceOf(resourceSpans),
      })),
    ),
  )
}

function pointsIn(request: Fields): [string, Point][] {
  return request.messages(1).flatMap((resourceMetrics) => {
    const instance = String(resourceOf(resourceMetrics)['service.instance.id'])
    return resourceMetrics.messages(2).flatMap((scope) =>
      scope.messages(2).flatMap((described) => {
        const [metric, unit] = [described.text(1), described.text(3)]
        const counts = described
          .messages(7)
          .flatMap((sum) => sum.messages(1).map((point) => ({ point, of: 7, value: counted(point) })))
        const lags = described
          .messages(9)
          .flatMap((histogram) => histogram.messages(1).map((point) => ({ point, of: 9, value: Number(point.fixed64(4)) })))
        return [...counts, ...lags].map(({ point, of: field, value }): [string, Point] => {
          const of = inWords(attributes(point.messages(field)))
          return [`${metric} ${instance} ${of}`, { metric, unit, of, value, buckets: field === 9 ? bucketsOf(point) : [] }]
        })
      }),
    )
  })
}

const resourceOf = (of: Fields) => attributes(of.messages(1).flatMap((resource) => resource.messages(1)))
const counted = (point: Fields) => point.double(4) ?? Number(point.fixed64(6))

function bucketsOf(point: Fields): [number, number][] {
  const bounds = [...point.doubles(7), Infinity]
  return point
    .fixed64s(6)
    .map((times, i): [number, number] => [bounds[i] ?? Infinity, Number(times)])
    .filter(([, times]) => times > 0)
}

function attributes(pairs: readonly Fields[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map((pair) => [pair.text(1), valueOf(pair.messages(2)[0])]))
}

function valueOf(value: Fields | undefined): unknown {
  if (value === undefined) return undefined
  if (value.has(1)) return value.text(1)
  if (value.has(2)) return value.number(2) === 1
  return value.has(3) ? value.number(3) : value.double(4)
}

const inWords = (facts: Record<string, unknown>) =>
  Object.entries(facts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ')
