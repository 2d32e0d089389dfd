import type { MarketId } from '../../book/ids.ts'
import type { MarketsAnswer } from '../../book/wire.ts'
import type { Store } from './store.ts'

/**
 * `window.oddscast`: what the board holds, for scripts and tests. All books, in the shape of `GET /api/markets`; the state's name. Only
 * cards near the screen are in the document: `show` brings a market's there.
 */
export type ForScripts = { board(): MarketsAnswer; state(): string; show(market: MarketId): void }

declare global {
  interface Window {
    oddscast: ForScripts
  }
}

export const forScripts = (store: Store): ForScripts => ({
  board: () => ({ readAtMs: Math.round(store.serverNowMs.peek()), markets: [...store.board.books.values()] }),
  state: () => store.connection.peek().state,
  show: (market) => store.reveal(market),
})
