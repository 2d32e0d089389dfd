import { asBool, type Subject, Unusable } from './expression.ts'
import { or } from './grammar.ts'
import { Reader } from './reader.ts'
import { cut } from './words.ts'

export type Filter = (subject: Subject) => boolean
export type Compiled = { kind: 'filter'; matches: Filter } | { kind: 'unusable'; problem: string }

const longestSource = 8_192

/**
 * The part of OData that Web PubSub takes as `filter`, compiled once to a closure.
 *
 *     or     = and *("or" and)
 *     and    = test *("and" test)
 *     test   = not [("eq" | "ne" | "gt" | "ge" | "lt" | "le") not | "in" (groups | "(" value *("," value) ")")]
 *     not    = "not" not | value
 *     value  = literal | identifier | function "(" … ")" | "(" or ")"
 *
 * `not` binds tighter than a comparison, as documented: `not length(userId) gt 5` is an error. Types are settled while
 * compiling, so a wrong filter is refused before anything is delivered. A missing user id is null: true/false functions of null
 * are false, `indexof` is -1, others are null, and null is neither greater nor less than anything.
 */
export function compileFilter(source: string): Compiled {
  if (source.length > longestSource) return { kind: 'unusable', problem: `A filter has at most ${longestSource} characters.` }
  const words = cut(source)
  if ('unreadableAt' in words) {
    return {
      kind: 'unusable',
      problem: `Cannot read the filter from ${JSON.stringify(source.slice(words.unreadableAt, words.unreadableAt + 20))}.`,
    }
  }
  try {
    const reader = new Reader(words)
    const whole = or(reader)
    if (reader.peek() !== undefined) throw new Unusable(`Expected the filter to end before ${reader.described()}.`)
    return { kind: 'filter', matches: asBool(whole, 'The filter') }
  } catch (error) {
    if (error instanceof Unusable) return { kind: 'unusable', problem: error.message }
    throw error
  }
}

/** Remembers the last filters, since an application sends the same few over and over. */
export function createFilterCompiler(mostRemembered = 256): (source: string) => Compiled {
  const remembered = new Map<string, Compiled>()
  return (source) => {
    const compiled = remembered.get(source) ?? compileFilter(source)
    remembered.delete(source)
    remembered.set(source, compiled)
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
    return compiled
  }
}
