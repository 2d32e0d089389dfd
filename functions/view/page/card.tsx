import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

import type { Selection } from '../../book/market.ts'
import { pricing } from '../../book/pricing.ts'
import { isRemoved, rowsShown } from './arrange.ts'
import { priceSides } from './board.ts'
import { formatAgo, formatOverround } from './format.ts'
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

  const selections = new Map(book.selections.map((selection) => [selection.id, selection]))
  const inOrder = rows.flatMap((id) => selections.get(id) ?? [])
  const removed = book.selections.filter(isRemoved)
  const foldable = inOrder.length > rowsShown + 1
  const shown = foldable && !unfolded.value ? rowsShown : inOrder.length
  const bookmakers = Math.max(0, ...inOrder.map(({ quotes }) => quotes.length))
  const columns = 1 + sides.size
  const titleId = `name-${book.marketId}`
  const list = (of: readonly Selection[], hiddenFrom: number) => (
    <Rows market={book} selections={of} moves={moves} view={store.view} hiddenFrom={hiddenFrom} everyQuote={everyQuote.value} />
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
      style={{ '--rows': lines }}
    >
      <header>
        <Picture url={book.image} name={book.name} size={40} />
        <h2 id={titleId} title={book.name}>
          <Name name={book.name} url={webAddress(book.url)} />
        </h2>
        <Facts card={card} />
      </header>
      <table data-without={priceSides.filter((side) => !sides.has(side)).join(' ')}>
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

function Facts({ card }: { card: ReadonlySignal<Card> }) {
  const { book } = card.value
  const margin = pricing(book).overround
  return (
    <p class="facts">
      <span class="badge" data-status={book.status}>
        {book.status}
      </span>
      <span>{book.feed}</span>
      {margin !== null && (
        <span title="What the bookmaker keeps if every selection is backed: the sum of implied probabilities, less 100%">
          overround {formatOverround(margin)}
        </span>
      )}
    </p>
  )
}

/** Text that changes each second on hundreds of cards: computed signals write into the text node, and no card is rendered. */
function Times({ store, card }: { store: Store; card: ReadonlySignal<Card> }) {
  const changed = useComputed(() => formatAgo(store.serverNowMs.value - card.value.book.changedAtMs))
  const seen = useComputed(() => {
    const completeAtMs = store.feeds.value.find(({ feed }) => feed === card.value.book.feed)?.completeAtMs ?? null
    return completeAtMs === null ? 'not seen yet' : `seen ${formatAgo(store.serverNowMs.value - completeAtMs)}`
  })
  return (
    <footer>
      <span>changed {changed}</span>
      <span title="When its feed was last read completely">{seen}</span>
    </footer>
  )
}

type FoldProps = { columns: number; open: boolean; flip: () => void; children: preact.ComponentChildren }

const Fold = ({ columns, open, flip, children }: FoldProps) => (
  <tbody class="fold">
    <tr>
      <td colSpan={columns}>
        <button type="button" aria-expanded={open} onClick={flip}>
          {children}
        </button>
      </td>
    </tr>
  </tbody>
)
