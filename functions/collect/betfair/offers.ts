import type { Entries } from './raw.ts'

/**
 * One side of what is offered on one runner. The stream tells it in up to three ways at once: every offer by its price, the best few by
 * level as cross-matching makes them, and the best few without that. `best` goes by the first of these that was ever told.
 */
export class Offers {
  best: number | null = null
  /** 1 where more is better, as for whoever backs; −1 where less is. */
  readonly #sign: 1 | -1
  #byPrice: Set<number> | undefined
  #displayed: Map<number, number> | undefined
  #byLevel: Map<number, number> | undefined

  constructor(side: 'back' | 'lay') {
    this.#sign = side === 'back' ? 1 : -1
  }

  /** Each of these: whether the best one is now another. */
  changeByPrice(entries: Entries): boolean {
    const before = this.#byPrice === undefined ? null : this.best
    const prices = (this.#byPrice ??= new Set())
    let best = before
    let isBestGone = false
    // By index: taking entries apart by pattern takes several times as long, and this is where all the time goes.
    for (let i = 0; i < entries.length; i++) {
      const price = entries[i]?.[0] ?? 0
      if ((entries[i]?.[1] ?? 0) > 0) {
        prices.add(price)
        if (best === null || (price - best) * this.#sign > 0) best = price
      } else if (prices.delete(price) && price === best) {
        isBestGone = true
      }
    }
    // The best may have come and gone within one message.
    if (isBestGone && best !== null && !prices.has(best)) best = this.#bestOf(prices)
    return this.#isNew(best)
  }

  changeDisplayed(entries: Entries): boolean {
    const levels = changed((this.#displayed ??= new Map()), entries)
    return this.#byPrice === undefined && this.#isNew(levels.get(0))
  }

  changeByLevel(entries: Entries): boolean {
    const levels = changed((this.#byLevel ??= new Map()), entries)
    return this.#byPrice === undefined && this.#displayed === undefined && this.#isNew(levels.get(0))
  }

  #isNew(best: number | null = null): boolean {
    if (best === this.best) return false
    this.best = best
    return true
  }

  #bestOf(prices: Iterable<number>): number | null {
    let best: number | null = null
    for (const price of prices) if (best === null || (price - best) * this.#sign > 0) best = price
    return best
  }
}

function changed(levels: Map<number, number>, entries: Entries): Map<number, number> {
  for (let i = 0; i < entries.length; i++) {
    const level = entries[i]?.[0] ?? 0
    if ((entries[i]?.[2] ?? 0) > 0) levels.set(level, entries[i]?.[1] ?? 0)
    else levels.delete(level)
  }
  return levels
}
