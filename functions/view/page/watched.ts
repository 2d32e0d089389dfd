import { signal } from '@preact/signals'

import type { MarketId } from '../../book/ids.ts'
import type { Tick } from '../../book/tick.ts'
import type { MarketDelta } from '../../book/wire.ts'

/** `shownAtMs`: on the server's clock; null where the tick is older than the page. */
export type ShownTick = Tick & { shownAtMs: number | null }

const kept = 50

/** The latest ticks of the one market that is looked at closely, newest first. Of the others only what they come to is kept. */
export class Watched {
  readonly ticks = signal<readonly ShownTick[]>([])
  #market: MarketId | undefined
  #heard: Tick[] = []

  watch(market: MarketId | undefined) {
    this.#market = market
    this.#heard = []
    this.ticks.value = []
  }

  hear(deltas: readonly MarketDelta[]) {
    if (this.#market === undefined) return
    for (const { id, ticks } of deltas) if (id === this.#market) this.#heard.push(...ticks)
    if (this.#heard.length > 2 * kept) this.#heard.splice(0, this.#heard.length - kept)
  }

  show(shownAtMs: number) {
    if (this.#heard.length === 0) return
    this.#add(this.#heard.map((tick) => ({ ...tick, shownAtMs })))
    this.#heard = []
  }

  /** Those from before, as the store has them. */
  remember(market: MarketId, ticks: readonly Tick[]) {
    if (market === this.#market) this.#add(ticks.map((tick) => ({ ...tick, shownAtMs: null })))
  }

  #add(ticks: readonly ShownTick[]) {
    const known = new Map([...ticks, ...this.ticks.peek()].map((tick) => [tick.seq, tick]))
    this.ticks.value = [...known.values()].sort((a, b) => b.seq - a.seq).slice(0, kept)
  }
}
