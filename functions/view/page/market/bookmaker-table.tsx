import type { Bookmaker } from '../../../book/ids.ts'
import type { Book, Selection } from '../../../book/market.ts'
import type { Pricing } from '../../../book/pricing.ts'
import { payersOf, rowQuote } from '../arrange.ts'
import { formatOverround, formatPoint, formatPrice, formatShare, noPrice } from '../format.ts'
import type { Store } from '../store.ts'

type TableProps = { store: Store; book: Book; priced: Pricing; kept: readonly Selection[] }

/** What each bookmaker pays on each selection, and keeps; the best of the market's line is marked. Whoever keeps least comes first. */
export function BookmakerTable({ store, book, priced, kept }: TableProps) {
  const view = store.view.value
  const bookmakers = [...new Set(kept.flatMap(({ quotes }) => quotes.map(({ bookmaker }) => bookmaker)))].sort(
    (a, b) => takeOf(priced, a) - takeOf(priced, b) || (a < b ? -1 : 1),
  )
  const points = new Map(book.selections.map(({ id }, place) => [id, priced.points[place] ?? null]))
  const payers = new Map(
    kept.flatMap((selection) => {
      const best = priced.selections.get(selection.id)?.back && rowQuote(selection, priced)
      return best ? [[selection.id, payersOf(selection, best)] as const] : []
    }),
  )
  const handicap = kept.some(({ quotes }) => quotes.some(({ point }) => point !== null && point < 0))
  return (
    <section class="box quotes bookmakers" aria-label="Bookmakers">
      <h2>Who pays what</h2>
      <div class="wide" tabIndex={0} role="region" aria-label="Backs of all bookmakers">
        <table>
          <thead>
            <tr>
              <th scope="col">Back at</th>
              {kept.map(({ id, name }) => (
                <th key={id} scope="col" title={name}>
                  {name}
                </th>
              ))}
              <th scope="col">Overround</th>
            </tr>
          </thead>
          <tbody>
            {bookmakers.map((bookmaker) => {
              const own = priced.bookmakers.get(bookmaker)
              return (
                <tr key={bookmaker} data-bookmaker={bookmaker}>
                  <th scope="row">{bookmaker}</th>
                  {kept.map(({ id, quotes }) => {
                    const quote = quotes.find((quote) => quote.bookmaker === bookmaker)
                    const best = payers.get(id)?.includes(bookmaker)
                    const otherLine = quote?.point != null && quote.point !== points.get(id)
                    return (
                      <td key={id} data-best={best || undefined} data-status={quote?.status}>
                        {formatPrice(quote?.back ?? null, book.priceFormat, view)}
                        {best && <span class="unseen"> best</span>}
                        {quote !== undefined && otherLine && <small>{formatPoint(quote.point ?? 0, handicap)}</small>}
                        {quote !== undefined && quote.status !== 'open' && quote.status !== book.status && (
                          <small>{quote.status}</small>
                        )}
                      </td>
                    )
                  })}
                  <td class="kept">{own === undefined ? noPrice : formatOverround(own.overround)}</td>
                </tr>
              )
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Fair</th>
              {kept.map(({ id }) => {
                const fair = priced.selections.get(id)?.fairProbability ?? null
                return <td key={id}>{fair === null ? noPrice : formatShare(fair)}</td>
              })}
              <td class="kept">{priced.overround === null ? noPrice : formatOverround(priced.overround)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  )
}

const takeOf = ({ bookmakers }: Pricing, bookmaker: Bookmaker) => bookmakers.get(bookmaker)?.overround ?? Infinity
