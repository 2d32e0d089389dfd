import type { Alert } from '../../book/alert.ts'
import type { FeedHealth } from '../../book/feed-health.ts'
import type { MarketId } from '../../book/ids.ts'
import type { Book, Quote, Selection } from '../../book/market.ts'
import type { TickKind } from '../../book/tick.ts'
import { Board, type BoardChange, type Change, type Move } from './board.ts'
import { type Connection, initial } from './connection.ts'
import { describe } from './describe.ts'
import type { SessionPorts } from './session.ts'

/** A quote that changed: its market and selection as they are now, what happened to it, and from where to where its prices went. */
export type FollowedTick = {
  market: Book
  selection: Selection
  quote: Quote
  kind: TickKind
  changes: readonly Change[]
}

/** The connection; `words` says it to a person. In `live` and `resuming` the board is current, but for the markets that are being caught up. */
export type FollowedState = {
  state: 'closed' | 'connecting' | 'snapshotting' | 'comparing' | 'live' | 'resuming' | 'recovering' | 'waiting'
  tone: 'good' | 'busy' | 'bad'
  words: string
}

/** What who follows wants to hear. */
export type Hears = {
  /** A quote changed; also while nobody was connected, as soon as that is known. Of several changes that came as one, the last. */
  onTick?: (tick: FollowedTick) => void
  /** A market is new, or anything in its book is. */
  onMarket?: (market: Book) => void
  /** The board does not have this market any more. */
  onGone?: (market: MarketId) => void
  onState?: (state: FollowedState) => void
  onFeeds?: (feeds: readonly FeedHealth[]) => void
  onAlerts?: (alerts: readonly Alert[]) => void
  /** One of these failed. Without this, it is an uncaught error. */
  onError?: (error: unknown) => void
}

/** What the session writes to, and who follows hears of. */
export class FollowedBoard {
  readonly board = new Board()
  readonly #hears: Hears
  readonly #nowMs: () => number
  readonly #whole = Promise.withResolvers<ReadonlyMap<MarketId, Book>>()
  #connection: Connection = initial
  #online = true
  #told = ''

  constructor(hears: Hears, nowMs: () => number) {
    this.#hears = hears
    this.#nowMs = nowMs
    // Who never asks for the snapshot need not hear that there was none.
    this.#whole.promise.catch(() => {})
  }

  get snapshot(): Promise<ReadonlyMap<MarketId, Book>> {
    return this.#whole.promise
  }

  get state(): FollowedState {
    const { tone, words } = this.#described()
    return { state: this.#connection.state, tone, words }
  }

  readonly written: SessionPorts['board'] = {
    held: (market) => this.board.books.get(market),
    known: () => this.board.books.keys(),
    hold: ({ answer, keep }) => {
      this.#tell(this.board.hold(answer.markets, keep))
      this.#whole.resolve(this.board.books)
    },
    holdBook: ({ book, how }) => this.#tell(this.board.holdBook(book, how)),
    forget: ({ markets }) => this.#tell(this.board.forget(markets)),
    apply: ({ deltas }) => this.#tell(this.board.apply(deltas)),
    showFeeds: ({ feeds }) => {
      this.board.report(feeds)
      this.#call(this.#hears.onFeeds, [...this.board.feeds.values()])
    },
    showAlerts: ({ alerts }) => this.#call(this.#hears.onAlerts, alerts),
    holdAlerts: (alerts) => alerts.length > 0 && this.#call(this.#hears.onAlerts, alerts),
    showTopics: () => {},
    noteClock: () => {},
    noteUnreadable: () => {},
    showConnection: (connection) => {
      this.#connection = connection
      this.tellState()
    },
  }

  noteOnline(online: boolean) {
    this.#online = online
  }

  /** Also once a second: time alone may change what there is to say. What only counts down is not told anew. */
  tellState() {
    const { spoken } = this.#described()
    if (spoken === this.#told) return
    this.#told = spoken
    this.#call(this.#hears.onState, this.state)
  }

  end() {
    this.#whole.reject(new Error('Stopped before the board was there'))
  }

  #described() {
    return describe(this.#connection, this.#nowMs(), this.#online)
  }

  /** An error of theirs is theirs: it must not stop the board, nor be lost. */
  #call<T>(hear: ((told: T) => void) | undefined, told: T) {
    try {
      hear?.(told)
    } catch (error) {
      ;(this.#hears.onError ?? uncaught)(error)
    }
  }

  #tell({ markets, moves }: BoardChange) {
    const { onTick, onMarket, onGone } = this.#hears
    for (const id of markets) {
      const market = this.board.books.get(id)
      if (market === undefined) this.#call(onGone, id)
      else this.#call(onMarket, market)
    }
    if (onTick === undefined) return
    for (const [id, own] of Map.groupBy(moves, ({ market }) => market)) {
      const market = this.board.books.get(id)
      if (market !== undefined) for (const tick of ticksOf(market, own)) this.#call(onTick, tick)
    }
  }
}

function ticksOf(market: Book, moves: readonly Move[]): FollowedTick[] {
  const selections = new Map(market.selections.map((selection) => [selection.id, selection]))
  return moves.flatMap(({ selection: id, bookmaker, kind, changes }) => {
    const selection = selections.get(id)
    const quote = selection?.quotes.find((quote) => quote.bookmaker === bookmaker)
    return selection === undefined || quote === undefined ? [] : [{ market, selection, quote, kind, changes }]
  })
}

function uncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
