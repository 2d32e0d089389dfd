/**
 * The instant that somebody outside names: as a date with or without a time, which is UTC unless it states a zone, or as a number since
 * 1970, of seconds or of milliseconds. Which of the two a number is can be seen: the same digits are the year 5138 in seconds and 1973 in
 * milliseconds, and odds are neither as late as the one nor as early as the other.
 */
export function readInstant(named: unknown): number | undefined {
  const atMs = typeof named === 'number' ? fromNumber(named) : typeof named === 'string' ? fromText(named.trim()) : undefined
  return atMs !== undefined && Number.isSafeInteger(atMs) && atMs > 0 && atMs <= endOf9999 ? atMs : undefined
}

/** Later ones have more digits in ISO form, and would sort before. */
const endOf9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const firstMilliseconds = 100_000_000_000

function fromNumber(named: number): number {
  return Math.round(named < firstMilliseconds ? named * 1_000 : named)
}

const dateAndTime = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i

function fromText(named: string): number | undefined {
  if (/^\d{1,15}$/.test(named)) return fromNumber(Number(named))
  const [, date, time = '00:00', zone = 'Z'] = dateAndTime.exec(named) ?? []
  if (date === undefined) return undefined
  const hours = /^([+-]\d\d)(\d\d)$/.exec(zone)
  return Date.parse(`${date}T${time}${hours === null ? zone.toUpperCase() : `${hours[1]}:${hours[2]}`}`)
}
