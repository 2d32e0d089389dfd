import { type Key, unit } from './noise.ts'

/** Invented sides. Enough of each that a pair does not come back the same day. */
const towns = [
  'Port Ellery',
  'Harwick',
  'Tamber',
  'Nordhamn',
  'Castel Alba',
  'Greyhaven',
  'Ashbourne Vale',
  'Lowmoor',
  'Saltmarsh',
  'Quillon',
  'Redcliff',
  'Westering',
  'Marlow Bay',
  'Stonebridge',
] as const

const players = [
  'A. Lindqvist',
  'M. Okafor',
  'P. Tremaine',
  'J. Sarkany',
  'L. Devereaux',
  'R. Hallam',
  'T. Brandt',
  'C. Moreau-Pike',
  'D. Ishikawa',
  'E. Novak',
  'S. Abernathy',
  'K. Vantongeren',
] as const

const clubs = {
  football: ['Town', 'Rovers', 'Athletic', 'United'],
  basketball: ['Herons', 'Comets', 'Foxes', 'Anchors'],
} as const

export type Sport = 'football' | 'basketball' | 'tennis' | 'darts' | 'table tennis'

export function sidesOf(sport: Sport, key: Key): { home: string; away: string } {
  const names: readonly string[] =
    sport === 'football' || sport === 'basketball' ? towns.map((town, i) => club(sport, town, i)) : players
  const home = Math.floor(unit(key, 1) * names.length)
  const away = (home + 1 + Math.floor(unit(key, 2) * (names.length - 1))) % names.length
  return { home: names[home] ?? '', away: names[away] ?? '' }
}

function club(sport: keyof typeof clubs, town: string, index: number): string {
  const words = clubs[sport]
  return `${town} ${words[index % words.length]}`
}
