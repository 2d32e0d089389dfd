/**
 * Timer schedules as Azure Functions reads them: NCrontab, which differs from every cron library of npm. Both day fields must
 * match (elsewhere either is enough), a reversed range is swapped (`22-2` means `2-22`), names are recognised by any prefix
 * (`ju` is June, the first that fits), and `7`, `L`, `?` and `@daily` are errors. A schedule that a lenient library accepts would
 * run here and be refused in Azure, so nothing more than NCrontab's own grammar is read.
 *
 *     six fields: second minute hour day month day-of-week     five fields: the same without second
 *     field  = term { "," term }
 *     term   = ( "*" | value | value "-" value ) [ "/" step ]      value "/" step runs from value to the end of the field
 */
export type CronSchedule = {
  /** The first occurrence after the instant, in UTC, or `undefined` when there is none (31 February). */
  nextAfter(instantMs: number): number | undefined
}

type Field = { name: string; min: number; max: number; names?: readonly string[] }

const second: Field = { name: 'second', min: 0, max: 59 }
const fields: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: [
      'january',
      'february',
      'march',
      'april',
      'may',
      'june',
      'july',
      'august',
      'september',
      'october',
      'november',
      'december',
    ],
  },
  {
    name: 'day of week',
    min: 0,
    max: 6,
    names: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
  },
]

/** Leap days fall on one given weekday at most 40 years apart (28, or 40 over a century that is no leap year). */
const horizonYears = 41

export function parseCron(expression: string): CronSchedule {
  const parts = expression.trim().split(/\s+/)
  if (parts.length !== 5 && parts.length !== 6) {
    throw new Error(
      `'${expression}' has ${parts.length} fields: NCRONTAB has six, {second} {minute} {hour} {day} {month} {day of week}`,
    )
  }
  const grammar = parts.length === 6 ? [second, ...fields] : fields
  const sets = grammar.map((field, index) => readField(parts[index] ?? '', field, expression))
  const [seconds, minutes, hours, days, months, weekdays] = parts.length === 6 ? sets : [new Set([0]), ...sets]
  const times = { seconds: sorted(seconds), minutes: sorted(minutes), hours: sorted(hours) }
  const isDay = (day: Date) =>
    months?.has(day.getUTCMonth() + 1) === true && days?.has(day.getUTCDate()) === true && weekdays?.has(day.getUTCDay()) === true

  return {
    nextAfter(instantMs) {
      const from = new Date(Math.floor(instantMs / 1000) * 1000 + 1000)
      const day = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate()))
      const lastYear = from.getUTCFullYear() + horizonYears
      let earliest = from.getTime() - day.getTime()
      while (day.getUTCFullYear() <= lastYear) {
        const time = isDay(day) ? firstTime(times, earliest) : undefined
        if (time !== undefined) return day.getTime() + time
        earliest = 0
        if (months?.has(day.getUTCMonth() + 1) === true) day.setUTCDate(day.getUTCDate() + 1)
        else day.setUTCMonth(day.getUTCMonth() + 1, 1)
      }
      return undefined
    },
  }
}

function sorted(set: Set<number> = new Set()): number[] {
  return [...set].sort((a, b) => a - b)
}

/** The first time of day, in milliseconds since midnight, that is not before `earliestMs`. */
function firstTime(times: { hours: number[]; minutes: number[]; seconds: number[] }, earliestMs: number): number | undefined {
  for (const hour of times.hours) {
    if ((hour + 1) * 3_600_000 <= earliestMs) continue
    for (const minute of times.minutes) {
      if ((hour * 60 + minute + 1) * 60_000 <= earliestMs) continue
      for (const second of times.seconds) {
        const time = ((hour * 60 + minute) * 60 + second) * 1000
        if (time >= earliestMs) return time
      }
    }
  }
  return undefined
}

function readField(text: string, field: Field, expression: string): Set<number> {
  const refuse = (why: string): never => {
    throw new Error(`'${expression}' is not an NCRONTAB schedule: the ${field.name} field '${text}' ${why}`)
  }
  const value = (token: string): number => {
    if (/^\d+$/.test(token)) return Number(token)
    const index = token === '' ? -1 : (field.names ?? []).findIndex((name) => name.startsWith(token.toLowerCase()))
    return index < 0 ? refuse(`holds '${token}', which is neither a number nor a name`) : field.min + index
  }
  const set = new Set<number>()
  for (const term of text.split(',')) {
    const [range = '', step, ...more] = term.split('/')
    if (more.length > 0 || (step !== undefined && !/^\d+$/.test(step))) refuse(`has the step '/${[step, ...more].join('/')}'`)
    const [from, to] = bounds(range, step !== undefined, field, value)
    if (from < field.min || to > field.max) refuse(`is outside ${field.min}-${field.max}`)
    for (let i = from; i <= to; i += Math.max(Number(step ?? 1), 1)) set.add(i)
  }
  return set
}

function bounds(range: string, stepped: boolean, field: Field, value: (token: string) => number): [number, number] {
  if (range === '*') return [field.min, field.max]
  const dash = range.indexOf('-')
  if (dash > 0) {
    const [a, b] = [value(range.slice(0, dash)), value(range.slice(dash + 1))]
    return [Math.min(a, b), Math.max(a, b)]
  }
  const only = value(range)
  return [only, stepped ? Math.max(field.max, only) : only]
}
