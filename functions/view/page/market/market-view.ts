import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'

import type { Bookmaker, MarketId, SelectionId } from '../../../book/ids.ts'
import type { Book } from '../../../book/market.ts'
import { chanceOf, partByRemoved, rowQuote, shownPricing } from '../arrange.ts'
import { ChartModel } from '../chart/chart-model.ts'
import type { Card, Store } from '../store.ts'
import type { Asking } from './asking.ts'

export const colours = 6
const drawnAtFirst = 4
/** After a shorter absence nothing is missing that a chart would show. */
const worthAskingAgainMs = 20_000
const ticksAtFirst = 40

/** What the reader chose on the page of one market, and what follows from that. */
export class MarketView {
  readonly chart: ChartModel
  readonly bookmakers: ReadonlySignal<readonly Bookmaker[]>
  readonly bookmaker: ReadonlySignal<Bookmaker | undefined>
  /** Which selections are drawn, each with its colour from 1 on. */
  readonly drawn: ReadonlySignal<ReadonlyMap<SelectionId, number>>
  readonly pointedMs = signal<number | null>(null)
  readonly #chosenBookmaker = signal<Bookmaker | undefined>(undefined)
  readonly #drawn = signal<ReadonlyMap<SelectionId, number>>(new Map())
  readonly #store: Store
  readonly #asking: Asking
  readonly #card: ReadonlySignal<Card>

  constructor(store: Store, asking: Asking, card: ReadonlySignal<Card>) {
    this.#store = store
    this.#asking = asking
    this.#card = card
    this.chart = new ChartModel(asking.history)
    this.bookmakers = computed(() => bookmakersOf(card.value.book))
    this.bookmaker = computed(() => this.#chosenBookmaker.value ?? this.bookmakers.value[0])
    this.drawn = this.#drawn
    this.#drawn.value = new Map(favourites(card.peek().book).map((id, i) => [id, i + 1]))
  }

  /** Until it is closed, by what this returns. */
  open(): () => void {
    const store = this.#store
    const { marketId, seq } = this.#card.peek().book
    store.watched.watch(marketId)
    void this.#recall(marketId, Math.max(0, seq - ticksAtFirst))
    let shownAtMs = store.nowMs.peek()
    const stops = [
      effect(() => {
        void [this.bookmaker.value, store.chartRange.value]
        this.load()
      }),
      effect(() => {
        const { book } = this.#card.value
        const bookmaker = this.bookmaker.value
        if (bookmaker !== undefined) this.chart.follow(book, bookmaker)
      }),
      // Whoever was away missed what happened meanwhile; the book only has what came of it.
      effect(() => {
        const nowMs = store.nowMs.value
        if (store.currentAtMs.value !== nowMs || document.hidden) return
        if (nowMs - shownAtMs > worthAskingAgainMs) this.load()
        shownAtMs = nowMs
      }),
    ]
    return () => {
      for (const stop of stops) stop()
      store.watched.watch(undefined)
    }
  }

  load() {
    const { marketId } = this.#card.peek().book
    const bookmaker = this.bookmaker.peek()
    if (bookmaker === undefined) return
    const { chartRange, serverNowMs } = this.#store
    void this.chart.load(marketId, bookmaker, chartRange.peek(), serverNowMs.peek(), () => this.#card.peek().book)
  }

  async #recall(market: MarketId, after: number) {
    const answer = await this.#asking.ticks(market, after)
    if (answer.ok) this.#store.watched.remember(market, answer.value.ticks)
  }

  chooseBookmaker(bookmaker: Bookmaker | undefined) {
    this.#chosenBookmaker.value = bookmaker
  }

  /** Draws a selection, in the first colour that is free, or no longer. */
  flip(selection: SelectionId) {
    const drawn = new Map(this.#drawn.peek())
    if (!drawn.delete(selection)) {
      const used = new Set(drawn.values())
      const free = Array.from({ length: colours }, (_, i) => i + 1).find((colour) => !used.has(colour))
      if (free === undefined) return
      drawn.set(selection, free)
    }
    this.#drawn.value = drawn
  }
}

/** Those who quote most of the market first. */
function bookmakersOf({ selections }: Book): Bookmaker[] {
  const quoted = new Map<Bookmaker, number>()
  for (const { quotes } of selections)
    for (const { bookmaker, status } of quotes)
      quoted.set(bookmaker, (quoted.get(bookmaker) ?? 0) + (status === 'removed' ? 0 : 1))
  return [...quoted].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([bookmaker]) => bookmaker)
}

function favourites(book: Book): SelectionId[] {
  const priced = shownPricing(book)
  const chance = new Map(
    book.selections.map((selection) => [selection.id, chanceOf(rowQuote(selection, priced), book.priceFormat)]),
  )
  const { kept } = partByRemoved(book)
  return kept
    .map(({ id }) => id)
    .sort((a, b) => (chance.get(b) ?? 0) - (chance.get(a) ?? 0))
    .slice(0, drawnAtFirst)
}
