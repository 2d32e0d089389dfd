import type { MarketId } from '../../book/ids.ts'
import type { Book } from '../../book/market.ts'

type Words = { name: string; selections: number; fixture: string; text: string | undefined; rank: number }

/**
 * What is worked out of names once, for names hardly ever change while prices do all the time: the text that is searched, and where a
 * name stands among the others. To compare ten thousand names as people sort them takes a hundred times as long as to compare numbers.
 */
export class Lexicon {
  readonly #known = new Map<MarketId, Words>()
  #ranked = true

  /** All that a market can be found by, in small letters. */
  textOf(book: Book): string {
    const words = this.#wordsOf(book)
    return (words.text ??= [book.name, words.fixture, book.feed, ...book.selections.map(({ name }) => name)]
      .join('\n')
      .toLowerCase())
  }

  /** How `books` are to be compared to be in the order of their names. */
  byName(books: readonly Book[]): (a: Book, b: Book) => number {
    for (const book of books) this.#wordsOf(book)
    if (!this.#ranked) this.#rank()
    const rankOf = ({ marketId }: Book) => this.#known.get(marketId)?.rank ?? 0
    return (a, b) => rankOf(a) - rankOf(b)
  }

  forget(market: MarketId) {
    this.#known.delete(market)
  }

  #wordsOf(book: Book): Words {
    const known = this.#known.get(book.marketId)
    const fixture = book.fixture?.name ?? ''
    if (known?.name === book.name && known.selections === book.selections.length && known.fixture === fixture) return known
    const words = { name: book.name, selections: book.selections.length, fixture, text: undefined, rank: known?.rank ?? 0 }
    this.#known.set(book.marketId, words)
    if (known?.name !== book.name) this.#ranked = false
    return words
  }

  #rank() {
    const all = [...this.#known].sort(([idA, a], [idB, b]) => inWords.compare(a.name, b.name) || (idA < idB ? -1 : 1))
    for (const [rank, [, words]] of all.entries()) words.rank = rank
    this.#ranked = true
  }
}

const inWords = new Intl.Collator('en', { numeric: true })
