import type { ReadonlySignal } from '@preact/signals'

import { quoteKeyOf } from '../../../book/ids.ts'
import type { Selection } from '../../../book/market.ts'
import type { Pricing } from '../../../book/pricing.ts'
import { priceSides } from '../../client/board.ts'
import { chanceOf, outcomeOf, payersOf, rank, rowQuote } from '../arrange.ts'
import { formatShare } from '../format.ts'
import { Picture } from '../picture.tsx'
import { By, Label, Point, Price } from '../rows.tsx'
import type { Card, Store } from '../store.ts'
import { colours, type MarketView } from './market-view.ts'

type TableProps = {
  store: Store
  view: MarketView
  card: ReadonlySignal<Card>
  priced: Pricing
  kept: readonly Selection[]
}

/** Every selection with its best prices; the coloured ones are drawn, and a press draws or leaves out. */
export function SelectionTable({ store, view, card, priced, kept }: TableProps) {
  const { book, moves, sides } = card.value
  const drawn = view.drawn.value
  const shownView = store.view.value
  const handicap = book.selections.some(({ quotes }) => quotes.some(({ point }) => point !== null && point < 0))
  const places = new Map(rank(book).map((id, place) => [id, place]))
  const inOrder = kept.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0))
  const shownSides = priceSides.filter((side) => sides.has(side))
  const several = view.bookmakers.value.length > 1
  return (
    <section class="box quotes" aria-label="Selections">
      <table>
        <thead>
          <tr>
            <th scope="col">Selection</th>
            {shownSides.map((side) => (
              <th key={side} scope="col">
                {side}
              </th>
            ))}
            {several && <th scope="col">At</th>}
            <th scope="col" title="The probability that the bookmakers on this line hold it for, their margins taken out">
              Fair
            </th>
          </tr>
        </thead>
        <tbody>
          {inOrder.map((selection) => {
            const quote = rowQuote(selection, priced)
            const move = quote === undefined ? undefined : moves.get(quoteKeyOf(selection.id, quote.bookmaker))
            const status = quote?.status ?? book.status
            const outcome = outcomeOf(selection)
            const colour = drawn.get(selection.id)
            const fair = book.status === 'open' ? (priced.selections.get(selection.id)?.fairProbability ?? null) : null
            const name = selection.name === book.name ? 'Yes' : selection.name
            return (
              <tr key={selection.id} data-selection={selection.id} data-status={status} data-outcome={outcome ?? undefined}>
                <th scope="row" style={{ '--chance': outcome === null ? chanceOf(quote, book.priceFormat) : 0 }}>
                  <div class="selection">
                    <button
                      type="button"
                      class="swatch"
                      data-colour={colour}
                      aria-pressed={colour !== undefined}
                      aria-label={`Draw ${name}`}
                      disabled={colour === undefined && drawn.size >= colours}
                      onClick={() => view.flip(selection.id)}
                    />
                    <Picture url={selection.image} name={selection.name} size={24} />
                    <span class="name" title={selection.name}>
                      {name}
                    </span>
                    {quote !== undefined && quote.point !== null && <Point point={quote.point} handicap={handicap} move={move} />}
                    {outcome !== null && <span class="outcome">{outcome}</span>}
                    <Label status={status} marketStatus={book.status} move={move} />
                  </div>
                </th>
                {shownSides.map((side) => (
                  <Price key={side} side={side} quote={quote} format={book.priceFormat} view={shownView} move={move} />
                ))}
                {several && (
                  <td>
                    <By payers={payersOf(selection, quote).join(', ')} />
                  </td>
                )}
                <td class="fair">{fair !== null && formatShare(fair)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
