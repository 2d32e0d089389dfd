import type { Listener } from '../listener.ts'
import type { Noted } from './in-page/noted.ts'

type Told = { to: number; sentAtMs: number; observedAtMs: readonly number[] }

/** Remembered for so long: a board that shows a tick later than this has missed it. */
const keptForMs = 60_000

/** What a socket beside the page's was told, to be held against what the page showed. */
export class ToldTicks {
  /** From when fan-out sent the message, and from when the tick was read from its feed, until it could be seen. */
  readonly sinceSentMs: number[] = []
  readonly sinceReadMs: number[] = []
  ticks = 0
  readonly #markets = new Map<string, Told[]>()

  readonly hear: Listener = ({ id, to, ticks }, _, sentAtMs) => {
    this.ticks += ticks.length
    const all = this.#markets.get(id) ?? []
    this.#markets.set(id, all)
    all.push({ to, sentAtMs, observedAtMs: ticks.map(({ observedAtMs }) => observedAtMs) })
    while ((all[0]?.sentAtMs ?? sentAtMs) < sentAtMs - keptForMs) all.shift()
  }

  compare(cards: Noted['cards']) {
    for (const { market, from, to, shownAtMs } of cards) {
      for (const told of this.#markets.get(market) ?? []) {
        if (told.to <= from || told.to > to) continue
        for (const observedAtMs of told.observedAtMs) {
          this.sinceSentMs.push(shownAtMs - told.sentAtMs)
          this.sinceReadMs.push(shownAtMs - observedAtMs)
        }
      }
    }
  }
}
