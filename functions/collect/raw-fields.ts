import * as v from '@badrap/valita'

import { readInstant } from '../book/instant.ts'
import { oneLine } from './one-line.ts'

/** Kinds of field that several feeds have, each as a function and as a schema. What a field may lack is said where it is used. */

/** A name as people read it, in one line; venues send some with line feeds and spaces around. */
export const name = v.string().map((text) => oneLine(text))

/** Ends up in a browser as a link or picture: nothing but the web's own schemes. */
export function webAddressOf(url: unknown): string | null {
  const isOne =
    typeof url === 'string' &&
    (url.startsWith('https://') || url.startsWith('http://')) &&
    url.length > 8 &&
    url.length <= 1_900 &&
    !/\s/.test(url)
  return isOne ? url : null
}
export const webAddress = v.unknown().map(webAddressOf)

/** A price from 0 to 1, as a number or as text (`"0.1200"`); null where nobody is on that side; undefined where it is none. */
export function unitPriceOf(value: unknown): number | null | undefined {
  if (value === null) return null
  const price = typeof value === 'string' ? decimalOf(value) : value
  return typeof price === 'number' && price >= 0 && price <= 1 ? price : undefined
}
export const unitPrice: v.Type<number | null> = v.unknown().chain((value) => {
  const price = unitPriceOf(value)
  return price === undefined ? v.err('not a price from 0 to 1') : v.ok(price)
})

/**
 * `Number` takes far more than decimals ('', '0x1', 'Infinity'), and a pattern before it takes longer than both. Up to fifteen digits the
 * quotient is the very number that the text stands for: both its parts are whole and exact, and a division is rounded but once.
 */
function decimalOf(text: string): number | undefined {
  let digits = 0
  let scale = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === point && scale === 0 && i > 0) scale = 1
    else if (code < zero || code > nine) return undefined
    else {
      digits = digits * 10 + code - zero
      scale *= 10
    }
  }
  if (scale === 1 || text === '') return undefined
  if (text.length > 15) return Number(text)
  return scale === 0 ? digits : digits / scale
}

const [point, zero, nine] = [0x2e, 0x30, 0x39]

/** An instant in text; null where it is none. Some databases write of the zone the hours alone: `2026-04-05 15:10:00+00`. */
export function instantOf(text: unknown): number | null {
  if (typeof text !== 'string') return null
  return readInstant(text.endsWith('Z') ? text : text.replace(hoursAlone, '$&:00')) ?? null
}
export const instant = v.unknown().map(instantOf)

const hoursAlone = /(?<=:\d\d(?:\.\d+)?[+-])\d\d$/

/** Of a long list, as `driftOf` takes it. */
export const words = (text: string) => text.trim().split(/\s+/)
