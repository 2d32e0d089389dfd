import type { Bookmaker, FeedName, MarketId, SelectionId } from '../../book/ids.ts'
import { readInstant } from '../../book/instant.ts'

/** What can be said in an address: how it is read, what it takes in words, and the same in the words of JSON Schema. */
export type Kind<T> = {
  /** Ends the sentence "limit is "x"; it takes …". */
  takes: string
  schema: KindSchema
  example: string
  read: (text: string) => T | undefined
}
export type KindSchema = {
  type: 'string' | 'integer'
  enum?: readonly string[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
}

export function whole(least: number, most: number): Kind<number> {
  return {
    takes: `a whole number from ${least} to ${most}`,
    schema: { type: 'integer', minimum: least, maximum: most },
    example: String(least),
    read(text) {
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      return value >= least && value <= most ? value : undefined
    },
  }
}

export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return {
    takes: words.join(', '),
    schema: { type: 'string', enum: words },
    example: words[0] ?? '',
    read: (text) => words.find((word) => word === text),
  }
}

const matching = <T>(pattern: string, maxLength: number, takes: string, example: string): Kind<T> => {
  const regex = new RegExp(pattern, 'u')
  return {
    takes,
    schema: { type: 'string', maxLength, pattern },
    example,
    read: (text) => (text.length <= maxLength && regex.test(text) ? (text as T) : undefined),
  }
}

/** No name that we know of has a control character, and a store that is asked for one may refuse the whole question. */
const printable = '[^\\u0000-\\u001f\\u007f]'

export const marketId = matching<MarketId>(
  `^[a-z][a-z0-9-]*:${printable}+$`,
  256,
  '<feed>:<the feed’s own market id>, as in predictit:7053',
  'predictit:7053',
)
export const selectionId = matching<SelectionId>(
  `^[a-z][a-z0-9-]*:${printable}+$`,
  256,
  '<feed>:<the feed’s own selection id>, as in predictit:24001',
  'predictit:24001',
)
export const feedName = matching<FeedName>(
  '^[a-z][a-z0-9-]*$',
  64,
  'the name of a feed, as in predictit: small letters, digits and hyphens',
  'predictit',
)
export const bookmaker = matching<Bookmaker>(
  `^${printable}+$`,
  256,
  'the name of a bookmaker, 256 characters at most',
  'predictit',
)
/** What Cosmos DB takes for an id: it refuses a question about any other. */
const idEnd = '[^\\s/\\\\?#\\u0000-\\u001f\\u007f]'
export const fixtureId = matching<string>(
  `^${idEnd}(?:[^/\\\\?#\\u0000-\\u001f\\u007f]*${idEnd})?$`,
  200,
  'a fixture’s id, 200 characters at most, none of them / \\ ? or #, nor a space at either end',
  'nba-2026-05-01-bos-nyk',
)
export const words = matching<string>(`^${printable}+$`, 200, 'words to look for, 200 characters at most', 'senate ohio')

export const clientName = matching<string>(
  '^[A-Za-z0-9][A-Za-z0-9 ._@-]*$',
  64,
  'a name of 1 to 64 letters, digits, spaces and . _ @ -, beginning with a letter or a digit',
  'wall-screen-2',
)

/** Milliseconds since 1970. */
export const instant: Kind<number> = {
  takes: 'a date, with a time or without, as in 2026-05-01T18:00:00Z, or the seconds or milliseconds since 1970',
  schema: { type: 'string', maxLength: 40 },
  example: '2026-05-01T18:00:00Z',
  read: (text) => (text.length <= 40 ? readInstant(text) : undefined),
}
