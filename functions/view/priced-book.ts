import type { Book, Selection } from '../book/market.ts'
import type { Probability } from '../book/price.ts'
import { type Best, pricing } from '../book/pricing.ts'

/** A book, with what its prices are worth beside each other. All of it follows from the book, so the book's `seq` stands for it too. */
export type PricedBook = Omit<Book, 'selections'> & { overround: number | null; selections: readonly PricedSelection[] }
export type PricedSelection = Selection & { best: { back: Best | null; lay: Best | null }; fairProbability: Probability | null }

export function pricedBook(book: Book): PricedBook {
  const worth = pricing(book)
  const selections = book.selections.map((selection): PricedSelection => {
    const { back = null, lay = null, fairProbability = null } = worth.selections.get(selection.id) ?? {}
    return { ...selection, best: { back, lay }, fairProbability }
  })
  return { ...book, overround: worth.overround, selections }
}
