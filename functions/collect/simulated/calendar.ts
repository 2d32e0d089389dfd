import { between, type Key, keyOf, lastStep, subKey, unit } from './noise.ts'
import { sidesOf, type Sport } from './teams.ts'

/** One game as it stands at one instant. `pricedAtMs`: the instant of which its prices are, the last before bookmakers stopped. */
export type Game = {
  id: string
  key: Key
  sport: Sport
  home: string
  away: string
  startsAtMs: number
  status: 'open' | 'suspended' | 'closed'
  inPlay: boolean
  pricedAtMs: number
}

/** How often something happens, on how many of those occasions it is a score, and how far one moves the game. */
type Course = { beforeMs: number; playMs: number; incidentEveryMs: number; likely: number; weight: number }

const minuteMs = 60_000
const courses: Record<Sport, Course> = {
  football: { beforeMs: 25 * minuteMs, playMs: 105 * minuteMs, incidentEveryMs: 9 * minuteMs, likely: 0.3, weight: 0.75 },
  basketball: { beforeMs: 14 * minuteMs, playMs: 96 * minuteMs, incidentEveryMs: 3 * minuteMs, likely: 0.5, weight: 0.16 },
  tennis: { beforeMs: 12 * minuteMs, playMs: 84 * minuteMs, incidentEveryMs: 5 * minuteMs, likely: 0.45, weight: 0.3 },
  darts: { beforeMs: 6 * minuteMs, playMs: 38 * minuteMs, incidentEveryMs: 3 * minuteMs, likely: 0.5, weight: 0.25 },
  'table tennis': { beforeMs: 4 * minuteMs, playMs: 19 * minuteMs, incidentEveryMs: 2 * minuteMs, likely: 0.6, weight: 0.3 },
}
/** After the end the market is shown closed for a while, then it vanishes, and the next game of the court is listed a little later. */
const closedMs = 75_000
const emptyMs = 40_000

/** Courts on which one game follows another for ever, each at its own point of the cycle: something is always about to happen. */
const courts: readonly Sport[] = [
  'football',
  'football',
  'football',
  'football',
  'basketball',
  'basketball',
  'tennis',
  'tennis',
  'darts',
  'darts',
  'table tennis',
  'table tennis',
]

export function gamesAt(seed: string, atMs: number): Game[] {
  return courts.flatMap((sport, court) => gameAt(keyOf(`${seed} court ${court}`), court, sport, atMs) ?? [])
}

function gameAt(courtKey: Key, court: number, sport: Sport, atMs: number): Game | undefined {
  const course = courses[sport]
  const cycleMs = course.beforeMs + course.playMs + closedMs + emptyMs
  const listedAtMs = lastStep(courtKey, atMs, cycleMs)
  const startsAtMs = listedAtMs + course.beforeMs
  const endsAtMs = startsAtMs + course.playMs
  if (atMs >= endsAtMs + closedMs) return undefined
  const number = Math.floor(listedAtMs / cycleMs)
  const key = subKey(courtKey, number)
  const game = { id: `g${court + 1}-${number}`, key, sport, ...sidesOf(sport, key), startsAtMs }
  if (atMs >= endsAtMs) return { ...game, status: 'closed', inPlay: false, pricedAtMs: endsAtMs }
  const stoppedAtMs = incidentsUntil({ key, sport, startsAtMs }, atMs).find(({ untilMs }) => untilMs > atMs)?.atMs
  const status = stoppedAtMs === undefined ? 'open' : 'suspended'
  // A score counts in the prices only after betting has resumed.
  return { ...game, status, inPlay: atMs >= startsAtMs, pricedAtMs: stoppedAtMs === undefined ? atMs : stoppedAtMs - 1 }
}

export type Incident = { atMs: number; untilMs: number; forHome: boolean }

/** The scores so far, each with the seconds for which betting is suspended. */
export function incidentsUntil({ key, sport, startsAtMs }: Pick<Game, 'key' | 'sport' | 'startsAtMs'>, atMs: number): Incident[] {
  const { incidentEveryMs, likely, playMs } = courses[sport]
  const incidents: Incident[] = []
  const occasions = Math.floor(playMs / incidentEveryMs)
  for (let i = 0; i < occasions && startsAtMs + i * incidentEveryMs <= atMs; i++) {
    const occasion = subKey(key, 1000 + i)
    if (unit(occasion, 1) >= likely) continue
    const happensAtMs = startsAtMs + Math.floor((i + unit(occasion, 2) * 0.8) * incidentEveryMs)
    if (happensAtMs > atMs) continue
    const untilMs = happensAtMs + Math.floor(between(occasion, 3, 5_000, 18_000))
    incidents.push({ atMs: happensAtMs, untilMs, forHome: unit(occasion, 4) < between(key, 5, 0.35, 0.65) })
  }
  return incidents
}

/** How far the game leans to the home side by what has happened in it; the same lead weighs more, the less time is left. */
export function lean(game: Game, atMs: number): number {
  const { weight, playMs } = courses[game.sport]
  const lead = incidentsUntil(game, atMs).reduce((sum, { forHome }) => sum + (forHome ? 1 : -1), 0)
  const played = Math.min(Math.max((atMs - game.startsAtMs) / playMs, 0), 1)
  return lead * weight * (0.7 + played)
}
