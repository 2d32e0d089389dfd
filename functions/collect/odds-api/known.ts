import type { KnownObjects } from '../drift.ts'
import { listOf } from './raw.ts'

/**
 * What we know of each kind of object in these bodies. `link`, `sid`, `bet_limit` and `multiplier` are sent only to those who ask
 * for them.
 */
export function knownObjects(bodies: readonly unknown[]): KnownObjects[] {
  const events = bodies.flatMap((body) => (Array.isArray(body) ? (body as unknown[]) : []))
  const bookmakers = some(events).flatMap((event) => listOf(event, 'bookmakers'))
  const markets = some(bookmakers).flatMap((bookmaker) => listOf(bookmaker, 'markets'))
  const outcomes = some(markets).flatMap((market) => listOf(market, 'outcomes'))
  const linked = ['link', 'sid']
  return [
    { name: 'event', always: eventFields, sometimes: [], objects: events },
    { name: 'bookmaker', always: ['key', 'title', 'last_update', 'markets'], sometimes: linked, objects: bookmakers },
    { name: 'market', always: ['key', 'last_update', 'outcomes'], sometimes: linked, objects: markets },
    { name: 'outcome', always: ['name', 'price'], sometimes: [...outcomeFields, ...linked], objects: outcomes },
  ]
}

const eventFields = ['id', 'sport_key', 'sport_title', 'commence_time', 'home_team', 'away_team', 'bookmakers']
const outcomeFields = ['point', 'description', 'bet_limit', 'multiplier']

/** Evenly spread: only a few are looked at in the end, and a body has thousands. */
const some = (objects: readonly unknown[]) => {
  const step = Math.ceil(objects.length / 32)
  return objects.filter((_, i) => i % step === 0)
}
