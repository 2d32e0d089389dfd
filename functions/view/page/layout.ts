import type { MarketId } from '../../book/ids.ts'

/** In rem, as the style sheet has them. */
export const gap = 0.75
const leastCardWidth = 24.5
const lineHeight = 1.5
/** All of a card that is not lines: its header, column heads, footer and padding. */
const cardFrame = 7.75

export const cardHeight = (lines: number) => cardFrame + lines * lineHeight
export const columnsIn = (width: number) => Math.max(1, Math.floor((width + gap) / (leastCardWidth + gap)))

/** Where each card of the board is. `column` and `top` are by place in `order`; `inColumn` has the places of each column, downwards. */
export type Layout = {
  order: readonly MarketId[]
  columns: number
  column: readonly number[]
  top: readonly number[]
  inColumn: readonly (readonly number[])[]
  height: number
}

export const emptyLayout: Layout = { order: [], columns: 0, column: [], top: [], inColumn: [], height: 0 }

/**
 * Each card goes below the shortest column, so that all heights pack without holes and none need be measured. Cards that were there before,
 * in the same order, stay in their columns: one that grows pushes those below it, and moves no other.
 */
export function layOut(
  order: readonly MarketId[],
  heightOf: (market: MarketId) => number,
  columns: number,
  before: Layout,
): Layout {
  const bottoms = Array.from({ length: columns }, () => 0)
  const inColumn = bottoms.map((): number[] => [])
  const column: number[] = []
  const top: number[] = []
  let stays = before.columns === columns
  for (const [place, market] of order.entries()) {
    stays &&= before.order[place] === market
    const at = (stays ? before.column[place] : undefined) ?? shortest(bottoms)
    const y = bottoms[at] ?? 0
    column.push(at)
    top.push(y)
    inColumn[at]?.push(place)
    bottoms[at] = y + heightOf(market) + gap
  }
  return { order, columns, column, top, inColumn, height: Math.max(0, ...bottoms) }
}

/** The places of all cards that reach into `from`..`to`, in order. */
export function placesWithin({ inColumn, top }: Layout, from: number, to: number): number[] {
  const places: number[] = []
  for (const column of inColumn) {
    // The last card that begins at or above `from` reaches into it; which is the first to be shown.
    let [low, high] = [0, column.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((top[column[middle] ?? 0] ?? 0) <= from) low = middle + 1
      else high = middle
    }
    for (let i = Math.max(0, low - 1); i < column.length; i++) {
      const place = column[i] ?? 0
      if ((top[place] ?? 0) >= to) break
      places.push(place)
    }
  }
  return places.sort((a, b) => a - b)
}

/** The neighbour of a card in its own column; undefined at its ends. */
export function neighbour({ inColumn, column }: Layout, place: number, step: 1 | -1): number | undefined {
  const own = inColumn[column[place] ?? 0] ?? []
  return own[own.indexOf(place) + step]
}

function shortest(bottoms: readonly number[]): number {
  let best = 0
  for (const [at, bottom] of bottoms.entries()) if (bottom < (bottoms[best] ?? 0)) best = at
  return best
}
