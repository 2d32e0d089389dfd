import { type Position, positionsOf, type Recorded } from './position.ts'
import type { Conditions } from './shape.ts'

/** Bodies in turn. `said` is what a person reads of each. */
export type Player<B> = {
  next(): { body: B; position: Position }
  /** What the last one got, or will get who comes first. */
  current(): { body: B; position: Position }
  say(position: Position, name: string, more?: string): void
}

export function player<B extends Recorded>(
  bodies: readonly [B, ...B[]],
  { mode, clock, log }: Pick<Conditions, 'mode' | 'clock' | 'log'>,
): Player<B> {
  const positionAt = positionsOf(bodies, mode, clock.nowMs())
  let current = { body: bodies[0], position: { index: 0, round: 0, isLast: false } }
  let saidLast = false
  return {
    next() {
      const position = positionAt(clock.nowMs())
      current = { body: bodies[position.index] ?? bodies[0], position }
      return current
    },
    current: () => current,
    say({ index, round, isLast }, name, more = '') {
      log(`body ${index + 1} of ${bodies.length}  ${name}${more}${round === 0 ? '' : `  round ${round + 1}`}`)
      if (isLast && !saidLast && bodies.length > 1) log('That was the last body; it is served from now on.')
      saidLast ||= isLast
    },
  }
}

export const isFull = <T>(list: readonly T[]): list is readonly [T, ...T[]] => list.length > 0
