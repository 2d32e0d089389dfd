import * as v from '@badrap/valita'

import type { MarketId, SelectionId, Topic } from './ids.ts'
import { told } from './limits.ts'
import { id, instantMs, marketId, oneOf, orNull, selectionId, text, topic } from './scalars.ts'
import { type Parsed, parse } from './wire.ts'

export const fixtureStatuses = ['scheduled', 'in-play', 'finished', 'postponed', 'cancelled'] as const
export type FixtureStatus = (typeof fixtureStatuses)[number]

/** A fixture as its schedule tells it, whichever markets bet on it: what the `fixtures` container keeps. */
export type FixtureDocument = {
  id: string
  topic: Topic
  name: string
  /** The same instant twice: as text it is what the store sorts by. */
  startsAt: string
  startsAtMs: number
  status: FixtureStatus
  home: string | null
  away: string | null
  competition: string | null
  links: readonly FixtureLink[]
  updatedAtMs: number
}

/**
 * One question on the fixture, and where it is quoted. Venues name their selections as they like and none knows of another: only a link
 * says that two of them are the same answer.
 */
export type FixtureLink = { question: string; selections: readonly LinkedSelection[] }
export type LinkedSelection = { name: string; quotes: readonly LinkedQuote[] }
export type LinkedQuote = { marketId: MarketId; selectionId: SelectionId }

const quote = v.object({ marketId, selectionId })
const link: v.Type<FixtureLink> = v.object({
  question: text,
  selections: v.array(v.object({ name: text, quotes: v.array(quote) })),
})

/** Of a fixture that is stored, and of one that is told. */
export const fixtureFields = {
  name: told(
    text.assert((name) => name.trim() !== '', 'empty'),
    { maxLength: 2_000, pattern: '^[^\\n]*\\S[^\\n]*$' },
  ),
  status: oneOf(fixtureStatuses).optional(() => 'scheduled' as const),
  home: orNull(text),
  away: orNull(text),
  competition: orNull(text),
  links: v
    .array(link)
    .optional(() => [])
    .chain(unambiguous),
}
const fixtureDocument = v.object({ id, topic, ...fixtureFields, startsAt: text, startsAtMs: instantMs, updatedAtMs: instantMs })

/** Reads a stored fixture back, without what the store adds to it. */
export const parseFixtureDocument = (raw: unknown): Parsed<FixtureDocument> => parse<FixtureDocument>(fixtureDocument, raw)

/** A question is asked once, and one selection of a market is one answer to it, never two. */
function unambiguous<Links extends readonly FixtureLink[]>(links: Links): v.ValitaResult<Links> {
  const questions = new Set<string>()
  for (const { question, selections } of links) {
    if (questions.has(question)) return v.err(`"${question}" is there twice`)
    questions.add(question)
    const answers = new Set<string>()
    for (const { marketId: market, selectionId: selection } of selections.flatMap(({ quotes }) => quotes)) {
      const answer = `${market}\n${selection}`
      if (answers.has(answer)) return v.err(`"${question}" has ${selection} of ${market} twice`)
      answers.add(answer)
    }
  }
  return v.ok(links)
}
