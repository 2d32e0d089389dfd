import { badRequest } from '../errors.ts'
import type { Position } from './candidates.ts'

/** Where a query goes on: after this row, with so many matches still to skip and so many still allowed. */
export type Continuation = { position: Position | undefined; skip: number; left: number }

export function encodeContinuation({ position, skip, left }: Continuation): string {
  const fields = { k: position?.key ?? '', r: position?.rid ?? -1, s: skip, l: Number.isFinite(left) ? left : -1 }
  return Buffer.from(JSON.stringify(fields)).toString('base64url')
}

export function decodeContinuation(token: string): Continuation {
  try {
    const { k, r, s, l } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>
    if (typeof k === 'string' && typeof r === 'number' && typeof s === 'number' && typeof l === 'number') {
      return { position: r < 0 ? undefined : { key: k, rid: r }, skip: s, left: l < 0 ? Infinity : l }
    }
  } catch {
    // Answered below like any other token that is not one of ours.
  }
  throw badRequest('The continuation token is not one that this server gave.')
}
