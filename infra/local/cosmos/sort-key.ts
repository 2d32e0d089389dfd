/**
 * Cosmos DB orders values of any type: undefined < null < false < true < numbers < text < arrays < objects. A sort key is a text
 * with the same order byte by byte, so that an ordinary SQLite index on a text column gives Cosmos DB's order and never takes 5
 * for "5" or null for a missing property.
 *
 * `''` undefined · `a` null · `b` false · `c` true · `d` + 16 hex digits number · `e` + text · `f` array · `g` object
 *
 * Text compares by code point, as UTF-8 bytes do. It is cut at `maxTextLength`; a query that would depend on the rest is refused.
 * Arrays and objects have no order among each other, in the service neither.
 */
import type { Json } from './json.ts'

export const maxTextLength = 256

export function sortKey(value: Json | undefined): string {
  if (typeof value === 'string') return 'e' + (value.length > maxTextLength ? value.slice(0, maxTextLength) : value)
  if (typeof value === 'number') return 'd' + numberKey(value)
  if (typeof value === 'boolean') return value ? 'c' : 'b'
  if (value === undefined) return ''
  if (value === null) return 'a'
  return Array.isArray(value) ? 'f' : 'g'
}

/** The first key after those of the same type, the exclusive end of a type-strict range; false and true are one type. */
export function endOfType(key: string): string {
  return key === 'b' ? 'd' : String.fromCharCode(key.charCodeAt(0) + 1)
}

/** The first key of the same type. */
export function startOfType(key: string): string {
  return key === 'c' ? 'b' : key.slice(0, 1)
}

/** False for what two different values may share: cut text, arrays, objects. */
export function isExact(key: string): boolean {
  return key.length <= maxTextLength && key !== 'f' && key !== 'g'
}

const double = new DataView(new ArrayBuffer(8))

/** IEEE 754 bits sort as unsigned integers once the sign bit is flipped, and all bits of a negative number. */
function numberKey(value: number): string {
  double.setFloat64(0, value === 0 ? 0 : value)
  let high = double.getUint32(0)
  let low = double.getUint32(4)
  if (high >= 0x80000000) {
    high = ~high >>> 0
    low = ~low >>> 0
  } else high += 0x80000000
  return hex8(high) + hex8(low)
}

function hex8(word: number): string {
  return word.toString(16).padStart(8, '0')
}
