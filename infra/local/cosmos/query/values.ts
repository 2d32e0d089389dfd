/**
 * Comparing values as Cosmos DB does: values of different types are neither equal nor unequal nor ordered, the comparison has no
 * result (`undefined`), and a filter without a result does not match. Text is ordered by code point, as UTF-8 bytes are.
 */
import { isObject, type Json } from '../json.ts'
import type { ComparisonOperator } from './ast.ts'

export type Value = Json | undefined

export function compare(operator: ComparisonOperator, left: Value, right: Value): boolean | undefined {
  const type = typeOf(left)
  if (type === 'undefined' || type !== typeOf(right)) return undefined
  if (type === 'array' || type === 'object') {
    if (operator === '=') return isEqual(left, right)
    return undefined
  }
  const order = orderOf(left, right)
  switch (operator) {
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

export function isEqual(left: Value, right: Value): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, at) => isEqual(value, right[at]))
  }
  if (!isObject(left) || !isObject(right)) return false
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
  )
}

export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b) return aboveSurrogates(a) - aboveSurrogates(b)
  }
  return left.length - right.length
}

/** Surrogates stand for code points above all others, but their own numbers lie below U+E000. */
function aboveSurrogates(unit: number): number {
  if (unit < 0xd800) return unit
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

function typeOf(value: Value): 'undefined' | 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as 'undefined' | 'boolean' | 'number' | 'string' | 'object'
}

/** Both of the same scalar type. */
function orderOf(left: Value, right: Value): number {
  return typeof left === 'string' && typeof right === 'string' ? compareText(left, right) : Number(left) - Number(right)
}
