import { formatWait } from './format.ts'

/** When a fixture starts, on the reader's own clock: the hour today, the day of the week within one, the date otherwise. */
export function startFormat(locale?: string, timeZone?: string): (startsAtMs: number, nowMs: number) => string {
  const clock = { hour: 'numeric', minute: '2-digit', timeZone } as const
  const today = new Intl.DateTimeFormat(locale, clock)
  const thisWeek = new Intl.DateTimeFormat(locale, { ...clock, weekday: 'short' })
  const later = new Intl.DateTimeFormat(locale, { ...clock, day: 'numeric', month: 'short' })
  const anotherYear = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short', year: 'numeric' })
  const dayOf = new Intl.DateTimeFormat('en', { timeZone, day: 'numeric', month: 'numeric', year: 'numeric' })
  return (startsAtMs, nowMs) => {
    if (dayOf.format(startsAtMs) === dayOf.format(nowMs)) return today.format(startsAtMs)
    const days = Math.abs(startsAtMs - nowMs) / 86_400_000
    if (days < 6) return thisWeek.format(startsAtMs)
    return (days < 300 ? later : anotherYear).format(startsAtMs)
  }
}

/** How far off the start is. Past it, a feed that says whether play has begun may say that it has not. */
export function startDistance(startsAtMs: number, nowMs: number, inPlay: boolean | null): string {
  if (startsAtMs > nowMs) return inPlay === true ? 'begun early' : `in ${formatWait(startsAtMs - nowMs)}`
  return `${inPlay === false ? 'due ' : ''}${formatWait(nowMs - startsAtMs)} ago`
}
