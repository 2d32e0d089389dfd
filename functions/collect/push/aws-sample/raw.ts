import * as v from '@badrap/valita'

import { readInstant } from '../../../book/instant.ts'
import { type Parsed, parse } from '../../../book/wire.ts'
import type { KnownObjects } from '../../drift.ts'
import { oneLine } from '../../one-line.ts'

/**
 * One of `{"odds":[…]}` in the words of the AWS sample that stores and streams sports feeds, which are those of the American providers it
 * stands for. `away` and `home` are not the sides, they are their lines (−4.5 and 4.5 of a spread), and the sides are named by `summary`
 * alone, the visitors first; providers that name them in `away` and `home` are understood too. The odds are American. `date` is when they
 * were made, in seconds since 1970, and `gameDate` a date and time without a zone, which we take for UTC.
 */
const line = v
  .union(v.number().assert(Number.isFinite, 'not a finite number'), v.string())
  .nullable()
  .optional(() => null)
const americanOdds = v.number().assert(Number.isSafeInteger, 'not American odds, which are whole numbers').nullable()
const name = v
  .string()
  .map((text) => oneLine(text))
  .assert((text) => text !== '', 'empty')
const gameId = v.union(
  v.string().assert((id) => /^[^\s](?:[^\r\n]{0,98}[^\s])?$/.test(id), 'not an id of 1 to 100 characters'),
  v
    .number()
    .assert((id) => Number.isSafeInteger(id) && id >= 0, 'not an id')
    .map(String),
)
/** No colon, so that game and type cannot run into each other. */
const type = v.string().assert((id) => /^[^\s:](?:[^\r\n:]{0,48}[^\s:])?$/.test(id), 'not a type of 1 to 50 characters')
const instant = v.unknown().chain((named) => {
  const atMs = readInstant(named)
  return atMs === undefined ? v.err('no date, and no number of seconds since 1970') : v.ok(atMs)
})

const rawOdds = v
  .object({
    summary: name,
    gameId,
    gameDate: instant,
    type,
    isOpen: v.boolean(),
    away: line,
    home: line,
    awayOdds: americanOdds,
    homeOdds: americanOdds,
    date: instant,
    topic: v.string().optional(() => 'sports'),
  })
  .chain((odds) => {
    const [away, home] = [lineOf(odds.away), lineOf(odds.home)]
    return typeof away === typeof home || away === null || home === null
      ? v.ok({ ...odds, away, home })
      : v.err('away, home: one is a line and the other a name')
  })
export type RawOdds = v.Infer<typeof rawOdds>

/** The store that the sample comes from keeps numbers as text. */
function lineOf(side: string | number | null): string | number | null {
  if (typeof side !== 'string') return side
  const text = oneLine(side, 200)
  if (text === '') return null
  return /^[+-]?\d{1,6}(?:\.\d+)?$/.test(text) ? Number(text) : text
}

export const parseOdds = (raw: unknown): Parsed<RawOdds> => parse<RawOdds>(rawOdds, raw)

/** Which market it is about, if no more than that can be read. */
export function readableId(raw: unknown): string | null {
  const parsed = parse(v.object({ gameId, type }), raw)
  return parsed.ok ? idOf(parsed.value) : null
}

export const idOf = ({ gameId, type }: Pick<RawOdds, 'gameId' | 'type'>) => `${gameId}:${type}`

export const knownOdds = (objects: readonly unknown[]): KnownObjects => ({
  name: 'odds',
  always: ['summary', 'gameId', 'gameDate', 'type', 'isOpen', 'awayOdds', 'homeOdds', 'date'],
  sometimes: ['away', 'home', 'topic'],
  objects,
})
