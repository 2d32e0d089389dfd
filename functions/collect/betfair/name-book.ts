import { reasonOf } from '../one-line.ts'
import type { ConnectAt } from '../stream.ts'
import { type BetfairAccount, marketNames, withoutSecrets } from './api.ts'
import type { Names } from './map.ts'
import type { RawMessage } from './raw.ts'

/** After the catalogue did not answer, markets go without names for so long. */
const askAgainAfterMs = 60_000

/**
 * What things are called. The stream says so only when a market is settled, so the catalogue is asked for a market before it is first told
 * of: ticks carry names, and there is no tick for a name alone.
 */
export class NameBook {
  readonly #address: string
  readonly #account: BetfairAccount
  /** Undefined for what the catalogue does not know. */
  readonly #names = new Map<string, Names | undefined>()
  #askAgainAtMs = 0

  constructor(address: string, account: BetfairAccount) {
    this.#address = address
    this.#account = account
  }

  of(marketId: string): Names | undefined {
    return this.#names.get(marketId)
  }

  lacks({ mc }: RawMessage): boolean {
    return this.#address !== '' && mc.some((raw) => this.#isUnknown(raw))
  }

  /** Waits for an answer for a few seconds at most; a market can go without a name. */
  async learn({ mc }: RawMessage, { nowMs, signal, warn }: ConnectAt): Promise<void> {
    if (nowMs() < this.#askAgainAtMs) return
    const unknown = mc.filter((raw) => this.#isUnknown(raw)).map(({ id }) => id)
    try {
      const found = await marketNames(this.#address, this.#account, unknown, signal)
      for (const id of unknown) this.#names.set(id, found.get(id))
    } catch (error) {
      this.#askAgainAtMs = nowMs() + askAgainAfterMs
      warn(`no names of ${unknown.length} markets: ${withoutSecrets(reasonOf(error), this.#account)}`)
    }
  }

  forgetAllBut(markets: { has(marketId: string): boolean }): void {
    for (const id of this.#names.keys()) if (!markets.has(id)) this.#names.delete(id)
  }

  #isUnknown(raw: unknown): raw is { id: string; marketDefinition: object } {
    if (typeof raw !== 'object' || raw === null || !('marketDefinition' in raw) || !('id' in raw)) return false
    return raw.marketDefinition !== null && typeof raw.id === 'string' && !this.#names.has(raw.id)
  }
}
