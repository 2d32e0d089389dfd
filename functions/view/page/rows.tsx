import { useRef } from 'preact/hooks'

import { type MarketId, type QuoteKey, quoteKeyOf } from '../../book/ids.ts'
import type { Book, Quote, Selection } from '../../book/market.ts'
import type { PriceFormat } from '../../book/price.ts'
import type { Pricing } from '../../book/pricing.ts'
import type { MarketStatus } from '../../book/quote.ts'
import { chanceOf, otherQuotes, outcomeOf, payersOf, rowQuote } from './arrange.ts'
import type { PriceSide } from '../client/board.ts'
import { useFlash } from './flash.ts'
import { formatPoint, formatPrice, formatShare, type PriceView, shownDirection } from './format.ts'
import { Picture } from './picture.tsx'
import { Spark } from './spark.tsx'
import type { ShownMove, Store } from './store.ts'

type RowsProps = {
  store: Store
  market: Book
  priced: Pricing
  selections: readonly Selection[]
  moves: ReadonlyMap<QuoteKey, ShownMove>
  everyQuote: boolean
  /** Whether any selection has a picture: then the others have their initials, and all names begin in one line. */
  pictured: boolean
}

export function Rows({ store, market, priced, selections, moves, everyQuote, pictured }: RowsProps) {
  const handicap = market.selections.some(({ quotes }) => quotes.some(({ point }) => point !== null && point < 0))
  const row = (selection: Selection, quote: Quote | undefined, other: boolean) => (
    <Row
      key={`${selection.id} ${other ? quote?.bookmaker : ''}`}
      selection={selection}
      quote={quote}
      move={quote === undefined ? undefined : moves.get(quoteKeyOf(selection.id, quote.bookmaker))}
      payers={other || selection.quotes.length < 2 ? '' : payersOf(selection, quote).join(', ')}
      fair={other || market.status !== 'open' ? null : (priced.selections.get(selection.id)?.fairProbability ?? null)}
      format={market.priceFormat}
      marketName={market.name}
      marketStatus={market.status}
      store={store}
      market={market.marketId}
      handicap={handicap}
      other={other}
      pictured={pictured && !other}
    />
  )
  return (
    <tbody>
      {selections.flatMap((selection) => {
        const shown = rowQuote(selection, priced)
        const others = everyQuote ? otherQuotes(selection, shown) : []
        return [row(selection, shown, false), ...others.map((quote) => row(selection, quote, true))]
      })}
    </tbody>
  )
}

type RowProps = {
  selection: Selection
  quote: Quote | undefined
  move: ShownMove | undefined
  /** As text, so that a row whose best price has not changed is not rendered for it. */
  payers: string
  fair: number | null
  format: PriceFormat
  marketName: string
  marketStatus: MarketStatus
  store: Store
  market: MarketId
  /** The points of this market are handicaps, given and taken, not a total. */
  handicap: boolean
  other: boolean
  pictured: boolean
}

/**
 * One quote of a selection: the best one, under the selection's name, or another, under its bookmaker's. A component that reads a signal
 * is rendered again only when that or one of its props changes: so a tick renders its own row, not the whole card.
 */
function Row(row: RowProps) {
  const { selection, quote, move, payers, fair, format, marketName, marketStatus, store, market, handicap, other, pictured } = row
  const shownView = store.view.value
  const status = quote?.status ?? marketStatus
  const outcome = outcomeOf(selection)
  const cell = (side: PriceSide) => <Price side={side} quote={quote} format={format} view={shownView} move={move} />
  return (
    <tr
      data-selection={selection.id}
      data-bookmaker={quote?.bookmaker}
      data-status={status}
      data-outcome={outcome ?? undefined}
      class={other ? 'other' : ''}
    >
      <th scope="row" style={{ '--chance': other || outcome !== null ? 0 : chanceOf(quote, format) }}>
        <div class="selection">
          {pictured && <Picture url={selection.image} name={selection.name} size={20} />}
          <span class="who">
            <span class="name" title={selection.name}>
              {other ? quote?.bookmaker : selection.name === marketName ? 'Yes' : selection.name}
            </span>
            {quote !== undefined && quote.point !== null && <Point point={quote.point} handicap={handicap} move={move} />}
            {!other && outcome !== null && <span class="outcome">{outcome}</span>}
            <Label status={status} marketStatus={marketStatus} move={move} />
          </span>
          {payers !== '' && <By payers={payers} />}
          {quote !== undefined && <Spark store={store} market={market} quote={quoteKeyOf(selection.id, quote.bookmaker)} />}
        </div>
      </th>
      {cell('last')}
      {cell('back')}
      {cell('lay')}
      <td class="fair" data-fair={fair ?? ''}>
        {fair !== null && formatShare(fair)}
      </td>
    </tr>
  )
}

/** Who pays the best price: the first by name, and how many more do. */
export function By({ payers }: { payers: string }) {
  const [first, ...more] = payers.split(', ')
  return (
    <span class="by" title={payers}>
      {more.length === 0 ? first : `${first} +${more.length}`}
    </span>
  )
}

/** What sets this quote apart from its market, or has just become of it. */
export function Label({ status, marketStatus, move }: Pick<RowProps, 'marketStatus' | 'move'> & { status: Quote['status'] }) {
  if (status !== marketStatus) return <span class="label">{status}</span>
  if (move?.kind === 'returned') return <span class="label">returned</span>
  if (move?.kind === 'opened') return <span class="label">new</span>
  return null
}

export function Point({ point, handicap, move }: { point: number; handicap: boolean; move: ShownMove | undefined }) {
  const line = move?.changes.find(({ side }) => side === 'point')
  const element = useRef<HTMLSpanElement>(null)
  useFlash(element, 'line', line)
  const from = line === undefined ? undefined : formatPoint(line.from, handicap)
  return (
    <span ref={element} class="point" data-point={point} data-line={line?.direction} title={from && `The line was ${from}`}>
      {formatPoint(point, handicap)}
      {line !== undefined && (
        <span class="unseen">
          , line {line.direction} from {from}
        </span>
      )}
    </span>
  )
}

type PriceProps = {
  side: PriceSide
  quote: Quote | undefined
  format: PriceFormat
  view: PriceView
  move: ShownMove | undefined
}

export function Price({ side, quote, format, view, move }: PriceProps) {
  const price = quote?.[side] ?? null
  const change = move?.changes.find((c) => c.side === side)
  const shown = change && shownDirection(change.direction, format, view)
  const cell = useRef<HTMLTableCellElement>(null)
  useFlash(cell, shown, move?.count ?? 0)
  // One arrow a quote, and words for what it says.
  const first = change !== undefined && change === move?.changes.find((c) => c.side !== 'point')
  return (
    <td
      ref={cell}
      data-price={side}
      data-value={price ?? ''}
      data-moved={first ? shown : undefined}
      title={first ? `${shown} from ${formatPrice(change.from, format, view)}` : undefined}
    >
      {formatPrice(price, format, view)}
    </td>
  )
}
