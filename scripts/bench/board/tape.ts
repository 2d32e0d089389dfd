import type { Snapshot } from '../../../functions/book/market.ts'

/** Markets as they begin, and then without end: one of them, after it has moved, and by how many ticks it has. */
export type Tape = {
  name: string
  opening: readonly Snapshot[]
  next(): { snapshot: Snapshot; ticks: number }
}

export const selectionsOf = ({ opening }: Tape) => opening.reduce((sum, { selections }) => sum + selections.length, 0)

/** How many ticks lead from one snapshot of a market to another that has the same bookmakers. */
export function ticksBetween(before: Snapshot, after: Snapshot): number {
  const values = new Map(before.selections.map(({ id, quotes }) => [id, JSON.stringify(quotes)]))
  return after.selections.filter(({ id, quotes }) => values.get(id) !== JSON.stringify(quotes)).length
}
