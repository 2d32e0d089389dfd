import { isObject, type Json } from '../json.ts'
import { isEqual, type Value } from './values.ts'

type Definition = { least: number; most: number; apply: (parameters: readonly Value[]) => Value }

/** An argument of the wrong type gives `undefined`, except where a function asks about the type itself. */
export const functions = new Map<string, Definition>([
  ['IS_DEFINED', of(1, ([value]) => value !== undefined)],
  ['IS_NULL', of(1, ([value]) => value === null)],
  ['STARTSWITH', ofTexts((text, part) => text.startsWith(part))],
  ['CONTAINS', ofTexts((text, part) => text.includes(part))],
  ['LOWER', of(1, ([text]) => (typeof text === 'string' ? text.toLowerCase() : undefined))],
  ['UPPER', of(1, ([text]) => (typeof text === 'string' ? text.toUpperCase() : undefined))],
  ['ARRAY_CONTAINS', { least: 2, most: 3, apply: arrayContains }],
])

function of(count: number, apply: Definition['apply']): Definition {
  return { least: count, most: count, apply }
}

/** The third argument, when true, ignores case. */
function ofTexts(test: (text: string, part: string) => boolean): Definition {
  return {
    least: 2,
    most: 3,
    apply: ([text, part, ignoreCase]) => {
      if (typeof text !== 'string' || typeof part !== 'string') return undefined
      return ignoreCase === true ? test(text.toLowerCase(), part.toLowerCase()) : test(text, part)
    },
  }
}

/** With `true` as third argument an object in the array need only contain the properties of the one that is looked for. */
function arrayContains([array, wanted, partial]: readonly Value[]): Value {
  if (!Array.isArray(array) || wanted === undefined) return undefined
  return array.some((value) => (partial === true ? isPart(wanted, value) : isEqual(wanted, value)))
}

function isPart(wanted: Json, value: Json): boolean {
  if (!isObject(wanted) || !isObject(value)) return isEqual(wanted, value)
  return Object.entries(wanted).every(([name, part]) => {
    const found = Object.hasOwn(value, name) ? value[name] : undefined
    return found !== undefined && isPart(part, found)
  })
}
