import { parseCron } from './ncrontab.ts'

export type Schedule = { nextAfter(instantMs: number): number | undefined }

/** A timer's `schedule`: NCRONTAB, or a .NET TimeSpan (`00:00:05`), which counts from the last run instead of the clock. */
export function parseSchedule(text: string): Schedule {
  const periodMs = parseTimeSpanMs(text)
  if (periodMs === undefined) return parseCron(text)
  if (periodMs <= 0) throw new Error(`the schedule '${text}' is not longer than nothing`)
  return { nextAfter: (instantMs) => instantMs + periodMs }
}

/** `[d.]hh:mm[:ss[.fffffff]]`. Hours end at 23: .NET reads `24:00:00` as 24 days, which nobody means, so it is refused here. */
export function parseTimeSpanMs(text: string): number | undefined {
  const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text.trim())
  if (parts === null) return undefined
  const [days, hours, minutes, seconds] = parts.slice(1, 5).map((part) => Number(part ?? 0)) as [number, number, number, number]
  if (hours > 23 || minutes > 59 || seconds > 59) {
    throw new Error(`'${text}' is not a TimeSpan: write [d.]hh:mm:ss with hours up to 23`)
  }
  const fractionMs = Math.round(Number(`0.${parts[5] ?? 0}`) * 1000)
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + fractionMs
}

/** The monitor, which remembers runs over restarts, is off for schedules that ever fire twice within a minute. */
export function firesWithinAMinute(schedule: Schedule, nowMs: number): boolean {
  let previous = schedule.nextAfter(nowMs)
  for (let i = 0; i < 5 && previous !== undefined; i++) {
    const next = schedule.nextAfter(previous)
    if (next !== undefined && next - previous < 60_000) return true
    previous = next
  }
  return false
}
