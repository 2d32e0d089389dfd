import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

import { type QuoteKey, quoteKeyOf } from '../../book/ids.ts'
import type { Book, Quote, Selection } from '../../book/market.ts'
import type { MarketStatus } from '../../book/quote.ts'
import type { PriceFormat } from '../../book/price.ts'
import { bestQuote, chanceOf } from './arrange.ts'
import type { Direction, PriceSide } from './board.ts'
import { formatPrice, type PriceView, shownDirection } from './format.ts'
import { Picture } from './picture.tsx'
import type { ShownMove } from './store.ts'

type RowsProps = {
  market: Book
  selections: readonly Selection[]
  moves: ReadonlyMap<QuoteKey, ShownMove>
  view: ReadonlySignal<PriceView>
  /** Rows from here on are folded away, but stay in the document for scripts and for finding in the page. */
  hiddenFrom: number
  everyQuote: boolean
}

export function Rows({ market, selections, moves, view, hiddenFrom, everyQuote }: RowsProps) {
  const handicap = market.selections.some(({ quotes }) => quotes.some(({ point }) => point !== null && point < 0))
  const row = (selection: Selection, quote: Quote | undefined, hidden: boolean, other: boolean) => (
    <Row
      key={`${selection.id} ${other ? quote?.bookmaker : ''}`}
      selection={selection}
      quote={quote}
      move={quote === undefined ? undefined : moves.get(quoteKeyOf(selection.id, quote.bookmaker))}
      format={market.priceFormat}
      marketName={market.name}
      marketStatus={market.status}
      view={view}
      handicap={handicap}
      hidden={hidden}
      other={other}
    />
  )
  return (
    <tbody>
      {selections.flatMap((selection, i) => {
        const best = bestQuote(selection)
        const others = everyQuote ? selection.quotes.filter((quote) => quote !== best) : []
        const hidden = i >= hiddenFrom
        return [row(selection, best, hidden, false), ...others.map((quote) => row(selection, quote, hidden, true))]
      })}
    </tbody>
  )
}

type RowProps = {
  selection: Selection
  quote: Quote | undefined
  move: ShownMove | undefined
  format: PriceFormat
  marketName: string
  marketStatus: MarketStatus
  view: ReadonlySignal<PriceView>
  /** The points of this market are handicaps, given and taken, not a total: then a plus says something. */
  handicap: boolean
  hidden: boolean
  other: boolean
}

/**
 * One quote of a selection: the best one, under the selection's name, or another, under its bookmaker's. A component that reads a signal
 * is rendered again only when that or one of its props changes: so a tick renders its own row, not the whole card.
 */
function Row({ selection, quote, move, format, marketName, marketStatus, view, handicap, hidden, other }: RowProps) {
  const shownView = view.value
  const status = quote?.status ?? marketStatus
  const cell = (side: PriceSide) => <Price side={side} quote={quote} format={format} view={shownView} move={move} />
  return (
    <tr
      data-selection={selection.id}
      data-bookmaker={quote?.bookmaker}
      data-status={status}
      hidden={hidden}
      class={other ? 'other' : ''}
    >
      <th scope="row" style={{ '--chance': other ? 0 : chanceOf(quote, format) }}>
        <div class="selection">
          {!other && <Picture url={selection.image} name={selection.name} size={20} />}
          <span class="name" title={selection.name}>
            {other ? quote?.bookmaker : selection.name === marketName ? 'Yes' : selection.name}
          </span>
          {quote !== undefined && quote.point !== null && <span class="point">{pointIn(quote.point, handicap)}</span>}
          {!other && selection.quotes.length > 1 && <span class="by">{quote?.bookmaker}</span>}
          {status !== marketStatus && <span class="label">{status}</span>}
          {move !== undefined && <Arrow move={move} format={format} view={shownView} />}
        </div>
      </th>
      {cell('last')}
      {cell('back')}
      {cell('lay')}
    </tr>
  )
}

type PriceProps = {
  side: PriceSide
  quote: Quote | undefined
  format: PriceFormat
  view: PriceView
  move: ShownMove | undefined
}

function Price({ side, quote, format, view, move }: PriceProps) {
  const price = quote?.[side] ?? null
  const change = move?.changes.find((c) => c.side === side)
  const cell = useRef<HTMLTableCellElement>(null)
  const direction = change === undefined ? undefined : shownDirection(change.direction, format, view)
  useFlash(cell, direction, move?.count ?? 0)
  return (
    <td ref={cell} data-price={side} data-value={price ?? ''}>
      {formatPrice(price, format, view)}
    </td>
  )
}

function Arrow({ move, format, view }: { move: ShownMove; format: PriceFormat; view: PriceView }) {
  const [{ direction, from }] = move.changes
  const shown = shownDirection(direction, format, view)
  return (
    <span class="arrow" data-direction={shown}>
      <span class="unseen">
        {shown} from {formatPrice(from, format, view)}
      </span>
    </span>
  )
}

const flashForMs = 1_200

/**
 * Played by script, once per move: an animation from the style sheet would play again whenever a card is put in another place. Only
 * moves later than the one found at first are played, so that nothing flashes when a row comes into being; and only in cards
 * that are on the screen, since each running animation costs something in every frame.
 */
function useFlash(cell: { current: HTMLElement | null }, direction: Direction | undefined, count: number) {
  const seen = useRef(count)
  useEffect(() => {
    if (count === seen.current) return
    seen.current = count
    if (direction === undefined || cell.current === null || cell.current.closest('[data-offscreen]') !== null) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    cell.current.animate([{ backgroundColor: `var(--${direction}-flash)` }, {}], { duration: flashForMs, easing: 'ease-out' })
  }, [count])
}

const pointIn = (point: number, handicap: boolean) => (handicap && point > 0 ? `+${point}` : String(point).replace('-', '−'))
