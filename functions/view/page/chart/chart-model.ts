import { signal } from '@preact/signals'

import type { Bookmaker, MarketId, SelectionId } from '../../../book/ids.ts'
import type { Book, Quote } from '../../../book/market.ts'
import type { FetchHistory } from '../history-api.ts'
import { type ChartLine, extend, lineFrom, newLine } from './chart-line.ts'

/** The first is the one that is chosen until the reader chooses. */
export const ranges = ['24h', '1h', '7d', 'all'] as const
export type Range = (typeof ranges)[number]

const hourMs = 3_600_000
const rangeMs: Record<Exclude<Range, 'all'>, number> = { '1h': hourMs, '24h': 24 * hourMs, '7d': 168 * hourMs }

/** Null: as far back as there is anything. */
export const beginOf = (range: Range, nowMs: number) => (range === 'all' ? null : nowMs - rangeMs[range])

export type ChartState =
  | { state: 'loading' }
  | { state: 'failed'; reason: string }
  | { state: 'ready'; lines: ReadonlyMap<SelectionId, ChartLine> }

/**
 * The prices of one bookmaker in one market: what they were, as the server tells it once, and from there on as the book changes. Whatever
 * the book said while the history was on its way is in the book still, so that nothing falls between the two.
 */
export class ChartModel {
  readonly state = signal<ChartState>({ state: 'loading' })
  /** Another number whenever a line has grown. */
  readonly grown = signal(0)
  readonly #fetch: FetchHistory
  #asked = 0

  constructor(fetch: FetchHistory) {
    this.#fetch = fetch
  }

  async load(market: MarketId, bookmaker: Bookmaker, range: Range, nowMs: number, book: () => Book | undefined): Promise<void> {
    const asked = ++this.#asked
    if (this.state.peek().state !== 'ready') this.state.value = { state: 'loading' }
    const answer = await this.#fetch(market, { fromMs: beginOf(range, nowMs), bookmaker, step: 'auto' })
    if (asked !== this.#asked) return
    const now = book()
    if (!answer.ok || now === undefined) {
      this.state.value = { state: 'failed', reason: answer.ok ? 'the market is gone' : answer.reason }
      return
    }
    const { fromMs, stepMs, lines } = answer.value
    const drawn = lines
      .filter((line) => line.bookmaker === bookmaker)
      .map((line) => [line.selectionId, lineFrom(line, fromMs, stepMs, now.priceFormat)] as const)
    this.state.value = { state: 'ready', lines: new Map(drawn) }
    this.follow(now, bookmaker)
  }

  /** What the book has now, in the lines. */
  follow(book: Book, bookmaker: Bookmaker) {
    const chart = this.state.peek()
    if (chart.state !== 'ready') return
    const lines = new Map(chart.lines)
    let grew = false
    for (const { id, quotes } of book.selections) {
      const quote = quotes.find((quote) => quote.bookmaker === bookmaker)
      if (quote === undefined) continue
      const line = lines.get(id) ?? newLine(id, bookmaker, quote.last === null ? 'back' : 'last')
      if (!extend(line, book.changedAtMs, priceOn(quote, line), book.priceFormat)) continue
      lines.set(id, line)
      grew = true
    }
    if (lines.size !== chart.lines.size) this.state.value = { state: 'ready', lines }
    if (grew) this.grown.value++
  }
}

/** As the server does it: a price is there to be had only while the quote is open. */
const priceOn = (quote: Quote, { side }: ChartLine) => (quote.status === 'open' ? quote[side] : null)
