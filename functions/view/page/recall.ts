import { type MarketId, quoteKeyOf } from '../../book/ids.ts'
import type { Book } from '../../book/market.ts'
import { impliedProbability, type PriceFormat } from '../../book/price.ts'
import type { FetchHistory, HistoryLine } from './history-api.ts'
import type { Steps, Tracks } from './tracks.ts'

const stepMs = 30 * 60_000
const backMs = 48 * stepMs
/** Whoever scrolls past a card does not look at it. */
const lookedAtAfterMs = 600
const restAfterFailureMs = 30_000

type RecallPorts = {
  fetch: FetchHistory
  tracks: Tracks
  bookOf(market: MarketId): Book | undefined
  nowMs(): number
  after(delayMs: number, wake: () => void): void
}

/**
 * Tells the tracks what was before this page was opened: of markets that are looked at, once each, and one after the other. All browsers
 * ask for the same half hours, so that caches between them and the server can answer.
 */
export class Recall {
  readonly #ports: RecallPorts
  readonly #asked = new Set<MarketId>()
  #wished: readonly MarketId[] = []
  #wishes = 0
  #asking = false

  constructor(ports: RecallPorts) {
    this.#ports = ports
  }

  /** What is on the screen now, instead of what was. */
  wish(markets: readonly MarketId[]) {
    this.#wished = markets.filter((market) => !this.#asked.has(market))
    const wish = ++this.#wishes
    if (this.#wished.length > 0 && !this.#asking)
      this.#ports.after(lookedAtAfterMs, () => {
        if (wish === this.#wishes && !this.#asking) void this.#ask()
      })
  }

  async #ask() {
    const ports = this.#ports
    this.#asking = true
    for (let market = this.#next(); market !== undefined; market = this.#next()) {
      const toMs = Math.floor(ports.nowMs() / stepMs) * stepMs
      const answer = await ports.fetch(market, { fromMs: toMs - backMs, toMs, bookmaker: undefined, step: '30m' })
      if (!answer.ok) {
        ports.after(restAfterFailureMs, () => {
          this.#asking = false
          this.wish(this.#wished)
        })
        return
      }
      this.#asked.add(market)
      const book = ports.bookOf(market)
      if (book !== undefined) this.#tell(book, answer.value.lines, answer.value.fromMs)
    }
    this.#asking = false
  }

  #next(): MarketId | undefined {
    return this.#wished.find((market) => !this.#asked.has(market))
  }

  #tell({ marketId, priceFormat }: Book, lines: readonly HistoryLine[], fromMs: number) {
    for (const line of lines) {
      const steps = stepsOf(line, fromMs, priceFormat)
      if (steps.atMs.length > 0) this.#ports.tracks.recall(marketId, quoteKeyOf(line.selectionId, line.bookmaker), steps)
    }
  }
}

/** Gaps are left out: the picture beside a row is of where its price went, not of when it was there. */
function stepsOf({ before, steps }: HistoryLine, fromMs: number, format: PriceFormat): Steps {
  const [times, chances]: [number[], number[]] = [[], []]
  const add = (atMs: number, price: number | null) => {
    const chance = price === null ? undefined : impliedProbability(price, format)
    if (chance === undefined) return
    times.push(atMs)
    chances.push(chance)
  }
  if (before !== null) add(fromMs, before.price)
  for (const [i, atMs] of steps.atMs.entries()) add(atMs + stepMs / 2, steps.close[i] ?? null)
  return { atMs: times, chances }
}
