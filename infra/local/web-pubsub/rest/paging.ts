import type { Connection } from '../client/connection.ts'
import { type Call, integerOf } from './call.ts'

/** The largest page the service gives. */
const mostPerPage = 200

/**
 * A page of a group's connections, in the order in which they came. The continuation token is the place of the last one shown, so
 * that connections coming and going between two pages neither hide nor repeat others.
 */
export function page(call: Call, members: readonly Connection[]): object {
  const perPage = integerOf(call, 'maxpagesize', 1, mostPerPage) ?? mostPerPage
  const top = integerOf(call, 'top', 1, 999_999_999) ?? Number.POSITIVE_INFINITY
  const after = integerOf(call, 'continuationToken', 0, 999_999_999) ?? 0
  const left = members.filter(({ ordinal }) => ordinal > after).sort((a, b) => a.ordinal - b.ordinal)
  const shown = left.slice(0, Math.min(perPage, top))
  const last = shown.at(-1)
  const isLast = last === undefined || left.length === shown.length || top <= shown.length
  return {
    value: shown.map(({ connectionId, userId }) => ({ connectionId, ...(userId === null ? {} : { userId }) })),
    ...(isLast ? {} : { nextLink: linkAfter(call, last.ordinal, top - shown.length) }),
  }
}

function linkAfter(call: Call, ordinal: number, topLeft: number): string {
  const link = new URL(call.target, call.origin)
  link.searchParams.set('continuationToken', String(ordinal))
  if (Number.isFinite(topLeft)) link.searchParams.set('top', String(topLeft))
  return link.href
}
