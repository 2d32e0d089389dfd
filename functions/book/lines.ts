import type { Bookmaker } from './ids.ts'

/**
 * Prices can be compared only where the same thing is bet on: Over 8.5 and Over 9 are two bets. The line of a bookmaker is the points of all
 * that it quotes in a market, and bookmakers whose points are the same everywhere are on one line. Where nothing has a point, all are.
 */
export type Line<Q> = { books: readonly LineBook<Q>[] }
/** What one bookmaker quotes, in the order of the market's selections; undefined where it quotes nothing. */
export type LineBook<Q> = { bookmaker: Bookmaker; quotes: readonly (Q | undefined)[] }

type Pointed = { bookmaker: Bookmaker; point: number | null }

/**
 * The main line first: the one with the most bookmakers; of equals the one that has more selections, then that of the bookmaker whose name
 * comes first. A bookmaker that quotes only some selections is on the widest line that has its points. Bookmakers are in the order of names.
 */
export function linesOf<Q extends Pointed>(selections: readonly (readonly Q[])[]): Line<Q>[] {
  const books = booksOf(selections)
  if (books.length === 0) return []
  if (books.every(({ quotes }) => quotes.every((quote) => quote === undefined || quote.point === null))) return [{ books }]
  const samePoints = [...Map.groupBy(books, ({ quotes }) => quotes.map((quote) => quote?.point).join(' ')).values()]
  samePoints.sort(([a, ...more], [b, ...others]) => width(b) - width(a) || others.length - more.length || order(a, b))
  const lines: LineBook<Q>[][] = []
  for (const line of samePoints) {
    const [first] = line
    const home = width(first) < selections.length ? lines.find(([wider]) => holds(wider, first)) : undefined
    if (home === undefined) lines.push(line)
    else home.push(...line)
  }
  // The sort is stable: of as many bookmakers, the wider line stays before the other.
  lines.sort((a, b) => b.length - a.length)
  return lines.map((line) => ({ books: line.sort(order) }))
}

function booksOf<Q extends Pointed>(selections: readonly (readonly Q[])[]): LineBook<Q>[] {
  const books = new Map<Bookmaker, (Q | undefined)[]>()
  for (const [place, quotes] of selections.entries()) {
    for (const quote of quotes) {
      let book = books.get(quote.bookmaker)
      if (book === undefined) books.set(quote.bookmaker, (book = Array.from({ length: selections.length })))
      book[place] = quote
    }
  }
  return [...books].map(([bookmaker, quotes]) => ({ bookmaker, quotes })).sort(order)
}

const width = <Q>(book: LineBook<Q> | undefined) => book?.quotes.filter((quote) => quote !== undefined).length ?? 0

const order = <Q>(a: LineBook<Q> | undefined, b: LineBook<Q> | undefined) =>
  (a?.bookmaker ?? '') < (b?.bookmaker ?? '') ? -1 : 1

/** Whether `wider` has every point that `some` has. */
function holds<Q extends Pointed>(wider: LineBook<Q> | undefined, some: LineBook<Q> | undefined): boolean {
  return some?.quotes.every((quote, place) => quote === undefined || quote.point === wider?.quotes[place]?.point) ?? false
}
