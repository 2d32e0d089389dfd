import { batch, computed, type Signal, signal } from '@preact/signals'

import type { DedupeCounts, FeedHealth } from '../../book/feed-health.ts'
import { type FeedName, type MarketId, type QuoteKey, quoteKeyOf, type SelectionId, type Topic, topicOf } from '../../book/ids.ts'
import type { Book } from '../../book/market.ts'
import { arrange, type Filter, rank, type Sort } from './arrange.ts'
import { Alerts } from './alerts.ts'
import { Board, type BoardChange, type Change, type Move, priceSides, type PriceSide } from '../client/board.ts'
import { type Connection, type Effect, initial } from '../client/connection.ts'
import type { PriceView } from './format.ts'
import type { SessionPorts } from '../client/session.ts'
import { cardShape, folded, type Folds } from './card-shape.ts'
import type { Range } from './chart/chart-model.ts'
import { Lexicon } from './lexicon.ts'
import { type Mover, movers, movement } from './movers.ts'
import type { Theme } from './theme.ts'
import { Tracks } from './tracks.ts'
import { startBefore, type Turn, turnBetween } from './turn.ts'
import { Watched } from './watched.ts'

/**
 * A market as its card shows it. `sides`: those that anyone has quoted since the card was made, or still does when it
 * is settled; the others take no room. `turn` and
 * `startWasMs`, the start before it was moved, are of what the reader could see happen, and null before.
 */
export type Card = {
  book: Book
  rows: readonly SelectionId[]
  moves: ReadonlyMap<QuoteKey, ShownMove>
  sides: ReadonlySet<PriceSide>
  turn: Turn | null
  startWasMs: number | null
  folds: Folds
  /** By which the board knows its height. */
  lines: number
}
/** `count` tells a move from the one before, also when both went the same way. Of a line that moved, `changes` tells until it moves again. */
export type ShownMove = Move & { count: number }

/** How often what came in is shown: as it comes, or together every few seconds, for calm. */
export const rates = ['live', 'calm'] as const
export type Rate = (typeof rates)[number]
export const calmEveryMs = 5_000

export const moverMinutes = ['5', '60'] as const
export type MoverMinutes = (typeof moverMinutes)[number]

export type Preferences = {
  view: PriceView
  sort: Sort
  rate: Rate
  theme: Theme
  moverMinutes: MoverMinutes
  chartRange: Range
}

/**
 * What the components look at. Deltas change the board at once, but signals only once per frame, and each market has its own: a tick
 * renders one card, however many markets there are. The order of the cards is worked out apart, at moments that do not disturb.
 */
export class Store {
  readonly board = new Board()
  readonly connection = signal<Connection>(initial)
  readonly online = signal(true)
  /** The browser's clock, once a second; and how far the server's is ahead of it. */
  readonly nowMs: Signal<number>
  readonly clockLeadMs = signal(0)
  readonly serverNowMs = computed(() => this.nowMs.value + this.clockLeadMs.value)
  /** For what need not be worked out each second. */
  readonly serverHourMs = computed(() => Math.floor(this.serverNowMs.value / 3_600_000) * 3_600_000)
  /** When the board was last known to be current, on the browser's clock. */
  readonly currentAtMs = signal(0)
  readonly feeds = signal<readonly FeedHealth[]>([])
  readonly feedsByName = computed(() => new Map(this.feeds.value.map((health) => [health.feed, health])))
  /** What dedupe made of each feed's messages. */
  readonly dedupeCounts = signal<ReadonlyMap<FeedName, DedupeCounts>>(new Map())
  readonly alerts = new Alerts()
  readonly topics = signal<readonly Topic[]>([])
  readonly counts = signal<ReadonlyMap<Topic, number>>(new Map())
  readonly unreadable = signal<readonly string[]>([])
  readonly order = signal<readonly MarketId[]>([])
  /** Another number whenever a card has become higher or lower. */
  readonly reshaped = signal(0)
  /** Where prices went, as far as this browser knows. */
  readonly tracks = new Tracks()
  readonly movers = signal<readonly Mover[]>([])
  /** The market whose every tick is kept for now, and those ticks. */
  readonly watched = new Watched()
  readonly filter = signal<Filter>({ words: '', topic: null, feed: null, status: null })
  /** The market that was last asked to be brought before the reader: a new object each time. */
  readonly revealed = signal<{ market: MarketId; atMs: number } | undefined>(undefined)
  readonly sort: Signal<Sort>
  readonly view: Signal<PriceView>
  readonly rate: Signal<Rate>
  readonly theme: Signal<Theme>
  readonly moverMinutes: Signal<MoverMinutes>
  readonly chartRange: Signal<Range>

  readonly #cards = new Map<MarketId, Signal<Card>>()
  readonly #changed = new Set<MarketId>()
  readonly #unranked = new Set<MarketId>()
  readonly #onFrame: (flush: () => void) => void
  readonly #clock: () => number
  readonly #lexicon = new Lexicon()
  #flushedAtMs = -Infinity
  #moves: Move[] = []
  #moveCount = 0
  #comparedAtMs = -Infinity
  #listed = false
  #flushing = false

  constructor(preferences: Preferences, clock: () => number, onFrame: (flush: () => void) => void) {
    this.#clock = clock
    this.nowMs = signal(clock())
    this.view = signal(preferences.view)
    this.sort = signal(preferences.sort)
    this.rate = signal(preferences.rate)
    this.theme = signal(preferences.theme)
    this.moverMinutes = signal(preferences.moverMinutes)
    this.chartRange = signal(preferences.chartRange)
    this.#onFrame = onFrame
  }

  card(market: MarketId): Signal<Card> | undefined {
    return this.#cards.get(market)
  }

  /** What the session writes to. */
  readonly written: SessionPorts['board'] = {
    held: (market) => this.board.books.get(market),
    known: () => this.board.books.keys(),
    forget: ({ markets }) => this.#show(this.board.forget(markets)),
    hold: ({ answer, keep }: Extract<Effect, { do: 'hold' }>) => this.#show(this.board.hold(answer.markets, keep)),
    holdBook: ({ book, how }) => this.#show(this.board.holdBook(book, how)),
    apply: ({ deltas }) => {
      this.watched.hear(deltas)
      this.#show(this.board.apply(deltas))
    },
    showFeeds: ({ feeds, counts }) =>
      batch(() => {
        this.board.report(feeds)
        this.feeds.value = [...this.board.feeds.values()]
        const known = this.dedupeCounts.peek()
        const newer = counts.filter(({ feed, countedAtMs }) => countedAtMs >= (known.get(feed)?.countedAtMs ?? 0))
        if (newer.length > 0) this.dedupeCounts.value = new Map([...known, ...newer.map((count) => [count.feed, count] as const)])
      }),
    showAlerts: ({ alerts }) => this.alerts.hear(alerts),
    holdAlerts: (alerts) => this.alerts.catchUp(alerts),
    showTopics: (topics) => {
      this.topics.value = topics.map(topicOf)
    },
    noteClock: (leadMs) => {
      this.clockLeadMs.value = leadMs
    },
    noteUnreadable: (reasons) => {
      this.unreadable.value = reasons
    },
    showConnection: (connection) => {
      this.connection.value = connection
      this.#noteCurrent()
    },
  }

  /** Once a second. */
  beat(nowMs: number) {
    batch(() => {
      this.nowMs.value = nowMs
      this.alerts.speak(nowMs)
      this.#noteCurrent()
      if (nowMs - this.#comparedAtMs >= compareEveryMs) this.compare()
    })
    this.#askForFrame()
  }

  /** Which prices went farthest lately. */
  compare() {
    this.#comparedAtMs = this.nowMs.peek()
    this.tracks.tell()
    const sinceMs = this.serverNowMs.peek() - Number(this.moverMinutes.peek()) * 60_000
    this.movers.value = movers(this.tracks, this.board.books, sinceMs, this.filter.peek().topic)
  }

  get preferences(): Preferences {
    return {
      view: this.view.value,
      sort: this.sort.value,
      rate: this.rate.value,
      theme: this.theme.value,
      moverMinutes: this.moverMinutes.value,
      chartRange: this.chartRange.value,
    }
  }

  chooseMoverMinutes(minutes: MoverMinutes) {
    this.moverMinutes.value = minutes
    this.compare()
  }

  fold(market: MarketId, part: keyof Folds) {
    const card = this.#cards.get(market)
    if (card === undefined) return
    const shown = card.peek()
    card.value = this.#shaped({ ...shown, folds: { ...shown.folds, [part]: !shown.folds[part] } }, shown.lines)
  }

  choose(filter: Partial<Filter>) {
    this.filter.value = { ...this.filter.value, ...filter }
    this.rearrange()
    if (filter.topic !== undefined) this.compare()
  }

  /** Brings a market before the reader, past whatever filter hides it. */
  reveal(market: MarketId) {
    if (!this.#cards.has(market)) return
    batch(() => {
      if (!this.order.peek().includes(market)) this.choose({ words: '', topic: null, feed: null, status: null })
      this.revealed.value = { market, atMs: this.#clock() }
    })
  }

  sortBy(sort: Sort) {
    this.sort.value = sort
    this.rearrange()
  }

  /** Cards and rows to their places: when the reader asks for it, or does not look closely. */
  rearrange() {
    batch(() => {
      for (const market of this.#unranked) {
        const card = this.#cards.get(market)
        if (card === undefined) continue
        const shown = card.peek()
        const rows = steady(shown.rows, rank(shown.book))
        if (rows !== shown.rows) card.value = this.#shaped({ ...shown, rows }, shown.lines)
      }
      this.#unranked.clear()
      const books = [...this.#cards.values()].map((card) => card.peek().book)
      this.order.value = steady(this.order.peek(), this.#arranged(books))
    })
  }

  #arranged(books: Iterable<Book>): MarketId[] {
    const nowMs = this.serverNowMs.peek()
    const sort = this.sort.peek()
    const moved = sort === 'movement' ? movement(this.tracks, nowMs - 3_600_000) : new Map<MarketId, number>()
    return arrange(books, this.filter.peek(), sort, { movement: moved, nowMs, lexicon: this.#lexicon })
  }

  #noteCurrent() {
    const { state } = this.connection.peek()
    if (state === 'live' || state === 'resuming') this.currentAtMs.value = this.nowMs.peek()
  }

  #show({ markets, moves, listed }: BoardChange) {
    for (const market of markets) this.#changed.add(market)
    // A tab in the background draws no frames: of the moves nobody saw only the newest are kept (I9).
    for (const move of moves) this.#moves.push(move)
    if (this.#moves.length > 2 * maxMoves) this.#moves.splice(0, this.#moves.length - maxMoves)
    this.#listed ||= listed
    this.#askForFrame()
  }

  #askForFrame() {
    if (this.#flushing || this.#changed.size === 0) return
    // What comes or goes is shown at once; only what moves may wait.
    if (this.rate.peek() === 'calm' && !this.#listed && this.nowMs.peek() - this.#flushedAtMs < calmEveryMs) return
    this.#flushing = true
    this.#onFrame(() => this.#flush())
  }

  #flush() {
    this.#flushing = false
    this.#flushedAtMs = this.nowMs.peek()
    batch(() => {
      this.watched.show(this.#clock() + this.clockLeadMs.peek())
      const moves = Map.groupBy(this.#moves, (move) => move.market)
      for (const market of this.#changed) this.#showCard(market, moves.get(market) ?? [])
      if (this.#listed) this.#list()
    })
    this.#changed.clear()
    this.#moves = []
    this.#listed = false
  }

  #showCard(market: MarketId, moves: readonly Move[]) {
    const book = this.board.books.get(market)
    if (book === undefined) {
      this.#lexicon.forget(market)
      this.tracks.forget(market)
      return void this.#cards.delete(market)
    }
    const card = this.#cards.get(market)
    if (card === undefined) {
      const untouched = { moves: new Map(), turn: null, startWasMs: null, folds: folded, lines: 0 }
      const made = this.#shaped({ book, rows: rank(book), sides: quotedSides(book), ...untouched }, 0)
      return void this.#cards.set(market, signal(made))
    }
    const shown = card.peek()
    const moved = new Map(shown.moves)
    for (const move of moves) {
      const key = quoteKeyOf(move.selection, move.bookmaker)
      moved.set(key, { ...move, changes: withLine(move.changes, moved.get(key)?.changes), count: ++this.#moveCount })
    }
    if (moves.length > 0) this.tracks.note(shown.book, book, moves)
    this.#unranked.add(market)
    const next: Card = {
      ...shown,
      book,
      rows: withNewcomers(shown.rows, rank(book)),
      moves: moved,
      sides: book.status === 'settled' ? quotedSides(book) : new Set([...shown.sides, ...quotedSides(book)]),
      turn: turnBetween(shown.book, book, moves) ?? shown.turn,
      startWasMs: startBefore(shown.book, book) ?? shown.startWasMs,
    }
    card.value = this.#shaped(next, shown.lines)
  }

  #shaped(card: Card, linesBefore: number): Card {
    const { lines } = cardShape(card.book, card.rows, card.folds)
    if (lines !== linesBefore) this.reshaped.value++
    return { ...card, lines }
  }

  #list() {
    const counts = new Map<Topic, number>()
    for (const { topic } of this.board.books.values()) counts.set(topic, (counts.get(topic) ?? 0) + 1)
    this.counts.value = counts
    this.order.value = withNewcomers(this.order.peek(), this.#arranged(this.board.books.values()))
  }
}

const maxMoves = 5_000
const compareEveryMs = 5_000

/** Lines move rarely, and prices right after them: a moved line stays told. */
function withLine(changes: readonly Change[], before: readonly Change[] | undefined): readonly Change[] {
  const line = before?.find(({ side }) => side === 'point')
  return line === undefined || changes.some(({ side }) => side === 'point') ? changes : [...changes, line]
}

function quotedSides({ selections }: Book): ReadonlySet<PriceSide> {
  return new Set(priceSides.filter((side) => selections.some(({ quotes }) => quotes.some((quote) => quote[side] !== null))))
}

/** The old order, so that nothing moves under the reader's eyes: what is gone leaves, what is new comes last. */
function withNewcomers<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const [old, now] = [new Set(before), new Set(after)]
  return steady(before, [...before.filter((id) => now.has(id)), ...after.filter((id) => !old.has(id))])
}

/** The same array while the order is the same, so that nothing is rendered for it. */
function steady<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return before.length === after.length && before.every((id, i) => id === after[i]) ? before : after
}
