import type { SelectionId } from '../../book/ids.ts'
import type { Book, Selection } from '../../book/market.ts'
import { partByRemoved, rowsShown } from './arrange.ts'

/** What the reader has opened of a card. */
export type Folds = { unfolded: boolean; everyQuote: boolean; removedShown: boolean }
export const folded: Folds = { unfolded: false, everyQuote: false, removedShown: false }

/**
 * Which lines a card has. Nothing is measured: the board knows the height of each card by its lines, also of those that are not in the
 * document.
 */
export type CardShape = {
  shown: readonly Selection[]
  removed: readonly Selection[]
  removedCount: number
  /** How many rows there are, shown or not. */
  rowCount: number
  foldable: boolean
  bookmakers: number
  lines: number
}

export function cardShape(book: Book, rows: readonly SelectionId[], { unfolded, everyQuote, removedShown }: Folds): CardShape {
  const selections = new Map(book.selections.map((selection) => [selection.id, selection]))
  const inOrder = rows.flatMap((id) => selections.get(id) ?? [])
  const { removed } = partByRemoved(book)
  const foldable = inOrder.length > rowsShown + 1
  const shown = foldable && !unfolded ? inOrder.slice(0, rowsShown) : inOrder
  const bookmakers = inOrder.reduce((most, { quotes }) => Math.max(most, quotes.length), 0)
  const removedRows = removedShown ? removed : []
  const folds = [foldable, removed.length > 0, bookmakers > 1].filter(Boolean).length
  return {
    shown,
    removed: removedRows,
    removedCount: removed.length,
    rowCount: inOrder.length,
    foldable,
    bookmakers,
    lines: countLines(shown, everyQuote) + countLines(removedRows, everyQuote) + folds,
  }
}

function countLines(selections: readonly Selection[], everyQuote: boolean): number {
  return everyQuote ? selections.reduce((sum, { quotes }) => sum + Math.max(1, quotes.length), 0) : selections.length
}
