import type { Bookmaker, SelectionId } from './ids.ts'
import { type LineBook, linesOf } from './lines.ts'
import { derived, exactProbability, overround, type PriceFormat, type Probability } from './price.ts'
import type { MarketStatus, QuoteStatus } from './quote.ts'

/** As much of a market as its worth depends on. A book has it. */
export type Priceable = { priceFormat: PriceFormat; status: MarketStatus; selections: readonly PriceableSelection[] }
export type PriceableSelection = { id: SelectionId; quotes: readonly PriceableQuote[] }
export type PriceableQuote = {
  bookmaker: Bookmaker
  back: number | null
  lay: number | null
  point: number | null
  status: QuoteStatus
}

/**
 * What a market's open prices are worth beside each other, all of them on its main line (see `lines.ts`).
 *
 * `points`: that line, in the order of the market's selections; null where a selection has no point, or nobody prices it.
 * `overround`: of the best backs together, whoever gives them. `bookmakers`: each one on the line by itself.
 */
export type Pricing = {
  points: readonly (number | null)[]
  overround: number | null
  bookmakers: ReadonlyMap<Bookmaker, OwnPricing>
  selections: ReadonlyMap<SelectionId, SelectionPricing>
}

/**
 * `fairProbability`: what the bookmakers on the line hold it for, their margins taken out. Each one's implied probabilities are divided by
 * their sum; the median of that over the bookmakers (of an even number, halfway between the middle two) is divided by the sum of those
 * medians. Nothing is rounded before the end, and then to the twelve digits of `price.ts`: fair probabilities sum to 1 within 1e-12 a selection.
 */
export type SelectionPricing = { back: Best | null; lay: Best | null; fairProbability: Probability | null }

/** The highest back or the lowest lay, in decimal odds; of equals, that of the bookmaker whose name comes first. */
export type Best = { bookmaker: Bookmaker; price: number }

/** `fair` is in the order of the market's selections. */
export type OwnPricing = { overround: number; fair: readonly (Probability | null)[] }

/**
 * Margins and fair probabilities exist only where selections exclude each other and one of them must win. No feed says so reliably, but
 * the sum of the implied probabilities does: where two or more win (a place market, the props of several players) it is about two or more,
 * and where an answer is missing it is low, for nobody sells certainty at a loss of a tenth. Outside these, and for a market of one
 * selection, there are none; best prices there are all the same.
 */
const leastSum = 0.9
const mostSum = 1.9

export function pricing({ priceFormat, status, selections }: Priceable): Pricing {
  // A selection that is gone from the market needs no price for the book to be whole; one that is merely suspended does.
  const there = selections.map(({ quotes }) => quotes.some((quote) => quote.status !== 'removed'))
  const open = selections.map(({ quotes }) => (status === 'open' ? quotes.filter((quote) => quote.status === 'open') : []))
  const books = linesOf(open)[0]?.books ?? []
  const best = selections.map((_, place) => bestAt(books, place, priceFormat))
  const shares: (readonly number[])[] = []
  const bookmakers = new Map<Bookmaker, OwnPricing>()
  for (const { bookmaker, quotes } of books) {
    const implied = wholeBook(there, (place) => chance(quotes[place]?.back, priceFormat))
    if (implied === undefined) continue
    const sum = sumOf(implied)
    const own = implied.map((p) => p / sum)
    shares.push(own)
    bookmakers.set(bookmaker, { overround: overround(implied), fair: spread(there, own) })
  }
  const fair = spread(there, consensus(shares))
  const bestBook = wholeBook(there, (place) => chance(best[place]?.back?.price, priceFormat))
  return {
    points: selections.map((_, place) => books.find(({ quotes }) => quotes[place] !== undefined)?.quotes[place]?.point ?? null),
    overround: bestBook === undefined ? null : overround(bestBook),
    bookmakers,
    selections: new Map(
      selections.map(({ id }, place) => [
        id,
        { back: best[place]?.back ?? null, lay: best[place]?.lay ?? null, fairProbability: fair[place] ?? null },
      ]),
    ),
  }
}

function bestAt(books: readonly LineBook<PriceableQuote>[], place: number, format: PriceFormat) {
  let back: Best | null = null
  let lay: Best | null = null
  let leastBack = Infinity
  let mostLay = -Infinity
  for (const { bookmaker, quotes } of books) {
    const quote = quotes[place]
    if (quote === undefined) continue
    const toBack = chance(quote.back, format)
    if (quote.back !== null && toBack !== undefined && toBack < leastBack) {
      leastBack = toBack
      back = { bookmaker, price: quote.back }
    }
    const toLay = chance(quote.lay, format)
    if (quote.lay !== null && toLay !== undefined && toLay > mostLay) {
      mostLay = toLay
      lay = { bookmaker, price: quote.lay }
    }
  }
  return { back, lay }
}

const chance = (price: number | null | undefined, format: PriceFormat) =>
  price === null || price === undefined ? undefined : exactProbability(price, format)

/** The implied probabilities of the selections that are there, if each has one and they add up. */
function wholeBook(there: readonly boolean[], impliedAt: (place: number) => number | undefined): number[] | undefined {
  const implied: number[] = []
  for (const [place, isThere] of there.entries()) {
    if (!isThere) continue
    const p = impliedAt(place)
    if (p === undefined) return undefined
    implied.push(p)
  }
  const sum = sumOf(implied)
  return implied.length >= 2 && sum >= leastSum && sum <= mostSum ? implied : undefined
}

function consensus(shares: readonly (readonly number[])[]): number[] {
  const [first = []] = shares
  const medians = first.map((_, place) => median(shares.map((own) => own[place] ?? 0)))
  const sum = sumOf(medians)
  return medians.map((p) => p / sum)
}

function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const middle = values.length >> 1
  const [low = 0, high = 0] = [values[middle - (values.length % 2 === 0 ? 1 : 0)], values[middle]]
  return (low + high) / 2
}

/** Back to the order of all selections, rounded. */
function spread(there: readonly boolean[], values: readonly number[]): (Probability | null)[] {
  const left = values.values()
  return there.map((isThere) => {
    const { value } = isThere ? left.next() : { value: undefined }
    return value === undefined ? null : (derived(value) as Probability)
  })
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
