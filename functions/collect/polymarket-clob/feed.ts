import type { MarketId } from '../../book/ids.ts'
import { listingUrl } from '../page-setting.ts'
import { Samples } from '../samples.ts'
import type { ConnectAt, News, StreamFeed, StreamOptions } from '../stream.ts'
import { listMarkets } from './listing.ts'
import { polymarketClob } from './map.ts'
import { type Applied, ClobMarkets } from './markets.ts'
import { isToken, knownObjects, parseFrame, pong } from './raw.ts'
import { type FrameSocket, openFrames } from './socket.ts'

/** The channel asks for a `PING` this often, and answers each. */
const pingEveryMs = 10_000
/** What is traded most changes through the day; and what was resolved should be known to be. */
const listAgainEveryMs = 5 * 60_000
/** The channel is known to stay open, answer pings, and say nothing more of any market; among many markets so long a silence is no other. */
const silentForMs = 2 * 60_000
/** A subscription that names thousands at once is answered by hanging up. */
const tokensPerRequest = 100

/** Polymarket's order book as its market channel tells it, of the markets that its listing names. */
export function polymarketClobFeed({ url, options }: StreamOptions, heartbeatMs = pingEveryMs): StreamFeed {
  const tokens = tokensOf(options['TOKENS'] ?? '')
  const listing = listingUrl(options['MARKETS_URL'] ?? '', 'POLYMARKET_CLOB_MARKETS_URL')
  return new ClobStream(listingUrl(url, 'POLYMARKET_CLOB_URL'), listing, tokens, heartbeatMs)
}

function tokensOf(text: string): string[] {
  const tokens = text.split(',').map((token) => token.trim())
  if (text === '' || tokens.every(isToken)) return text === '' ? [] : tokens
  throw new Error('POLYMARKET_CLOB_TOKENS takes ids of tokens, which are numbers of many digits, separated by commas')
}

class ClobStream implements StreamFeed {
  readonly name = polymarketClob
  readonly heartbeatMs: number
  readonly #url: URL
  readonly #listing: URL
  readonly #tokens: readonly string[]
  readonly #markets: ClobMarkets
  readonly #samples = new Samples(knownObjects)
  #subscribed = new Set<string>()
  #unsure: readonly MarketId[] = []
  #listedAtMs = 0
  #toldAtMs = 0
  #events = 0

  constructor(url: URL, listing: URL, tokens: readonly string[], heartbeatMs: number) {
    this.#url = url
    this.#listing = listing
    this.#tokens = tokens
    this.heartbeatMs = heartbeatMs
    this.#markets = new ClobMarkets(tokens)
  }

  drift() {
    return this.#samples.drift()
  }

  async *connect(at: ConnectAt): AsyncIterable<News> {
    const first = newsOf()
    await this.#list(at, first)
    yield { ...first, ...unremarkable }
    const socket = await openFrames(this.#url, this.heartbeatMs, at.signal)
    try {
      this.#subscribed = new Set()
      this.#subscribe(socket)
      this.#toldAtMs = at.nowMs()
      for await (const frames of socket.frames) yield* this.#news(frames, socket, at)
    } finally {
      socket.close()
    }
  }

  async *#news(frames: readonly string[], socket: FrameSocket, at: ConnectAt): AsyncIterable<News> {
    const observedAtMs = at.nowMs()
    const applied = newsOf()
    let saidAtMs: number | null = null
    let isPulse = false
    for (const frame of frames) {
      if (frame === pong) isPulse = true
      else saidAtMs = this.#apply(frame, observedAtMs, applied) ?? saidAtMs
    }
    if (!isPulse) return yield { ...applied, ...unremarkable, saidAtMs }
    // It came after all that was sent when it was asked for, so that no more of that is to be waited for.
    this.#markets.showAll(observedAtMs, applied)
    if (observedAtMs - this.#listedAtMs >= listAgainEveryMs) {
      await this.#list(at, applied)
      this.#subscribe(socket)
    }
    yield { ...applied, ...unremarkable, whole: [...this.#markets.ids, ...this.#unsure], saidAtMs }
    if (this.#subscribed.size > 0 && at.nowMs() - this.#toldAtMs >= silentForMs)
      throw new Error(`nothing was said of ${this.#subscribed.size} tokens for ${silentForMs / 1000} s`)
  }

  /** When it was said. */
  #apply(frame: string, observedAtMs: number, applied: Applied): number | null {
    const events = parseFrame(frame)
    if (!events.ok) {
      applied.rejected.push({ marketId: null, reason: events.reason, body: frame })
      return null
    }
    let saidAtMs: number | null = null
    for (const raw of events.value) {
      const event = this.#markets.apply(raw, observedAtMs, applied)
      this.#sample(raw)
      if (event === undefined || event.event_type === 'other') continue
      this.#toldAtMs = observedAtMs
      saidAtMs = event.timestamp ?? saidAtMs
    }
    return saidAtMs
  }

  /** What cannot be learnt now is tried again with the next; without any market there is nothing to connect for. */
  async #list({ nowMs, signal, warn, open }: ConnectAt, applied: Applied): Promise<void> {
    const { listed, rejected, unsure, troubles } = await listMarkets(this.#listing, this.#tokens, open(), signal)
    for (const trouble of troubles) warn(trouble)
    const isLearnt = listed.length > 0 || this.#tokens.length > 0
    if (!isLearnt && this.#markets.ids.length === 0) throw new Error(troubles[0] ?? 'no market is listed')
    this.#listedAtMs = nowMs()
    applied.rejected.push(...rejected)
    this.#unsure = [...unsure, ...rejected.flatMap(({ marketId }) => marketId ?? [])]
    if (troubles.length === 0) this.#markets.keepOnly(listed)
    this.#markets.define(listed, nowMs(), applied)
  }

  #subscribe(socket: FrameSocket): void {
    const wanted = this.#tokens.length > 0 ? this.#tokens : this.#markets.tokens
    const unasked = wanted.filter((token) => !this.#subscribed.has(token))
    for (let from = 0; from < unasked.length; from += tokensPerRequest) {
      const assets_ids = unasked.slice(from, from + tokensPerRequest)
      const how = this.#subscribed.size === 0 ? { type: 'market' } : { operation: 'subscribe' }
      socket.send(JSON.stringify({ assets_ids, ...how, custom_feature_enabled: true }))
      for (const token of assets_ids) this.#subscribed.add(token)
    }
  }

  #sample(raw: unknown): void {
    if (typeof raw !== 'object' || raw === null || !('event_type' in raw)) return
    const kind = String(raw.event_type)
    const isKnown = isKnownKind(kind)
    if (isKnown && this.#events++ % sampledEach !== 0) return
    this.#samples.take('event', { [kind]: true })
    if (isKnown) this.#samples.take(kind, raw)
  }
}

/** Of the kinds of event that are known, one in so many is looked at closely. */
const sampledEach = 30
const isKnownKind = (kind: string): kind is keyof typeof knownObjects => Object.hasOwn(knownObjects, kind) && kind !== 'event'

const newsOf = (): Applied => ({ snapshots: [], rejected: [] })
const unremarkable = { whole: null, behind: null, saidAtMs: null, conflated: 0 }
