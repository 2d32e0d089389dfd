import { type ReadonlySignal, useComputed } from '@preact/signals'

import { beginOf, type Range } from '../chart/chart-model.ts'
import { Chart, type Drawn, priceAt } from '../chart/chart.tsx'
import { Choice } from '../choice.tsx'
import { formatPrice } from '../format.ts'
import { historyPath } from '../history-api.ts'
import type { Card, Store } from '../store.ts'
import type { MarketView } from './market-view.ts'

type ChartProps = { store: Store; view: MarketView; card: ReadonlySignal<Card> }

export function MarketChart({ store, view, card }: ChartProps) {
  const bookmakers = view.bookmakers.value
  const bookmaker = view.bookmaker.value
  const { marketId } = card.value.book
  const csv = (event: Event & { currentTarget: HTMLAnchorElement }) => {
    const fromMs = beginOf(store.chartRange.peek(), store.serverNowMs.peek())
    event.currentTarget.href = historyPath(marketId, { fromMs, bookmaker: undefined, step: 'auto' }, 'csv')
  }
  return (
    <section class="box" aria-label="Chart">
      <div class="controls">
        <Choice
          name="How far back"
          words={inOrder}
          labels={rangeLabels}
          chosen={store.chartRange}
          choose={(range) => {
            store.chartRange.value = range
          }}
        />
        {bookmakers.length > 1 && (
          <select
            aria-label="Whose prices"
            value={bookmaker}
            onChange={({ currentTarget: { value } }) => view.chooseBookmaker(bookmakers.find((name) => name === value))}
          >
            {bookmakers.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
        <a
          class="button"
          href={historyPath(marketId, { fromMs: null, bookmaker: undefined, step: 'auto' }, 'csv')}
          download=""
          onClick={csv}
          title="Its history over this time, every bookmaker’s, as CSV"
        >
          CSV
        </a>
      </div>
      <Drawing store={store} view={view} card={card} />
    </section>
  )
}

/** The right edge moves on by itself, about a pixel at a time. */
function Drawing({ store, view, card }: ChartProps) {
  const { book } = card.value
  const chart = view.chart.state.value
  void view.chart.grown.value
  const range = store.chartRange.value
  const toMs = useComputed(() => {
    const everyMs = range === '1h' ? 1_000 : 10_000
    return Math.ceil(store.serverNowMs.value / everyMs) * everyMs
  }).value
  const drawn: Drawn[] = []
  for (const { id, name } of book.selections) {
    const colour = view.drawn.value.get(id)
    const line = chart.state === 'ready' ? chart.lines.get(id) : undefined
    if (colour !== undefined && line !== undefined) drawn.push({ line, colour, name: name === book.name ? 'Yes' : name })
  }
  drawn.sort((a, b) => a.colour - b.colour)
  // Where nothing was known yet there is nothing to be seen.
  const knownSinceMs = Math.min(...drawn.map(({ line }) => line.atMs[0] ?? toMs), toMs - leastMs)
  const fromMs = Math.max(beginOf(range, toMs) ?? 0, knownSinceMs)
  return (
    <>
      <ul class="legend">
        {drawn.map(({ line, colour, name }) => (
          <LegendEntry key={line.selectionId} store={store} view={view} card={card} drawn={{ line, colour, name }} toMs={toMs} />
        ))}
      </ul>
      <Chart drawn={drawn} fromMs={fromMs} toMs={toMs} format={book.priceFormat} view={store.view} pointedMs={view.pointedMs} />
      {chart.state === 'loading' && <p class="over">Loading its history…</p>}
      {chart.state === 'failed' && (
        <p class="over">
          Its history could not be read: {chart.reason}.{' '}
          <button type="button" class="button" onClick={() => view.load()}>
            Try again
          </button>
        </p>
      )}
      {chart.state === 'ready' && drawn.length === 0 && <p class="over">Choose below what to draw.</p>}
    </>
  )
}

type LegendProps = ChartProps & { drawn: Drawn; toMs: number }

function LegendEntry({ store, view, card, drawn: { line, colour, name }, toMs }: LegendProps) {
  const price = priceAt(line, view.pointedMs.value ?? toMs)
  return (
    <li>
      <i class="swatch" data-colour={colour} />
      <span>{name}</span>
      <b>{formatPrice(price, card.value.book.priceFormat, store.view.value)}</b>
    </li>
  )
}

const leastMs = 60_000
const inOrder: readonly Range[] = ['1h', '24h', '7d', 'all']
const rangeLabels: Record<Range, string> = { '1h': '1 h', '24h': '24 h', '7d': '7 d', all: 'All' }
