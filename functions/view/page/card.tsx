import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

import type { Selection } from '../../book/market.ts'
import { partByRemoved, rowsShown, shownPricing } from './arrange.ts'
import { priceSides } from '../client/board.ts'
import { Facts, Start, Times } from './card-facts.tsx'
import { Fold } from './fold.tsx'
import { Picture } from './picture.tsx'
import { Rows } from './rows.tsx'
import type { Card, Store } from './store.ts'
import { webAddress } from './web-address.ts'

export function MarketCard({ store, card }: { store: Store; card: ReadonlySignal<Card> }) {
  const { book, rows, moves, sides } = card.value
  const unfolded = useSignal(false)
  const removedShown = useSignal(false)
  const everyQuote = useSignal(false)

  const article = useRef<HTMLElement>(null)
  useEffect(() => noteOffscreen(article.current), [])

  const priced = shownPricing(book)
  const fairSeen = useRef(false)
  fairSeen.current ||=
    book.status === 'open' && [...priced.selections.values()].some(({ fairProbability }) => fairProbability !== null)

  const selections = new Map(book.selections.map((selection) => [selection.id, selection]))
  const inOrder = rows.flatMap((id) => selections.get(id) ?? [])
  const { removed } = partByRemoved(book)
  const foldable = inOrder.length > rowsShown + 1
  const shown = foldable && !unfolded.value ? rowsShown : inOrder.length
  const bookmakers = Math.max(0, ...inOrder.map(({ quotes }) => quotes.length))
  const without = [...priceSides.filter((side) => !sides.has(side)), ...(fairSeen.current ? [] : ['fair'])]
  const columns = 1 + sides.size
  const pictured = book.selections.some(({ image }) => image !== null)
  const titleId = `name-${book.marketId}`
  const list = (of: readonly Selection[], hiddenFrom: number) => (
    <Rows
      market={book}
      priced={priced}
      selections={of}
      moves={moves}
      view={store.view}
      hiddenFrom={hiddenFrom}
      everyQuote={everyQuote.value}
      pictured={pictured}
    />
  )
  const lines =
    countLines(inOrder.slice(0, shown), everyQuote.value) +
    countLines(removedShown.value ? removed : [], everyQuote.value) +
    [foldable, removed.length > 0, bookmakers > 1].filter(Boolean).length
  return (
    <article
      ref={article}
      class="card"
      aria-labelledby={titleId}
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
          <Name name={book.name} url={webAddress(book.url)} />
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
        {list(inOrder, shown)}
        {foldable && (
          <Fold columns={columns} open={unfolded.value} flip={() => (unfolded.value = !unfolded.value)}>
            {unfolded.value ? 'Show fewer' : `${inOrder.length - rowsShown} more`}
          </Fold>
        )}
        {bookmakers > 1 && (
          <Fold columns={columns} open={everyQuote.value} flip={() => (everyQuote.value = !everyQuote.value)}>
            {everyQuote.value ? 'Best prices only' : `All ${bookmakers} bookmakers`}
          </Fold>
        )}
        {removed.length > 0 && (
          <Fold columns={columns} open={removedShown.value} flip={() => (removedShown.value = !removedShown.value)}>
            {removed.length} removed
          </Fold>
        )}
        {list(removed, removedShown.value ? Infinity : 0)}
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

/** The grid reserves room by lines, so that cards of all heights pack without gaps and none is measured. */
function countLines(selections: readonly Selection[], everyQuote: boolean): number {
  return everyQuote ? selections.reduce((sum, { quotes }) => sum + Math.max(1, quotes.length), 0) : selections.length
}

const Name = ({ name, url }: { name: string; url: string | undefined }) =>
  url === undefined ? (
    <>{name}</>
  ) : (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {name}
    </a>
  )
