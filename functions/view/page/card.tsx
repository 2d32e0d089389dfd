import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

import type { Selection } from '../../book/market.ts'
import { rowsShown, shownPricing } from './arrange.ts'
import { priceSides } from '../client/board.ts'
import { Facts, Start, Times } from './card-facts.tsx'
import { cardShape, type Folds } from './card-shape.ts'
import { Fold } from './fold.tsx'
import { Picture } from './picture.tsx'
import { pathOf } from './route.ts'
import { Rows } from './rows.tsx'
import type { Card, Store } from './store.ts'

type CardProps = { store: Store; card: ReadonlySignal<Card>; place: number; of: number }

export function MarketCard({ store, card, place, of }: CardProps) {
  const { book, rows, moves, sides, folds } = card.value
  const { everyQuote } = folds
  const flip = (part: keyof Folds) => () => store.fold(book.marketId, part)

  const article = useRef<HTMLElement>(null)
  useEffect(() => noteOffscreen(article.current), [])

  const priced = shownPricing(book)
  const fairSeen = useRef(false)
  fairSeen.current ||=
    book.status === 'open' && [...priced.selections.values()].some(({ fairProbability }) => fairProbability !== null)

  const { shown, removed, removedCount, rowCount, foldable, bookmakers, lines } = cardShape(book, rows, folds)
  const without = [...priceSides.filter((side) => !sides.has(side)), ...(fairSeen.current ? [] : ['fair'])]
  const columns = 1 + sides.size
  const pictured = book.selections.some(({ image }) => image !== null)
  const titleId = `name-${book.marketId}`
  const list = (of: readonly Selection[]) => (
    <Rows store={store} market={book} priced={priced} selections={of} moves={moves} everyQuote={everyQuote} pictured={pictured} />
  )
  return (
    <article
      ref={article}
      class="card"
      tabIndex={0}
      aria-labelledby={titleId}
      aria-posinset={place}
      aria-setsize={of}
      data-market={book.marketId}
      data-seq={book.seq}
      data-status={book.status}
      data-without={without.join(' ')}
      data-pictured={pictured || undefined}
      style={{ '--rows': lines, '--columns': 4 - without.length }}
    >
      <header>
        <Picture url={book.image} name={book.name} size={40} />
        <h2 id={titleId} title={book.name}>
          <a href={pathOf({ at: 'market', market: book.marketId })}>{book.name}</a>
        </h2>
        <Facts book={book} priced={priced} />
      </header>
      <Start store={store} card={card} />
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Selection</span>
            </th>
            {priceSides.map((side) => (
              <th key={side} scope="col" class={side}>
                {side}
              </th>
            ))}
            <th
              scope="col"
              class="fair"
              title="The probability that the bookmakers on this line hold it for, their margins taken out"
            >
              fair
            </th>
          </tr>
        </thead>
        {list(shown)}
        {foldable && (
          <Fold columns={columns} open={folds.unfolded} flip={flip('unfolded')}>
            {folds.unfolded ? 'Show fewer' : `${rowCount - rowsShown} more`}
          </Fold>
        )}
        {bookmakers > 1 && (
          <Fold columns={columns} open={everyQuote} flip={flip('everyQuote')}>
            {everyQuote ? 'Best prices only' : `All ${bookmakers} bookmakers`}
          </Fold>
        )}
        {removedCount > 0 && (
          <Fold columns={columns} open={folds.removedShown} flip={flip('removedShown')}>
            {removedCount} removed
          </Fold>
        )}
        {list(removed)}
      </table>
      <Times store={store} card={card} />
    </article>
  )
}

/** The browser leaves cards out that are far from the screen (`content-visibility`); what plays in them need not be played. */
function noteOffscreen(card: HTMLElement | null) {
  const note = (event: Event) => card?.toggleAttribute('data-offscreen', 'skipped' in event && event.skipped === true)
  card?.addEventListener('contentvisibilityautostatechange', note)
  return () => card?.removeEventListener('contentvisibilityautostatechange', note)
}
