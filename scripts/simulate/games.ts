import { between, type Key, keyOf, subKey } from '../../functions/collect/simulated/noise.ts'

/** An invented game of an invented league. */
export type Game = { id: string; competition: string; home: string; away: string; startsAtMs: number; key: Key }

const dayMs = 86_400_000
const gamesADay = 8

type League = { short: string; competition: string; clubs: readonly string[] }

const leagues: readonly League[] = [
  {
    short: 'sbl',
    competition: 'Straits Baseball League',
    clubs: [
      'Harwick Herons',
      'Port Ellery Pilots',
      'Tamber Millers',
      'Nordhamn Icebirds',
      'Greyhaven Gulls',
      'Lowmoor Lanterns',
      'Saltmarsh Rakes',
      'Westering Kites',
    ],
  },
  {
    short: 'hfl',
    competition: 'Harbour Football League',
    clubs: [
      'Castel Alba Bulls',
      'Redcliff Rams',
      'Quillon Sabres',
      'Marlow Bay Otters',
      'Stonebridge Forge',
      'Ashbourne Stags',
      'Valmere Comets',
      'Norrland Wolves',
    ],
  },
]

export const nameOf = ({ home, away }: Pick<Game, 'home' | 'away'>) => `${away} @ ${home}`

/** The games of one day: the same, with the same ids, whoever asks, so that what is seeded is what is simulated. */
export function gamesOn(anyTimeMs: number): Game[] {
  const midnightMs = Math.floor(anyTimeMs / dayMs) * dayMs
  const date = new Date(midnightMs).toISOString().slice(0, 10).replaceAll('-', '')
  return Array.from({ length: gamesADay }, (_, i) => {
    const league = leagues[i % leagues.length] ?? leagues[0]
    if (league === undefined) throw new Error('there are no leagues')
    const order = shuffled(league.clubs, keyOf(`${league.short} ${date}`))
    const pair = Math.floor(i / leagues.length)
    const id = `${league.short}-${date}-${pair + 1}`
    const key = keyOf(id)
    // Between four in the afternoon and eleven at night, at whole quarters of an hour.
    const startsAtMs = midnightMs + Math.floor(between(key, 1, 64, 92)) * 900_000
    const [home = '', away = ''] = order.slice(2 * pair)
    return { id, competition: league.competition, home, away, startsAtMs, key }
  })
}

/** The next games to start. */
export function upcomingGames(nowMs: number, count: number): Game[] {
  const games: Game[] = []
  for (let day = 0; games.length < count; day++) {
    const today = gamesOn(nowMs + day * dayMs).toSorted((a, b) => a.startsAtMs - b.startsAtMs)
    games.push(...today.filter(({ startsAtMs }) => startsAtMs > nowMs))
  }
  return games.slice(0, count)
}

const shuffled = (names: readonly string[], key: Key) =>
  names
    .map((name, i) => ({ name, at: subKey(key, i) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ name }) => name)
