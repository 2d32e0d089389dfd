import { type ReadonlySignal, useComputed, useSignalEffect } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'

import type { MarketId } from '../../../book/ids.ts'
import { partByRemoved, shownPricing } from '../arrange.ts'
import { isTyping } from '../board-keys.ts'
import { Facts, Start, Times } from '../card-facts.tsx'
import { PriceChoice } from '../choice.tsx'
import { Empty } from '../empty.tsx'
import type { Navigation } from '../navigation.ts'
import { Picture } from '../picture.tsx'
import type { Card, Store } from '../store.ts'
import { webAddress } from '../web-address.ts'
import type { Asking } from './asking.ts'
import { BookmakerTable } from './bookmaker-table.tsx'
import { Clocks } from './clocks.tsx'
import { MarketChart } from './market-chart.tsx'
import { MarketView } from './market-view.ts'
import { SelectionTable } from './selection-table.tsx'
import { TickTable } from './tick-table.tsx'

type PageProps = { store: Store; navigation: Navigation; asking: Asking; market: MarketId }

/** One market, closely: what its prices did, what every bookmaker asks, and when each tick came which way. */
export function MarketPage({ store, navigation, asking, market }: PageProps) {
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      const used = isTyping(event.target) || document.querySelector('details[name=panel][open]') !== null
      if (event.key === 'Escape' && !used) navigation.back()
    }
    // Before the panels hear of it, which close by the same key.
    addEventListener('keydown', leave, { capture: true })
    return () => removeEventListener('keydown', leave, { capture: true })
  }, [])
  // Cards come and go with the list.
  void store.counts.value
  const card = store.card(market)
  return (
    <main id="board" class="market-page" tabIndex={-1}>
      <a class="back" href="/">
        ← All markets
      </a>
      {card === undefined ? <NoCard store={store} /> : <OneMarket key={market} store={store} asking={asking} card={card} />}
    </main>
  )
}

function NoCard({ store }: { store: Store }) {
  if (store.currentAtMs.value === 0) return <p class="loading">Loading the market…</p>
  return (
    <Empty title="There is no such market">
      <p>It may have been taken off the board since this address was written down.</p>
    </Empty>
  )
}

function OneMarket({ store, asking, card }: { store: Store; asking: Asking; card: ReadonlySignal<Card> }) {
  const { book } = card.value
  const view = useMemo(() => new MarketView(store, asking, card), [])
  useEffect(() => view.open(), [])
  useSignalEffect(() => {
    document.title = `${card.value.book.name} – Oddscast`
  })
  useEffect(
    () => () => {
      document.title = 'Oddscast'
    },
    [],
  )
  const priced = shownPricing(book)
  const url = webAddress(book.url)
  const bookmakers = useComputed(() => view.bookmakers.value.length)
  const { kept } = partByRemoved(book)
  return (
    <article aria-labelledby="market-name" data-market={book.marketId} data-seq={book.seq} data-status={book.status}>
      <header>
        <Picture url={book.image} name={book.name} size={56} />
        <div>
          <h1 id="market-name">{book.name}</h1>
          <div class="about">
            <Facts book={book} priced={priced} />
            <Start store={store} card={card} />
          </div>
        </div>
        <div class="actions">
          <PriceChoice store={store} />
          {url !== undefined && (
            <a class="button" href={url} target="_blank" rel="noopener noreferrer">
              Open at {book.feed} ↗
            </a>
          )}
        </div>
      </header>
      <div class="columns">
        <div>
          <MarketChart store={store} view={view} card={card} />
          <SelectionTable store={store} view={view} card={card} priced={priced} kept={kept} />
        </div>
        <div>
          {bookmakers.value > 1 && <BookmakerTable store={store} book={book} priced={priced} kept={kept} />}
          <Clocks store={store} />
          <TickTable store={store} book={book} />
        </div>
      </div>
      <Times store={store} card={card} />
    </article>
  )
}
