import type { SnapshotMessage } from '../book/wire.ts'
import type { CollectPorts, FeedStore } from './collect.ts'
import type { FeedRecord } from './feed.ts'
import { neverPolled, retryDelayMs } from './health.ts'
import { LetterBox } from './letter-box.ts'
import { reasonOf } from './one-line.ts'
import { OpenRegister } from './open-register.ts'
import { type Outbox, outbox } from './outbox.ts'
import type { News, StreamFeed } from './stream.ts'
import { type Place, StreamHealth } from './stream-health.ts'
import { ToldMarkets } from './told-markets.ts'
import { aborted, type StreamClock, wait } from './wait.ts'

export type StreamCircumstances = {
  clock: StreamClock
  random: () => number
  signal: AbortSignal
  /** One line each: a fixed name, and facts. */
  log: (what: string, facts: object) => void
}

/** stopped: by the signal. over: the feed said that nothing can follow, and all it said is with the hub. */
export type StreamEnd = 'stopped' | 'over'

/** As collect does, and for its reason: the system heals from whatever was lost on the way. */
const sendAllEveryMs = 10 * 60_000
/** A worker that is told to stop may take this long to hand over what it has read; the platform kills it some time after. */
const lastSendsWithinMs = 4_000
/** What the hub does not take is offered again after anything below a bound that doubles from here. */
const hubRetryMs = 1_000

/**
 * Follows one feed for as long as the signal lets it: reads its news, and publishes them in order while it reads on.
 *
 * What is read is never dropped. Where the hub takes messages more slowly than the feed sends them, the outbox fills, the feed is not asked
 * for more, and its socket fills in turn; so a feed that can conflate does, on its side, and a recorded file is simply read more slowly.
 * Where the hub takes nothing at all, the same batch is offered until it does. It may have taken some of it each time: a message that
 * comes twice is a duplicate to dedupe, or stale.
 *
 * A connection that ends, or on which nothing is heard for twice the heartbeat and a little, is opened again after a while. A market that
 * the feed then shows as it was costs no message; what changed meanwhile is one change, which happened at some time since the feed was
 * last heard, and `unchangedUntilMs` says when that was.
 */
export async function follow(feed: StreamFeed, ports: CollectPorts, circumstances: StreamCircumstances): Promise<StreamEnd> {
  const record = await firstRecord(feed, ports.store, circumstances)
  return record === undefined ? 'stopped' : new Follower(feed, ports, circumstances, record).run()
}

/** Without it nothing could be published: every market would be one that the store has not confirmed. `undefined` when stopped. */
async function firstRecord(
  { name, heartbeatMs }: StreamFeed,
  store: FeedStore,
  { clock, random, signal, log }: StreamCircumstances,
): Promise<FeedRecord | undefined> {
  for (let times = 1; !signal.aborted; times++) {
    try {
      const never = neverPolled(name, heartbeatMs, clock.nowMs())
      return (await store.load(name)) ?? { health: never, openMarkets: [], digest: '' }
    } catch (error) {
      const retryInMs = retryDelayMs({ times, everyMs: heartbeatMs, retryAfterMs: null }, random())
      log('feed state not read', { feed: name, reason: reasonOf(error), retryInMs })
      await wait(clock, retryInMs, signal)
    }
  }
  return undefined
}

type Ended = { how: StreamEnd } | { how: 'lost'; reason: string }

class Follower {
  readonly #feed: StreamFeed
  readonly #ports: CollectPorts
  readonly #circumstances: StreamCircumstances
  readonly #health: StreamHealth
  readonly #register: OpenRegister
  readonly #told: ToldMarkets
  readonly #letters: LetterBox
  readonly #outbox: Outbox
  readonly #givenUp = new AbortController()
  /** Aborted, it ends the wait for the next report. */
  #reportNow = new AbortController()
  #heardAtMs: number
  /** The feed's clock when it was last heard. */
  #saidAtMs: number | null = null
  /** When the feed was last heard and did not say that it is behind. */
  #sureAtMs: number | null = null
  /** On this connection the feed has shown everything. */
  #isComplete = false
  /** There is no room in the outbox, so the feed is not asked for more. */
  #isBlocked = false
  #failedConnections = 0
  #sentAllAtMs: number
  #facts = noFacts()

  constructor(feed: StreamFeed, ports: CollectPorts, circumstances: StreamCircumstances, record: FeedRecord) {
    this.#feed = feed
    this.#ports = ports
    this.#circumstances = circumstances
    this.#heardAtMs = this.#sentAllAtMs = circumstances.clock.nowMs()
    this.#health = new StreamHealth({ ...record.health, everyMs: feed.heartbeatMs })
    this.#register = new OpenRegister(ports.store, record, (error) => this.#log('feed state not saved', reasonOf(error)))
    this.#told = new ToldMarkets(feed.name, record.openMarkets)
    this.#letters = new LetterBox(feed.name)
    this.#outbox = outbox((batch) => this.#send(batch), circumstances.signal)
  }

  async run(): Promise<StreamEnd> {
    const { clock, random, signal } = this.#circumstances
    const reporting = new AbortController()
    const reports = this.#reportUntil(reporting.signal)
    let ended: Ended
    for (;;) {
      ended = await this.#connection()
      if (ended.how !== 'lost') break
      const times = ++this.#failedConnections
      const retryInMs = retryDelayMs({ times, everyMs: this.#feed.heartbeatMs, retryAfterMs: null }, random())
      this.#log('stream lost', ended.reason, { retryInMs })
      this.#fails('connection', ended.reason, clock.nowMs() + retryInMs)
      await wait(clock, retryInMs, signal)
    }
    if (ended.how === 'over') await Promise.race([this.#outbox.drained(), aborted(signal)])
    const unsent = await this.#lastSends()
    reporting.abort()
    this.#reportNow.abort()
    await reports
    await this.#report(ended.how)
    this.#log(`stream ${ended.how}`, undefined, { unsent })
    return ended.how
  }

  async #connection(): Promise<Ended> {
    const { clock, signal } = this.#circumstances
    const cut = new AbortController()
    this.#isComplete = false
    this.#heardAtMs = clock.nowMs()
    const stopWatching = this.#watch(cut)
    try {
      const warn = (what: string) => this.#log('stream warning', what)
      const open = () => this.#told.open()
      const at = { nowMs: clock.nowMs, signal: AbortSignal.any([signal, cut.signal]), warn, open }
      for await (const news of this.#feed.connect(at)) {
        const room = this.#take(news)
        if (room === undefined) continue
        this.#isBlocked = true
        await room
        this.#isBlocked = false
        this.#heardAtMs = clock.nowMs()
        if (signal.aborted) break
      }
      return { how: signal.aborted ? 'stopped' : 'over' }
    } catch (error) {
      if (signal.aborted) return { how: 'stopped' }
      return { how: 'lost', reason: reasonOf(cut.signal.aborted ? cut.signal.reason : error) }
    } finally {
      stopWatching()
      cut.abort()
    }
  }

  /** Cuts the connection when nothing was heard for too long, although we did ask. */
  #watch(cut: AbortController): () => void {
    const { clock } = this.#circumstances
    const longestMs = 2 * this.#feed.heartbeatMs + 5_000
    const look = () => {
      const silentMs = this.#isBlocked ? 0 : clock.nowMs() - this.#heardAtMs
      if (silentMs >= longestMs) cut.abort(new Error(`nothing was heard for ${Math.round(silentMs / 1000)} s`))
      else cancel = clock.after(longestMs - silentMs, look)
    }
    let cancel = clock.after(longestMs, look)
    return () => cancel()
  }

  /** A promise where there is no room for more. */
  #take(news: News): Promise<void> | undefined {
    const nowMs = this.#circumstances.clock.nowMs()
    const messages: SnapshotMessage[] = []
    for (const snapshot of news.snapshots) {
      const message = this.#told.messageOf(snapshot, nowMs, this.#sureAtMs)
      if (message !== undefined) messages.push(message)
    }
    const counts = {
      published: messages.length,
      unchanged: news.snapshots.length - messages.length,
      rejected: news.rejected.length,
    }
    if (news.whole !== null) {
      const gone = this.#told.goneWithout(news.whole, news.saidAtMs ?? nowMs, nowMs)
      messages.push(...gone)
      this.#facts.gone += gone.length
      this.#isComplete = true
      this.#failedConnections = 0
      this.#isWell('connection')
    }
    this.#heardAtMs = nowMs
    this.#saidAtMs = news.saidAtMs ?? this.#saidAtMs
    if (news.behind === null) {
      this.#sureAtMs = nowMs
      this.#isWell('feed')
    } else {
      this.#fails('feed', news.behind, null)
    }
    this.#health.heard(nowMs, news, this.#isComplete)
    this.#health.counted(nowMs, counts)
    this.#letters.put(news.rejected, nowMs)
    this.#facts.published += counts.published
    this.#facts.unchanged += counts.unchanged
    this.#facts.rejected += counts.rejected
    this.#facts.conflated += news.conflated
    return messages.length === 0 ? undefined : this.#outbox.add(messages)
  }

  async #send(batch: readonly SnapshotMessage[]): Promise<void> {
    const { clock, random } = this.#circumstances
    const messages = await this.#register.announced(batch)
    if (messages.length === 0) return
    for (let times = 1; !this.#givenUp.signal.aborted; times++) {
      try {
        await this.#ports.publisher.publish(messages)
        this.#register.taken(messages)
        this.#isWell('hub')
        return
      } catch (error) {
        this.#fails('hub', `not published: ${reasonOf(error)}`, null)
        const retryInMs = retryDelayMs({ times, everyMs: hubRetryMs, retryAfterMs: null }, random())
        await wait(clock, retryInMs, this.#givenUp.signal)
      }
    }
  }

  /** What was read before the stop goes out still, if the hub takes it in time. How many messages it did not take. */
  async #lastSends(): Promise<number> {
    const { clock } = this.#circumstances
    const enough = new AbortController()
    await Promise.race([this.#outbox.drained(), wait(clock, lastSendsWithinMs, enough.signal)])
    enough.abort()
    const unsent = this.#outbox.unsent()
    this.#givenUp.abort()
    return unsent
  }

  async #reportUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await wait(this.#circumstances.clock, this.#feed.heartbeatMs, this.#reportNow.signal)
      if (signal.aborted) return
      this.#reportNow = new AbortController()
      await this.#report()
    }
  }

  async #report(ended?: StreamEnd): Promise<void> {
    const nowMs = this.#circumstances.clock.nowMs()
    if (this.#isComplete && nowMs - this.#sentAllAtMs >= sendAllEveryMs) {
      this.#sentAllAtMs = nowMs
      void this.#outbox.add(this.#told.again(this.#saidAtMs ?? this.#heardAtMs, this.#heardAtMs))
    }
    const health = this.#health.report(this.#told.count(), this.#feed.drift())
    // A recording that was played to its end is not late.
    const isSaved = await this.#register.save(ended === 'over' ? { ...health, everyMs: null } : health)
    if (isSaved && this.#register.heldBack > 0) this.#outbox.nudge()
    await this.#letters.post(this.#ports.deadLetters).catch((error) => this.#log('dead letters not kept', reasonOf(error)))
    const facts = { ...this.#facts, waiting: this.#outbox.unsent(), heldBack: this.#register.heldBack }
    this.#facts = noFacts()
    if (Object.values(facts).some((count) => count > 0)) this.#log('stream followed', undefined, facts)
  }

  #fails(place: Place, reason: string, retryAtMs: number | null): void {
    if (this.#health.isFailing(place, reason, this.#circumstances.clock.nowMs(), retryAtMs)) this.#reportNow.abort()
  }

  #isWell(place: Place): void {
    if (this.#health.isWell(place)) this.#reportNow.abort()
  }

  #log(what: string, reason?: string, facts: object = {}): void {
    this.#circumstances.log(what, { feed: this.#feed.name, ...(reason === undefined ? {} : { reason }), ...facts })
  }
}

const noFacts = () => ({ published: 0, unchanged: 0, gone: 0, rejected: 0, conflated: 0 })
