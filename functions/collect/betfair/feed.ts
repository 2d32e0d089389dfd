import { oneLine } from '../one-line.ts'
import { Samples } from '../samples.ts'
import type { ConnectAt, News, StreamFeed, StreamOptions } from '../stream.ts'
import { type BetfairAccount, betfairsOwn, keepAlive, withoutSecrets } from './api.ts'
import { type Lines, openLines } from './lines.ts'
import { betfair } from './map.ts'
import { type Applied, Markets, nothingApplied } from './markets.ts'
import { NameBook } from './name-book.ts'
import { knownObjects, parseMessage, type RawMessage } from './raw.ts'

/** Betfair takes from 500 to 30,000. */
const heartbeatMs = 5_000
/** A change that could not be read leaves its market unknown; so often everything is asked for again because of it. */
const imageAgainAfterMs = 10 * 60_000
/** Betfair asks for no more than one an hour or so, and a session lives for at least four. */
const keepAliveEveryMs = 60 * 60_000

/**
 * Betfair's Exchange Stream: messages of JSON, a line each, over TLS. `clk` and `initialClk` of the last message are where the next
 * connection goes on: Betfair then sends what changed meanwhile, or everything again.
 */
export function betfairFeed({ url, key = '', options }: StreamOptions): StreamFeed {
  const address = addressOf(url)
  const account = { appKey: key, session: options['SESSION'] ?? '' }
  if (address.protocol === 'tls:' && account.session === '') throw new Error('BETFAIR_SESSION is not set')
  const subscription = subscriptionOf(options['MARKET_FILTER'] ?? '{}')
  const isBetfairs = address.protocol === 'tls:'
  return new BetfairStream({
    address,
    account,
    subscription,
    catalogue: options['CATALOGUE_URL'] || (isBetfairs ? betfairsOwn.catalogue : ''),
    keepAlive: isBetfairs ? betfairsOwn.keepAlive : '',
  })
}

type Betfair = { address: URL; account: BetfairAccount; subscription: object; catalogue: string; keepAlive: string }

function addressOf(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address !== undefined && ['tls:', 'tcp:', 'file:'].includes(address.protocol)) return address
  throw new Error(`BETFAIR_URL is "${url}"; it takes tls://host:port, or file:/// and the path of a recording`)
}

function subscriptionOf(marketFilter: string): object {
  try {
    return {
      op: 'marketSubscription',
      marketFilter: JSON.parse(marketFilter) as object,
      marketDataFilter: { ladderLevels: 1, fields: ['EX_MARKET_DEF', 'EX_BEST_OFFERS_DISP', 'EX_LTP'] },
      segmentationEnabled: true,
      conflateMs: 0,
      heartbeatMs,
    }
  } catch {
    throw new Error(`BETFAIR_MARKET_FILTER is "${marketFilter}"; it takes a market filter of Betfair's, as JSON`)
  }
}

class BetfairStream implements StreamFeed {
  readonly name = betfair
  readonly heartbeatMs = heartbeatMs
  readonly #betfair: Betfair
  readonly #samples = new Samples(knownObjects)
  readonly #names: NameBook
  readonly #markets: Markets
  readonly #clocks = new Clocks()
  #behind: string | null = null
  #subscriptionId = 0
  /** When everything was last asked for, or came. */
  #askedAtMs = 0
  #keptAliveAtMs = 0
  #messages = 0

  constructor(betfair: Betfair) {
    this.#betfair = betfair
    this.#names = new NameBook(betfair.catalogue, betfair.account)
    this.#markets = new Markets((marketId) => this.#names.of(marketId))
  }

  drift() {
    return this.#samples.drift()
  }

  async *connect(at: ConnectAt): AsyncIterable<News> {
    this.#behind = null
    const far = await openLines(this.#betfair.address, at.signal)
    try {
      for await (const lines of far.read) {
        void this.#keepAlive(at)
        yield* this.#news(lines, far, at)
        this.#askForImage(far, at)
      }
    } finally {
      far.close()
    }
    if (far.say !== undefined) throw new Error(`${this.#betfair.address.host} closed the connection`)
  }

  async *#news(lines: readonly string[], far: Lines, at: ConnectAt): AsyncIterable<News> {
    const observedAtMs = at.nowMs()
    let applied = nothingApplied()
    let saidAtMs: number | null = null
    let refusal: Error | undefined
    for (const line of lines) {
      const message = this.#read(line, applied)
      if (message === undefined) continue
      if (message.op !== 'mcm') {
        refusal = this.#answer(message, far)
        if (refusal === undefined) continue
        break
      }
      // What is left of the subscription before this one.
      if (far.say !== undefined && message.id !== null && message.id !== this.#subscriptionId) continue
      if (this.#names.lacks(message)) await this.#names.learn(message, at)
      const whole = this.#markets.apply(message, observedAtMs, applied)
      this.#clocks.seen(message)
      saidAtMs = message.pt ?? saidAtMs
      this.#behind = message.status === 503 ? behindReason : null
      if (whole === null) continue
      if (message.ct === 'SUB_IMAGE') this.#askedAtMs = observedAtMs
      this.#names.forgetAllBut(this.#markets)
      yield { ...applied, whole, behind: this.#behind, saidAtMs }
      applied = nothingApplied()
    }
    // What came before it counts.
    yield { ...applied, whole: null, behind: this.#behind, saidAtMs }
    if (refusal !== undefined) throw refusal
  }

  #read(line: string, { rejected }: Applied): RawMessage | undefined {
    const message = parseMessage(line)
    if (message.ok) {
      if (this.#messages++ % sampledEach === 0) sample(message.value, this.#samples)
      return message.value
    }
    // Whatever it was to say, of whichever market.
    this.#markets.missed()
    rejected.push({ marketId: null, reason: message.reason, body: line })
    return undefined
  }

  /** To their greeting, and to what they make of our words, which may be that they refuse. */
  #answer({ op, id, statusCode, errorCode, errorMessage }: RawMessage, { say }: Lines): Error | undefined {
    if (say === undefined) return undefined
    if (op === 'connection') say({ op: 'authentication', id: authenticationId, ...this.#betfair.account })
    if (op !== 'status') return undefined
    if (statusCode !== 'SUCCESS') {
      if (errorCode === 'INVALID_CLOCK') this.#clocks.forget()
      const why = withoutSecrets(oneLine(`${errorCode} ${errorMessage ?? ''}`), this.#betfair.account)
      return new Error(`Betfair refuses: ${why}`)
    }
    if (id !== authenticationId) return undefined
    this.#subscriptionId = Math.max(this.#subscriptionId, authenticationId) + 1
    say({ ...this.#betfair.subscription, id: this.#subscriptionId, ...this.#clocks.last })
    return undefined
  }

  #askForImage({ say }: Lines, { nowMs }: ConnectAt): void {
    if (say === undefined || !this.#markets.needsImage || nowMs() - this.#askedAtMs < imageAgainAfterMs) return
    this.#askedAtMs = nowMs()
    this.#clocks.forget()
    throw new Error('something could not be read, so everything is asked for again')
  }

  async #keepAlive({ nowMs, signal, warn }: ConnectAt): Promise<void> {
    if (nowMs() - this.#keptAliveAtMs < keepAliveEveryMs) return
    this.#keptAliveAtMs = nowMs()
    const problem = await keepAlive(this.#betfair.keepAlive, this.#betfair.account, signal)
    if (problem !== undefined && !signal.aborted) warn(`the session may end, since it was not kept alive: ${problem}`)
  }
}

const authenticationId = 1
/** Every so many messages, one is looked at closely. */
const sampledEach = 50
const behindReason = 'Betfair says that it cannot tell of everything just now (status 503)'

function sample({ json, mc }: RawMessage, samples: Samples<keyof typeof knownObjects>): void {
  samples.take('message', json)
  const [market] = mc as readonly ({ marketDefinition?: { runners?: unknown[] }; rc?: unknown[] } | null)[]
  samples.take('market', market)
  samples.take('definition', market?.marketDefinition)
  samples.take('runner', market?.marketDefinition?.runners?.[0])
  samples.take('change', market?.rc?.[0])
}

/** Where the next connection goes on: only what was told to its end counts, for an image that broke off leaves nothing to go on from. */
class Clocks {
  #initialClk: string | null = null
  #last: { initialClk: string; clk: string } | undefined

  get last() {
    return this.#last
  }

  seen({ ct, segmentType, initialClk, clk }: RawMessage): void {
    if (initialClk !== null) this.#initialClk = initialClk
    const isLast = segmentType === null || segmentType === 'SEG_END'
    if (!isLast) {
      if (ct === 'SUB_IMAGE') this.#last = undefined
    } else if (clk !== null && this.#initialClk !== null) {
      this.#last = { initialClk: this.#initialClk, clk }
    }
  }

  forget(): void {
    this.#initialClk = null
    this.#last = undefined
  }
}
