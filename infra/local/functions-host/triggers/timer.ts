import type { Clock } from '../../clock.ts'
import type { TimerFunction } from '../definitions.ts'
import type { InvocationInput, Invocations } from '../invocations.ts'
import { firesWithinAMinute, parseSchedule } from '../schedule.ts'
import { recall, type TimerRecord, type TimerRecords } from '../timer-records.ts'
import type { Listener } from './listener.ts'

/**
 * Fires a function on its schedule, one run at a time. A tick that comes due while a run goes on is not lost and not piled up:
 * however many were missed, one run follows at once, marked past due.
 */
export type TimerListener = Listener & {
  /** Runs the function now, after the run that may be going on. */
  runNow(): Promise<void>
}

export type TimerOptions = {
  definition: TimerFunction
  invocations: Invocations
  records: TimerRecords
  clock: Clock
}

export function startTimer({ definition, invocations, records, clock }: TimerOptions): TimerListener {
  const stopping = new AbortController()
  const schedule = parseSchedule(definition.schedule)
  const monitored = definition.useMonitor && !firesWithinAMinute(schedule, clock.nowMs())
  const nowMs = clock.nowMs()
  let record = recall(monitored ? records.read(definition.name) : undefined, schedule, nowMs)
  let cancel: (() => void) | undefined
  let tail = Promise.resolve()
  const save = (next: TimerRecord) => {
    record = next
    if (monitored) records.write(definition.name, next)
  }

  async function run(isPastDue: boolean): Promise<boolean> {
    const status = monitored ? scheduleStatus(record) : null
    const settled = await invocations.untilSettled(definition, () => timerInput(isPastDue, status), stopping.signal)
    return settled.kind !== 'stopped'
  }
  const inTurn = (step: () => Promise<void>): Promise<void> => (tail = tail.then(step))

  /** `early`: this run stands for no tick of the schedule, so the tick to come stays due. */
  async function tick(isPastDue: boolean, early = false): Promise<void> {
    const dueMs = record.nextMs
    const startedMs = Math.max(clock.nowMs(), early || isPastDue ? 0 : (dueMs ?? 0))
    if (!(await run(isPastDue))) return
    save({ lastMs: startedMs, nextMs: schedule.nextAfter(startedMs), updatedMs: startedMs })
    arm()
  }

  function arm(): void {
    const { nextMs } = record
    if (nextMs === undefined || stopping.signal.aborted) return
    const lateMs = clock.nowMs() - nextMs
    cancel = clock.after(Math.max(-lateMs, 0), () => void inTurn(() => tick(lateMs > 0)))
  }

  save(record)
  if (record.nextMs !== undefined && nowMs > record.nextMs) void inTurn(() => tick(true))
  else if (definition.runOnStartup) void inTurn(() => tick(false, true))
  else arm()

  return {
    runNow: () => inTurn(async () => void (await run(false))),
    status: () => ({
      schedule: definition.schedule,
      monitored,
      next: isoTime(record.nextMs),
      last: isoTime(record.lastMs),
    }),
    async stop() {
      stopping.abort()
      cancel?.()
      await tail
    },
  }
}

function timerInput(isPastDue: boolean, status: ReturnType<typeof scheduleStatus> | null): InvocationInput {
  return {
    data: { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: status, IsPastDue: isPastDue }) },
    triggerMetadata: {},
  }
}

/** .NET's first instant stands for "never". */
const never = '0001-01-01T00:00:00'

function scheduleStatus({ lastMs, nextMs, updatedMs }: TimerRecord) {
  return { Last: isoTime(lastMs) ?? never, Next: isoTime(nextMs) ?? never, LastUpdated: isoTime(updatedMs) }
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString()
}
