/**
 * The usual interval of an NCRONTAB schedule: six fields, seconds first, or five without them. "Usual" is the median gap between two
 * times of one day, so that a night without polls does not count; a schedule of one time a day goes by the gap between its days.
 * What is late and what is down is measured in these intervals.
 */
export function intervalMsOf(ncrontab: string): number {
  const words = ncrontab.trim().split(/\s+/)
  if (words.length !== 5 && words.length !== 6) throw noSchedule(ncrontab, expected)
  const [seconds, minutes, hours, days, months, weekdays] = fields.map((field, i) =>
    values((words.length === 5 ? ['0', ...words] : words)[i], field, ncrontab),
  )
  if (!seconds || !minutes || !hours || !days || !months || !weekdays) throw noSchedule(ncrontab, expected)
  const times = hours.flatMap((h) => minutes.flatMap((m) => seconds.map((s) => (h * 60 + m) * 60 + s)))
  if (times.length > 1) return medianGap(times) * 1000

  const dates = nineYears().filter((at) => {
    const date = new Date(at)
    return days.includes(date.getUTCDate()) && months.includes(date.getUTCMonth() + 1) && weekdays.includes(date.getUTCDay())
  })
  if (dates.length < 2) throw noSchedule(ncrontab, 'no such date ever comes')
  return medianGap(dates)
}

type Field = { name: string; from: number; to: number; words: readonly string[] }

const fields: readonly Field[] = [
  { name: 'seconds', from: 0, to: 59, words: [] },
  { name: 'minutes', from: 0, to: 59, words: [] },
  { name: 'hours', from: 0, to: 23, words: [] },
  { name: 'days', from: 1, to: 31, words: [] },
  { name: 'months', from: 1, to: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'weekdays', from: 0, to: 6, words: 'sun mon tue wed thu fri sat'.split(' ') },
]

const expected = 'expected six fields: second minute hour day month weekday'

/** Their days hold 29 February at least twice. */
const nineYears = () => Array.from({ length: 9 * 366 }, (_, day) => Date.UTC(2024, 0, 1 + day))

function values(text: string | undefined, field: Field, schedule: string): number[] {
  if (text === undefined) throw noSchedule(schedule, expected)
  const chosen = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part)
    const from = match?.[1] === undefined ? field.from : numberOf(match[1], field)
    const open = match?.[1] === undefined || (match[2] === undefined && match[3] !== undefined)
    const to = open ? field.to : match?.[2] === undefined ? from : numberOf(match[2], field)
    const step = Number(match?.[3] ?? 1)
    if (match === null || !(from >= field.from && to <= field.to && from <= to && step > 0)) {
      throw noSchedule(schedule, `"${part}" is not something of ${field.name} (${field.from}-${field.to})`)
    }
    for (let value = from; value <= to; value += step) chosen.add(value)
  }
  return [...chosen].sort((a, b) => a - b)
}

function numberOf(word: string, field: Field): number {
  const at = field.words.indexOf(word.slice(0, 3).toLowerCase())
  return at >= 0 ? at + field.from : /^\d+$/.test(word) ? Number(word) : Number.NaN
}

/** Of ascending numbers; the lower one of two in the middle. */
function medianGap(ascending: readonly number[]): number {
  const gaps = ascending.slice(1).map((value, i) => value - (ascending[i] ?? value))
  return gaps.sort((a, b) => a - b)[(gaps.length - 1) >> 1] ?? 0
}

const noSchedule = (schedule: string, why: string) =>
  new Error(`"${schedule}" is no schedule: ${why}. Every 30 seconds is "*/30 * * * * *".`)
