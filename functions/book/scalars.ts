import * as v from '@badrap/valita'

import { bookmakerOf, feedName, type MarketId, type SelectionId, topicOf } from './ids.ts'
import { told } from './limits.ts'
import type { SchemaName } from './schema-ids.ts'

/** The smallest things that a message says, each with what it may be; `wire.ts` makes messages of them. */

const idLimits = { minLength: 1, maxLength: 256, pattern: '^[^\\n\\r]*$' }
const namespacedLimits = { ...idLimits, pattern: '^[a-z][a-z0-9-]*:[^\\n\\r]+$' }
const nameLimits = { ...idLimits, pattern: '^[a-z][a-z0-9-]*$' }

export const text = told(
  v.string().assert((s) => s.length <= 2_000 && !s.includes('\n'), 'longer than 2,000 characters, or more than one line'),
  { maxLength: 2_000, pattern: '^[^\\n]*$' },
)
export const id = told(
  v.string().assert((s) => s.length > 0 && s.length <= 256 && !/[\n\r]/.test(s), 'not an id of 1 to 256 characters'),
  idLimits,
)
export const finite = told(v.number().assert(Number.isFinite, 'not a finite number'), {})
/** The end of the year 9999: later ones cannot all be written as a date, and what is written of them sorts before. */
const lastMs = 253_402_300_799_999
export const instantMs = told(
  v.number().assert((n) => Number.isInteger(n) && n > 0 && n <= lastMs, 'not a time in whole milliseconds'),
  { type: 'integer', minimum: 1, maximum: lastMs },
)
export const counter = told(
  v.number().assert((n) => Number.isSafeInteger(n) && n >= 0, 'not a whole number'),
  { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
)
export const orNull = <T>(type: v.Type<T>) => type.nullable().optional(() => null)
export const oneOf = <const T extends readonly string[]>(words: T) =>
  v.union(...words.map((word) => v.literal(word as T[number])))

/**
 * One of a list that may grow: a reader that meets a word it does not know reads it as `otherwise`, where nothing is lost by that. What
 * decides how a price is read (a status, an outcome, a format) is `oneOf`, and a new word there is a new major version.
 */
export const growing = <const T extends readonly string[]>(words: T, otherwise: T[number]) => {
  const known = new Map(words.map((word): [string, v.ValitaResult<T[number]>] => [word, v.ok<T[number]>(word)]))
  const unknown = v.ok<T[number]>(otherwise)
  return told(
    v.string().chain((s) => known.get(s) ?? (isWord(s) ? unknown : v.err('not a word'))),
    { ...wordLimits, examples: words },
  )
}
export const isWord = (s: string) => s.length <= 40 && /^[a-z][a-z-]*$/.test(s)
export const wordLimits = { maxLength: 40, pattern: '^[a-z][a-z-]*$' }

const namespaced = id.assert((s) => /^[a-z][a-z0-9-]*:[^\n\r]/.test(s), 'not <feed>:<id>')
export const marketId = told(
  namespaced.map((s) => s as MarketId),
  namespacedLimits,
)
export const selectionId = told(
  namespaced.map((s) => s as SelectionId),
  namespacedLimits,
)
export const bookmaker = told(id.map(bookmakerOf), idLimits)
export const feed = told(id.assert((s) => /^[a-z][a-z0-9-]*$/.test(s), 'not a feed name').map(feedName), nameLimits)
export const topic = told(id.assert((s) => /^[a-z][a-z0-9-]*$/.test(s), 'not a topic').map(topicOf), nameLimits)

/** As W3C Trace Context has it, in its only version. */
const traceparentPattern = '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'
const isTraceparent = new RegExp(traceparentPattern)
export const traceparent = told(
  v.string().assert((s) => isTraceparent.test(s), 'not a traceparent'),
  { pattern: traceparentPattern },
)

/** A message says its major version twice: as a number, which every message has, and in the schema it carries, which one written by hand may lack. */
export const version = told(
  v.number().chain((n) => (n === 1 ? one : v.err(`version ${n}, and this reader takes 1`))),
  { const: 1 },
)
const one = v.ok<1>(1)
export const schemaOf = (name: SchemaName) => {
  const known = `urn:oddscast:${name}:1.`
  const isKnown = (s: string) => s.startsWith(known) && /^[0-9]+$/.test(s.slice(known.length))
  return told(
    v.string().chain((s) => (isKnown(s) ? v.ok(s) : v.err(`${JSON.stringify(s.slice(0, 100))} is none of ${known}*`))),
    { pattern: `^urn:oddscast:${name}:1\\.[0-9]+$` },
  ).optional()
}
