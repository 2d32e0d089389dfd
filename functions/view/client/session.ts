import type { Alert } from '../../book/alert.ts'
import { feedsGroup, type MarketId, topicGroup, topicOf } from '../../book/ids.ts'
import { type BoardMessage, isOfUnknownKind, parseBoardMessage } from '../../book/wire.ts'
import type { Api } from './api.ts'
import { type Connection, type Effect, type Event, initial } from './connection.ts'
import type { Held } from './catch-up.ts'
import type { OddsSocket, SocketListener } from './socket.ts'
import { step } from './step.ts'

/** What the session needs of the world. `show…` and `hold…` change what the reader sees; nothing here reads it back but `held`. */
export type SessionPorts = {
  api: Api
  openSocket(url: string, groups: readonly string[], listener: SocketListener): OddsSocket
  board: {
    held: Held
    hold(effect: Extract<Effect, { do: 'hold' }>): void
    holdBook(effect: Extract<Effect, { do: 'holdBook' }>): void
    apply(effect: Extract<Effect, { do: 'apply' }>): void
    showFeeds(effect: Extract<Effect, { do: 'showFeeds' }>): void
    showAlerts(effect: Extract<Effect, { do: 'showAlerts' }>): void
    /** Those that the server still knows of, some of which may have been missed. */
    holdAlerts(alerts: readonly Alert[]): void
    showTopics(topics: readonly string[]): void
    /** What came with a snapshot beside its books. */
    noteSnapshot(clockLeadMs: number, unreadable: readonly string[]): void
    showConnection(connection: Connection): void
  }
  nowMs(): number
  chance(): number
  after(delayMs: number, wake: () => void): void
}

/** Takes the steps of `step.ts` and does what they say. Events are taken one at a time: an effect may cause the next at once. */
export class Session {
  readonly #ports: SessionPorts
  readonly #events: Event[] = []
  #connection: Connection = initial
  #socket: OddsSocket | undefined
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
    this.#socket?.beat()
    this.take({ type: 'clock' })
  }

  #step(event: Event) {
    const moment = { nowMs: this.#ports.nowMs(), chance: this.#ports.chance(), held: this.#ports.board.held }
    const { state, effects } = step(this.#connection, event, moment)
    this.#connection = state
    for (const effect of effects) this.#do(effect)
  }

  #do(effect: Effect) {
    const { board, api } = this.#ports
    switch (effect.do) {
      case 'connect':
        return void this.#connect(this.#connection.turn)
      case 'recover':
        return this.#socket?.recover()
      case 'disconnect':
        return this.#disconnect()
      case 'probe':
        return this.#socket?.probe()
      case 'wait':
        return this.#ports.after(Math.max(0, effect.untilMs - this.#ports.nowMs()), () => this.take({ type: 'clock' }))
      case 'takeSnapshot':
        return void this.#takeSnapshot(effect.turn)
      case 'readFeeds':
        return void api.feeds().then((answer) => answer.ok && this.take({ type: 'feedsRead', ...answer.value }))
      case 'readAlerts':
        return void api.alerts().then((answer) => answer.ok && board.holdAlerts(answer.value))
      case 'fetchTicks':
        return void this.#fetchTicks(effect.market, effect.after)
      case 'fetchBook':
        return void this.#fetchBook(effect.market)
      case 'hold':
        return board.hold(effect)
      case 'holdBook':
        return board.holdBook(effect)
      case 'apply':
        return board.apply(effect)
      case 'showFeeds':
        return board.showFeeds(effect)
      case 'showAlerts':
        return board.showAlerts(effect)
    }
  }

  /** A connection that was given up while its URL was being fetched is not opened. */
  async #connect(turn: number) {
    this.#disconnect()
    const [url, feeds] = await Promise.all([this.#ports.api.negotiate(), this.#ports.api.feeds()])
    if (this.#connection.turn !== turn) return
    if (!url.ok) return this.take({ type: 'lost', reason: url.reason })
    if (!feeds.ok) return this.take({ type: 'lost', reason: feeds.reason })
    this.#ports.board.showTopics(feeds.value.topics)
    this.take({ type: 'feedsRead', ...feeds.value })
    const groups = [feedsGroup, ...feeds.value.topics.map((topic) => topicGroup(topicOf(topic)))]
    this.#socket = this.#ports.openSocket(url.value, groups, this.#listener)
  }

  #disconnect() {
    this.#socket?.close()
    this.#socket = undefined
  }

  async #takeSnapshot(turn: number) {
    const taken = await this.#ports.api.markets()
    if (!taken.ok) return this.take({ type: 'snapshotFailed', turn, reason: taken.reason })
    const { answer, clockLeadMs, unreadable } = taken.value
    this.#ports.board.noteSnapshot(clockLeadMs, unreadable)
    this.take({ type: 'snapshotTaken', turn, answer })
  }

  async #fetchTicks(market: MarketId, after: number) {
    const answer = await this.#ports.api.ticks(market, after)
    if (answer.ok) this.take({ type: 'ticksFetched', delta: answer.value })
    else if ('refused' in answer) this.take({ type: 'ticksRefused', market, reason: answer.refused })
    else this.take({ type: 'fetchFailed', market, reason: answer.reason })
  }

  async #fetchBook(market: MarketId) {
    const answer = await this.#ports.api.book(market)
    if (answer.ok) this.take({ type: 'bookFetched', book: answer.value })
    else this.take({ type: 'fetchFailed', market, reason: answer.reason })
  }

  readonly #listener: SocketListener = {
    joined: () => this.take({ type: 'joined' }),
    recovered: () => this.take({ type: 'recovered' }),
    dropped: (reason) => this.take({ type: 'dropped', reason }),
    lost: (reason) => this.take({ type: 'lost', reason }),
    missed: (reason) => this.take({ type: 'missed', reason }),
    received: (data) => {
      if (isOfUnknownKind(data)) return
      const message = parseBoardMessage(data)
      if (message.ok) this.take({ type: 'message', message: message.value satisfies BoardMessage })
      else this.take({ type: 'missed', reason: `a message could not be read (${message.reason})` })
    },
  }
}
