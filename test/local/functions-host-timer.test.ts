import { afterEach, describe, expect, it } from 'vitest'

import { handClock, type HandClock } from '../../infra/local/clock.ts'
import type { TimerFunction } from '../../infra/local/functions-host/definitions.ts'
import type { InvocationInput, Invocations, Settled } from '../../infra/local/functions-host/invocations.ts'
import type { TimerRecord } from '../../infra/local/functions-host/timer-records.ts'
import { startTimer } from '../../infra/local/functions-host/triggers/timer.ts'
import { makeApp, run, type Running, type TestApp } from './functions-host-app.ts'

const hourly: TimerFunction = {
  type: 'timerTrigger',
  name: 'collect',
  bindingName: 'timer',
  retry: undefined,
  schedule: '0 0 * * * *',
  runOnStartup: false,
  useMonitor: true,
}
const start = Date.UTC(2026, 0, 1, 10, 30)
const hourMs = 3_600_000

/** A timer whose function ends when the test says so, with a memory that outlives it. */
function rig(
  definition: Partial<TimerFunction> = {},
  clock: HandClock = handClock(start),
  memory = new Map<string, TimerRecord>(),
) {
  const runs: { input: Record<string, unknown>; atMs: number; end: (settled?: Settled) => void }[] = []
  const invocations: Pick<Invocations, 'untilSettled'> = {
    untilSettled: (_, makeInput) =>
      new Promise((resolve) => {
        const end = (settled: Settled = { kind: 'succeeded' }) => resolve(settled)
        runs.push({ input: timerOf(makeInput({ capabilities: {} })), atMs: clock.nowMs(), end })
      }),
  }
  const timer = startTimer({
    definition: { ...hourly, ...definition },
    invocations: invocations as Invocations,
    records: { read: (name) => memory.get(name), write: (name, record) => void memory.set(name, record) },
    clock,
  })
  const settle = async (settled?: Settled) => {
    runs.at(-1)?.end(settled)
    await turn()
  }
  return { timer, runs, clock, memory, settle }
}

function timerOf(input: InvocationInput): Record<string, unknown> {
  return 'json' in input.data ? (JSON.parse(input.data.json) as Record<string, unknown>) : {}
}

/** Lets every promise that is ready go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a timer', () => {
  it('fires on its schedule, with the schedule status that the monitor keeps', async () => {
    const { runs, clock, settle } = rig()
    clock.advance(hourMs / 2)
    await turn()
    expect(runs.map(({ atMs }) => atMs)).toEqual([start + hourMs / 2])
    expect(runs[0]?.input).toEqual({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: { Last: '0001-01-01T00:00:00', Next: '2026-01-01T11:00:00.000Z', LastUpdated: '2026-01-01T10:30:00.000Z' },
      IsPastDue: false,
    })
    await settle()
    clock.advance(hourMs)
    await turn()
    expect(runs[1]?.input.ScheduleStatus).toMatchObject({ Last: '2026-01-01T11:00:00.000Z', Next: '2026-01-01T12:00:00.000Z' })
  })

  it('has no schedule status when it fires within a minute', async () => {
    const { runs, clock } = rig({ schedule: '*/5 * * * * *' })
    clock.advance(5_000)
    await turn()
    expect(runs[0]?.input).toMatchObject({ ScheduleStatus: null, IsPastDue: false })
  })

  it('makes up for the ticks that came due while it ran by one run, marked past due', async () => {
    const { runs, clock, settle } = rig({ schedule: '*/5 * * * * *' })
    clock.advance(5_000)
    await turn()
    clock.advance(17_000)
    await turn()
    expect(runs).toHaveLength(1)
    await settle()
    clock.advance(0)
    await turn()
    expect(runs.map(({ input }) => input.IsPastDue)).toEqual([false, true])
    await settle()
    clock.advance(2_999)
    await turn()
    expect(runs).toHaveLength(2)
    clock.advance(1)
    await turn()
    expect(runs.map(({ input }) => input.IsPastDue)).toEqual([false, true, false])
  })

  it('makes up once for what it missed while the host was down', async () => {
    const first = rig()
    first.clock.advance(hourMs / 2)
    await turn()
    await first.settle()
    await first.timer.stop()
    first.clock.advance(5 * hourMs)
    const second = rig({}, first.clock, first.memory)
    await turn()
    expect(second.runs.map(({ input }) => input.IsPastDue)).toEqual([true])
    await second.settle()
    second.clock.advance(hourMs)
    await turn()
    expect(second.runs.map(({ input }) => input.IsPastDue)).toEqual([true, false])
  })

  it('makes up for nothing after its schedule was edited', async () => {
    const first = rig()
    await first.timer.stop()
    first.clock.advance(5 * hourMs)
    const second = rig({ schedule: '0 15 * * * *' }, first.clock, first.memory)
    await turn()
    expect(second.runs).toEqual([])
  })

  it('runs again at the next start when it was stopped before it had settled', async () => {
    const first = rig()
    first.clock.advance(hourMs / 2)
    await turn()
    const stopped = first.timer.stop()
    first.runs[0]?.end({ kind: 'stopped' })
    await stopped
    first.clock.advance(1_000)
    const second = rig({}, first.clock, first.memory)
    await turn()
    expect(second.runs.map(({ input }) => input.IsPastDue)).toEqual([true])
  })

  it('runs at once when told to at startup, and keeps its schedule', async () => {
    const { runs, clock, settle } = rig({ runOnStartup: true })
    await turn()
    expect(runs).toHaveLength(1)
    await settle()
    clock.advance(hourMs / 2)
    await turn()
    expect(runs).toHaveLength(2)
  })

  it('runs by hand after the run that is going on', async () => {
    const { timer, runs, clock, settle } = rig()
    clock.advance(hourMs / 2)
    await turn()
    const byHand = timer.runNow()
    await turn()
    expect(runs).toHaveLength(1)
    await settle()
    expect(runs).toHaveLength(2)
    await settle()
    await byHand
  })
})

describe('a timer function in the host', () => {
  let app: TestApp | undefined
  let running: Running | undefined
  afterEach(async () => {
    await running?.stop()
    await app?.remove()
  })

  it('is retried as its policy says, in memory, with one invocation id', async () => {
    app = await makeApp(`
      import { app } from '@azure/functions'
      app.timer('flaky', {
        schedule: '%WHEN%',
        retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { seconds: 10 } },
        handler: (timer, context) => {
          const { retryCount, maxRetryCount, exception } = context.retryContext
          context.log(context.invocationId, retryCount, maxRetryCount, exception?.message, timer.isPastDue, timer.scheduleStatus)
          throw new Error('attempt ' + retryCount)
        },
      })
    `)
    const clock = handClock(start)
    running = await run(app, { clock, env: { WHEN: '*/30 * * * * *' } })
    const { logs } = running
    const failures = () => logs.all('function failed').length
    clock.advance(30_000)
    await logs.until(() => failures() === 1)
    for (const attempts of [2, 3]) {
      await turn()
      clock.advance(10_000)
      await logs.until(() => failures() === attempts)
    }
    const said = logs.said().map((line) => line.split(' '))
    expect(new Set(said.map(([id]) => id)).size).toBe(1)
    expect(said.map(([, ...rest]) => rest.join(' '))).toEqual([
      '0 2 undefined false null',
      '1 2 attempt 0 false null',
      '2 2 attempt 1 false null',
    ])
  })

  it('runs at once by the admin route, but not for a page of another origin', async () => {
    app = await makeApp(`
      import { app } from '@azure/functions'
      app.timer('yearly', { schedule: '0 0 0 1 1 *', handler: (_, context) => context.log('ran') })
    `)
    running = await run(app)
    const { host, logs } = running
    const post = (name: string, origin?: string) =>
      fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', headers: origin === undefined ? {} : { origin } })
    expect((await post('yearly', 'https://elsewhere.example')).status).toBe(403)
    expect((await post('unknown')).status).toBe(404)
    expect((await post('yearly')).status).toBe(202)
    await logs.until(() => logs.said().length === 1)
    await host.runTimer('yearly')
    expect(logs.said()).toEqual(['ran', 'ran'])
    await expect(host.runTimer('unknown')).rejects.toThrow('unknown')
  })
})
