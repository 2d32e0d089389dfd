import { noDrift } from '../../../functions/book/feed-health.ts'
import type { Api } from '../../../functions/view/client/api.ts'
import { feed, OddsWorld, startMs } from '../client/odds-world.ts'
import type { BoardMessage, Parsed } from '../../../functions/book/wire.ts'
import { everything, groupsOf } from '../../../functions/view/client/scope.ts'
import { Session, type SessionPorts } from '../../../functions/view/client/session.ts'
import type { SocketListener, Stream } from '../../../functions/view/client/socket.ts'
import { loadPreferences } from '../../../functions/view/page/preferences.ts'
import { Store } from '../../../functions/view/page/store.ts'

const noMemory = { getItem: () => null, setItem: () => {} }

type Request = {
  what: 'negotiate' | 'markets' | 'seqs' | 'book' | 'ticks' | 'feeds'
  answer: (ok: boolean, stale: boolean) => void
}

/**
 * The page's session and store before a server and a network that the test moves by hand: requests wait until they are answered, messages
 * until they are delivered, and each may be lost, doubled, overtaken, or answered with what was true when it was asked.
 */
export class BrowserRig {
  readonly world: OddsWorld
  readonly store = new Store(
    { ...loadPreferences(noMemory), sort: 'name' },
    () => startMs,
    () => {},
  )
  readonly session: Session
  readonly requests: Request[] = []
  /** All that ever was asked. */
  readonly asked: Request['what'][] = []
  /** Sent and not yet delivered. */
  readonly messages: BoardMessage[] = []
  readonly faults: string[] = []
  nowMs = startMs
  link: 'none' | 'opening' | 'up' | 'dropped' | 'recovering' = 'none'
  opened = 0
  #listener: SocketListener | undefined

  /** `shared`: how this tab makes one stream with others of what it opens by itself. */
  constructor(world = new OddsWorld(), shared = (own: SessionPorts['openStream'], _nowMs: () => number) => own, chance = 0.5) {
    this.world = world
    this.session = new Session({
      api: this.#api,
      openStream: shared(
        (groups, listener) => this.#open(groups, listener),
        () => this.nowMs,
      ),
      groupsOf: (topics) => groupsOf(everything, topics),
      board: { ...this.store.written, apply: (effect) => this.#applied(effect) },
      nowMs: () => this.nowMs,
      chance: () => chance,
      after: () => {},
    })
  }

  get state() {
    return this.store.connection.peek().state
  }

  send(message: BoardMessage): void {
    if (this.link === 'up' || this.link === 'dropped' || this.link === 'recovering') this.messages.push(message)
  }

  deliver(index: number): void {
    if (this.link !== 'up') return
    const [message] = this.messages.splice(index % Math.max(1, this.messages.length), 1)
    if (message !== undefined) this.#listener?.received(JSON.parse(JSON.stringify(message)))
  }

  join(): void {
    if (this.link !== 'opening') return
    this.link = 'up'
    this.#listener?.joined()
  }

  drop(): void {
    if (this.link !== 'up') return
    this.link = 'dropped'
    this.#listener?.dropped('the test dropped it')
  }

  recover(): void {
    if (this.link !== 'recovering') return
    this.link = 'up'
    this.#listener?.recovered()
  }

  /** Another connection carries on, as of another tab: what was on its way over the one before never comes. */
  joinAgain(): void {
    if (this.link !== 'up') return
    this.messages.length = 0
    this.#listener?.joined()
  }

  lose(): void {
    if (this.link === 'none') return
    this.link = 'none'
    this.messages.length = 0
    this.#listener?.lost('the test ended it')
  }

  async answer(index: number, ok = true, stale = false): Promise<void> {
    const [request] = this.requests.splice(index % Math.max(1, this.requests.length), 1)
    request?.answer(ok, stale)
    await turn()
  }

  advance(byMs: number): void {
    this.nowMs += byMs
    this.store.beat(this.nowMs)
    this.session.beat()
  }

  /** The network gets well: everything asked is answered, everything sent arrives, and time goes by. */
  async settle(): Promise<void> {
    for (let i = 0; i < 200; i++) {
      while (this.requests.length > 0) await this.answer(0)
      this.join()
      this.recover()
      while (this.link === 'up' && this.messages.length > 0) this.deliver(0)
      await turn()
      if (this.state === 'live' && this.requests.length === 0 && this.messages.length === 0) return
      this.advance(1_000)
    }
    throw new Error(`not live after 200 s, but ${JSON.stringify(this.store.connection.peek())}`)
  }

  /** I4: what is applied must follow on what is held. */
  #applied(effect: Parameters<typeof this.store.written.apply>[0]) {
    const reached = new Map([...this.store.board.books].map(([id, book]) => [id, book.seq]))
    for (const { id, from, to } of effect.deltas) {
      const seq = reached.get(id) ?? -1
      if (from > seq + 1) this.faults.push(`${id}: ${from}..${to} was applied onto ${seq}`)
      reached.set(id, Math.max(seq, to))
    }
    this.store.written.apply(effect)
  }

  #open(groups: Promise<Parsed<readonly string[]>>, listener: SocketListener): Stream {
    let closed = false
    const open = async () => {
      const [address, known] = await Promise.all([this.#api.negotiate(), groups])
      if (closed) return
      if (!address.ok || !known.ok) return listener.lost('the test refused it')
      this.opened++
      this.link = 'opening'
      this.messages.length = 0
      this.#listener = listener
    }
    void open()
    return {
      recover: () => {
        if (this.link === 'dropped') this.link = 'recovering'
      },
      beat() {},
      probe() {},
      close: () => {
        closed = true
        if (this.#listener !== listener) return
        this.link = 'none'
        this.messages.length = 0
      },
    }
  }

  #ask<T extends { ok: boolean }>(what: Request['what'], read: () => T): Promise<T | typeof failed> {
    this.asked.push(what)
    const asked = read()
    return new Promise((resolve) => {
      this.requests.push({ what, answer: (ok, stale) => resolve(ok ? (stale ? asked : read()) : failed) })
    })
  }

  readonly #api: Api = {
    negotiate: () => this.#ask('negotiate', () => ({ ok: true, value: 'ws://board.local' })),
    feeds: () =>
      this.#ask('feeds', () => ({
        ok: true,
        value: { readAtMs: this.nowMs, clockLeadMs: 0, topics: ['politics'], feeds: this.feeds, counts: [] },
      })),
    alerts: async () => ({ ok: true, value: [] }),
    markets: () =>
      this.#ask('markets', () => {
        const answer = { readAtMs: this.nowMs, markets: [...this.world.books.values()] }
        return { ok: true, value: { answer, unreadable: [] } }
      }),
    seqs: () =>
      this.#ask('seqs', () => ({
        ok: true,
        value: new Map([...this.world.books].map(([id, { seq, openedAtMs }]) => [id, { seq, openedAtMs }])),
      })),
    book: (market) =>
      this.#ask('book', () => (this.world.books.has(market) ? { ok: true, value: this.world.book(market) } : noSuchMarket)),
    ticks: (market, after) =>
      this.#ask('ticks', () => {
        if (!this.world.books.has(market)) return noSuchMarket
        const ticks = this.world.ticksAfter(market, after)
        return typeof ticks === 'string' ? { ok: false, refused: ticks } : { ok: true, value: ticks }
      }),
  }

  /** One feed that is read every minute and just has been, so that its heartbeat is not what a test is about. */
  get feeds() {
    const polledAtMs = this.nowMs
    const none = {
      failure: null,
      markets: 3,
      selections: 9,
      published: 0,
      unchanged: 3,
      rejected: 0,
      lagMs: null,
      quota: null,
      drift: noDrift,
    }
    return [{ feed, everyMs: 60_000, polledAtMs, completeAtMs: polledAtMs, changedAtMs: polledAtMs, ...none }]
  }
}

const noSuchMarket = { ok: false as const, final: true, reason: 'No such market' }
const failed = { ok: false as const, reason: 'the test failed it' }

/** Lets what was resolved be taken. */
export const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
