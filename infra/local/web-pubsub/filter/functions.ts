import { asString, type Expression, type Read, type Subject, Unusable } from './expression.ts'

type Make = (given: readonly Expression[], name: string) => Expression

/** The functions a filter may call. `length` takes a string or the groups; `substring` takes its places as plain integers. */
export const functions: Readonly<Record<string, Make>> = {
  length(given, name) {
    const [only] = exactly(1, given, name)
    if (only?.type === 'collection') return { type: 'int', read: (s) => only.read(s).size }
    const text = stringAt(given, 0, name)
    return { type: 'int', read: (s) => text(s)?.length ?? null }
  },
  tolower: ofString((text) => text.toLowerCase()),
  toupper: ofString((text) => text.toUpperCase()),
  trim: ofString((text) => text.trim()),
  substring(given, name) {
    if (given.length !== 2) exactly(3, given, name)
    const text = stringAt(given, 0, name)
    const start = placeAt(given, 1, name)
    const count = given.length === 3 ? placeAt(given, 2, name) : Number.POSITIVE_INFINITY
    return { type: 'string', read: (s) => text(s)?.slice(start, start + count) ?? null }
  },
  concat(given, name) {
    const both = twoStrings(given, name)
    return { type: 'string', read: (s) => both(s)?.join('') ?? null }
  },
  indexof(given, name) {
    const both = twoStrings(given, name)
    return {
      type: 'int',
      read(s) {
        const [text, part] = both(s) ?? []
        return text === undefined || part === undefined ? -1 : text.indexOf(part)
      },
    }
  },
  contains: ofTwo((text, part) => text.includes(part)),
  startswith: ofTwo((text, part) => text.startsWith(part)),
  endswith: ofTwo((text, part) => text.endsWith(part)),
}

function ofString(change: (text: string) => string): Make {
  return (given, name) => {
    exactly(1, given, name)
    const text = stringAt(given, 0, name)
    return {
      type: 'string',
      read(s) {
        const found = text(s)
        return found === null ? null : change(found)
      },
    }
  }
}

function ofTwo(ask: (text: string, part: string) => boolean): Make {
  return (given, name) => {
    const both = twoStrings(given, name)
    return {
      type: 'bool',
      read(s) {
        const pair = both(s)
        return pair !== null && ask(...pair)
      },
    }
  }
}

function twoStrings(given: readonly Expression[], name: string): (subject: Subject) => [string, string] | null {
  exactly(2, given, name)
  const [first, second] = [stringAt(given, 0, name), stringAt(given, 1, name)]
  return (s) => {
    const [a, b] = [first(s), second(s)]
    return a === null || b === null ? null : [a, b]
  }
}

function exactly(count: number, given: readonly Expression[], name: string): readonly Expression[] {
  if (given.length !== count) throw new Unusable(`'${name}' takes ${count} arguments, not ${given.length}.`)
  return given
}

function stringAt(given: readonly Expression[], at: number, name: string): Read<string | null> {
  return asString(argument(given, at, name), `Argument ${at + 1} of '${name}'`)
}

function placeAt(given: readonly Expression[], at: number, name: string): number {
  const expression = argument(given, at, name)
  const place = expression.type === 'int' ? expression.constant : undefined
  if (place === undefined || place < 0) throw new Unusable(`Argument ${at + 1} of '${name}' must be a plain integer from 0.`)
  return place
}

function argument(given: readonly Expression[], at: number, name: string): Expression {
  const expression = given[at]
  if (expression === undefined) throw new Unusable(`'${name}' has no argument ${at + 1}.`)
  return expression
}
