import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { Lags } from '../../functions/connect/lags.ts'
import { connectTelemetry, type Counter, type Telemetry } from '../../functions/connect/telemetry.ts'
import type { TelemetrySettings } from '../../functions/settings.ts'
import { otlpReceiver } from '../support/otlp.ts'

const root = path.resolve(import.meta.dirname, '../..')
const quick: TelemetrySettings = { tracedShare: 1, tracesEveryMs: 20, metricsEveryMs: 20 }
const apples: Counter = { name: 'test.apples', unit: '{apple}', description: 'Apples' }

function told(settings: Partial<TelemetrySettings> = {}, url = 'http://127.0.0.1:9') {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', url)
  const troubles: string[] = []
  const telemetry = connectTelemetry({ ...quick, ...settings }, 'worker-1', (reason) => troubles.push(reason))
  if (telemetry === undefined) throw new Error('telemetry is off')
  return { telemetry, troubles }
}

const step = <T>(telemetry: Telemetry, name: string, act: Parameters<typeof telemetry.step<T>>[1], causes: string[] = []) =>
  telemetry.step({ name, kind: 'internal', causes }, act)

afterEach(() => vi.unstubAllEnvs())

describe('telemetry', () => {
  it('with nobody to tell is not there, and loads nothing', async () => {
    expect(connectTelemetry(undefined, 'worker-1', () => undefined)).toBeUndefined()
    const loaded = path.join(import.meta.dirname, '../support/what-is-loaded.ts')
    const run = promisify(execFile)
    const env = { PATH: process.env['PATH'] ?? '' }
    const off = await run(process.execPath, [loaded], { cwd: root, env })
    expect(off.stdout.trim()).toBe('')
    const on = await run(process.execPath, [loaded], {
      cwd: root,
      env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    })
    expect(on.stdout).toContain('@opentelemetry/sdk-trace')
  })

  it('tells steps within steps, what was learned, and what failed', async () => {
    await using receiver = await otlpReceiver()
    const { telemetry } = told({}, receiver.url)
    const failing = step(telemetry, 'outer', async (outer) => {
      outer.learned({ found: 3 })
      await outer.step({ name: 'inner', kind: 'producer', facts: { feed: 'x' } }, async () => 'well')
      throw new Error('the store is away')
    })
    await expect(failing).rejects.toThrow('the store is away')
    await telemetry.close()
    const [inner, outer] = receiver.spans
    expect(inner).toMatchObject({
      name: 'inner',
      kind: 4,
      facts: { feed: 'x' },
      traceId: outer?.traceId,
      parentSpanId: outer?.spanId,
    })
    expect(outer).toMatchObject({ name: 'outer', kind: 1, parentSpanId: '', facts: { found: 3 }, error: 'the store is away' })
    expect(outer?.resource).toMatchObject({ 'service.name': 'oddscast', 'service.instance.id': 'worker-1' })
    expect(receiver.requests[0]).toEqual({ path: '/v1/traces', contentType: 'application/x-protobuf' })
  })

  it('links what follows from elsewhere to what it follows from, and to nothing else', async () => {
    await using receiver = await otlpReceiver()
    const { telemetry } = told({}, receiver.url)
    const cause = await step(telemetry, 'cause', async ({ traceparent }) => traceparent ?? '')
    const nothing = ['', 'nonsense', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`, `00-${'1'.repeat(32)}-${'1'.repeat(16)}-00`]
    await step(telemetry, 'effect', async () => undefined, [...nothing, cause])
    await telemetry.close()
    const [first, second] = receiver.spans
    expect(cause).toBe(`00-${first?.traceId}-${first?.spanId}-01`)
    expect(second?.links).toEqual([{ traceId: first?.traceId, spanId: first?.spanId }])
    expect(second).toMatchObject({ parentSpanId: '' })
    expect(second?.traceId).not.toBe(first?.traceId)
  })

  it('keeps of the ways that begin a share, and each of those to its end', async () => {
    await using receiver = await otlpReceiver()
    const { telemetry } = told({ tracedShare: 0.25 }, receiver.url)
    const marks: (string | undefined)[] = []
    for (let i = 0; i < 400; i++) marks.push(await step(telemetry, 'begun', async ({ traceparent }) => traceparent))
    const kept = marks.filter((mark) => mark !== undefined)
    for (const mark of kept) await step(telemetry, 'followed', async () => undefined, [mark])
    await telemetry.close()
    expect(kept.length).toBeGreaterThan(50)
    expect(kept.length).toBeLessThan(160)
    expect(receiver.spans.filter(({ name }) => name === 'begun')).toHaveLength(kept.length)
    expect(receiver.spans.filter(({ name }) => name === 'followed')).toHaveLength(kept.length)
  })

  it('counts, also in steps that nobody keeps; and tells lags as they were counted', async () => {
    await using receiver = await otlpReceiver()
    const { telemetry } = told({ tracedShare: 0 }, receiver.url)
    const lags = new Lags()
    for (const ms of [0, 90, 95, 1_700]) lags.add(ms)
    await step(telemetry, 'picking', async (picking) => {
      picking.count(apples, 3, { tree: 'old' })
      picking.count({ ...apples }, 4, { tree: 'old' })
      picking.count(apples, 0, { tree: 'new' })
      picking.took('tree to basket', lags)
    })
    await telemetry.close()
    expect(receiver.spans).toEqual([])
    const points = [...receiver.points.values()]
    expect(points).toHaveLength(2)
    expect(points.find(({ metric }) => metric === 'test.apples')).toMatchObject({ unit: '{apple}', of: 'tree=old', value: 7 })
    expect(points.find(({ metric }) => metric === 'oddscast.lag')).toMatchObject({
      unit: 'ms',
      of: 'hop=tree to basket',
      value: 4,
      buckets: [
        [1, 1],
        [100, 2],
        [2_000, 1],
      ],
    })
  })

  it('neither waits for a receiver that never answers, nor fails with one that is broken or away', async () => {
    await using hanging = await otlpReceiver(() => undefined)
    await using broken = await otlpReceiver((_, response) => void response.writeHead(400).end())
    for (const url of [hanging.url, broken.url, 'http://127.0.0.1:9']) {
      const { telemetry } = told({ metricsEveryMs: 10, tracesEveryMs: 10 }, url)
      const startedMs = performance.now()
      // More than are ever kept waiting.
      for (let i = 0; i < 5_000; i++) await step(telemetry, 'work', async (working) => working.count(apples, 1))
      expect(performance.now() - startedMs).toBeLessThan(2_000)
      const closing = performance.now()
      await telemetry.close(100)
      expect(performance.now() - closing).toBeLessThan(1_000)
    }
    expect(hanging.requests.length).toBeGreaterThan(0)
    expect(broken.requests.length).toBeGreaterThan(0)
  })

  it('says once that nobody takes what it tells, until somebody does again', async () => {
    let status = 400
    await using receiver = await otlpReceiver((_, response) => void response.writeHead(status).end())
    const { telemetry, troubles } = told({ metricsEveryMs: 10, tracedShare: 0 }, receiver.url)
    const work = () => step(telemetry, 'work', async (working) => working.count(apples, 1))
    const asked = async (times: number) => {
      const until = receiver.requests.length + times
      await vi.waitUntil(() => receiver.requests.length >= until)
    }
    await work()
    await asked(4)
    expect(troubles).toEqual([expect.stringContaining('not sent: ')])
    status = 200
    await asked(4)
    status = 400
    await asked(4)
    expect(troubles).toHaveLength(2)
    await telemetry.close(100)
  })
})
