import type { Alert } from '../../book/alert.ts'
import type { MarketId } from '../../book/ids.ts'
import { type BoardMessage, isOfUnknownKind, parseBoardMessage, type Parsed } from '../../book/wire.ts'
import type { Api, FeedsAnswer } from './api.ts'
import { type Connection, type Effect, type Event, initial } from './connection.ts'
import type { Held } from './catch-up.ts'
import type { SocketListener, Stream } from './socket.ts'
import { step } from './step.ts'

/** What the session needs of the world. `show…` and `hold…` change what the reader sees; nothing here reads it back but `held`. */
export type SessionPorts = {
  api: Api
  /** The groups may not be known yet; why they cannot be is why there is no stream. */
  openStream(groups: Promise<Parsed<readonly string[]>>, listener: SocketListener): Stream
  groupsOf(topics: readonly string[]): readonly string[]
  board: {
    held: Held
    known: () => Iterable<MarketId>
    forget(effect: Extract<Effect, { do: 'forget' }>): void
    hold(effect: Extract<Effect, { do: 'hold' }>): void
    holdBook(effect: Extract<Effect, { do: 'holdBook' }>): void
    apply(effect: Extract<Effect, { do: 'apply' }>): void
    showFeeds(effect: Extract<Effect, { do: 'showFeeds' }>): void
    showAlerts(effect: Extract<Effect, { do: 'showAlerts' }>): void
    /** Those that the server still knows of, some of which may have been missed. */
    holdAlerts(alerts: readonly Alert[]): void
    showTopics(topics: readonly string[]): void
    /** How far the server's clock is ahead of ours. */
    noteClock(leadMs: number): void
    /** Why markets of the snapshot are not on the board, one each. */
    noteUnreadable(reasons: readonly string[]): void
    showConnection(connection: Connection): void
  }
  nowMs: () => number
  chance: () => number
  after(delayMs: number, wake: () => void): void
}

/** Takes the steps of `step.ts` and does what they say. Events are taken one at a time: an effect may cause the next at once. */
export class Session {
  readonly #ports: SessionPorts
  readonly #events: Event[] = []
  #connection: Connection = initial
  #stream: Stream | undefined
  #wholeAtMs: number | null = null
  #stepping = false

  constructor(ports: SessionPorts) {
    this.#ports = ports
  }

  take(event: Event) {
    this.#events.push(event)
    if (this.#stepping) return
    this.#stepping = true
    const before = this.#connection
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#step(next)
    } finally {
      this.#stepping = false
    }
    if (this.#connection !== before) this.#ports.board.showConnection(this.#connection)
  }

  /** To be called once a second. */
  beat() {
    this.#stream?.beat()
    this.take({ type: 'clock' })
  }

  #step(event: Event) {
    const { board, nowMs, chance } = this.#ports
    const moment = { nowMs: nowMs(), chance: chance(), held: board.held, known: board.known, wholeAtMs: this.#wholeAtMs }
    const { state, effects } = step(this.#connection, event, moment)
    this.#connection = state
    for (const effect of effects) this.#do(effect)
  }

  #do(effect: Effect) {
    const { board, api } = this.#ports
    switch (effect.do) {
      case 'connect':
        return this.#connect()
      case 'recover':
        return this.#stream?.recover()
      case 'disconnect':
        return this.#disconnect()
      case 'probe':
        return this.#stream?.probe()
      case 'wait':
        return this.#ports.after(Math.max(0, effect.untilMs - this.#ports.nowMs()), () => this.take({ type: 'clock' }))
      case 'takeSnapshot':
        return void this.#takeSnapshot(effect.turn)
      case 'readSeqs':
        return void this.#readSeqs(effect.turn)
      case 'readFeeds':
        return void api.feeds().then((answer) => answer.ok && this.#hearOfFeeds(answer.value))
      case 'readAlerts':
        return void api.alerts().then((answer) => answer.ok && board.holdAlerts(answer.value))
      case 'fetchTicks':
        return void this.#fetchTicks(effect.market, effect.after)
      case 'fetchBook':
        return void this.#fetchBook(effect.market)
      case 'hold':
        this.#wholeAtMs = this.#ports.nowMs()
        return board.hold(effect)
      case 'holdBook':
        return board.holdBook(effect)
      case 'forget':
        return board.forget(effect)
      case 'apply':
        return board.apply(effect)
      case 'showFeeds':
        return board.showFeeds(effect)
      case 'showAlerts':
        return board.showAlerts(effect)
    }
  }

  #connect() {
    this.#disconnect()
    this.#stream = this.#ports.openStream(this.#readGroups(), this.#listener)
  }

  #disconnect() {
    this.#stream?.close()
    this.#stream = undefined
  }

  async #readGroups(): Promise<Parsed<readonly string[]>> {
    const feeds = await this.#ports.api.feeds()
    if (!feeds.ok) return feeds
    this.#ports.board.showTopics(feeds.value.topics)
    this.#hearOfFeeds(feeds.value)
    return { ok: true, value: this.#ports.groupsOf(feeds.value.topics) }
  }

  #hearOfFeeds({ readAtMs, clockLeadMs, feeds, counts }: FeedsAnswer) {
    this.#ports.board.noteClock(clockLeadMs)
    this.take({ type: 'feedsRead', readAtMs, feeds, counts })
  }

  async #takeSnapshot(turn: number) {
    const taken = await this.#ports.api.markets()
    if (!taken.ok) return this.take({ type: 'snapshotFailed', turn, reason: taken.reason })
    const { answer, unreadable } = taken.value
    this.#ports.board.noteUnreadable(unreadable)
    this.take({ type: 'snapshotTaken', turn, answer })
  }

  async #readSeqs(turn: number) {
    const read = await this.#ports.api.seqs()
    if (read.ok) this.take({ type: 'seqsRead', turn, seqs: read.value })
    else this.take({ type: 'seqsFailed', turn, reason: read.reason })
  }

  async #fetchTicks(market: MarketId, after: number) {
    const answer = await this.#ports.api.ticks(market, after)
    if (answer.ok) this.take({ type: 'ticksFetched', delta: answer.value })
    else if (answer.refused !== undefined) this.take({ type: 'ticksRefused', market, reason: answer.refused })
    else this.take({ type: 'fetchFailed', market, reason: answer.reason, final: answer.final === true })
  }

  async #fetchBook(market: MarketId) {
    const answer = await this.#ports.api.book(market)
    if (answer.ok) this.take({ type: 'bookFetched', book: answer.value })
    else this.take({ type: 'fetchFailed', market, reason: answer.reason, final: answer.final === true })
  }

  readonly #listener: SocketListener = {
    joined: () => this.take({ type: 'joined' }),
    recovered: () => this.take({ type: 'recovered' }),
    dropped: (reason) => this.take({ type: 'dropped', reason }),
    lost: (reason, retryAfterMs) => this.take({ type: 'lost', reason, retryAfterMs }),
    missed: (reason) => this.take({ type: 'missed', reason }),
    received: (data) => {
      if (isOfUnknownKind(data)) return
      const message = parseBoardMessage(data)
      if (message.ok) this.take({ type: 'message', message: message.value satisfies BoardMessage })
      else this.take({ type: 'missed', reason: `a message could not be read (${message.reason})` })
    },
  }
}
