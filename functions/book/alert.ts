import type { Bookmaker, MarketId, SelectionId, Topic } from './ids.ts'
import type { PriceFormat } from './price.ts'

/**
 * arbitrage: backing every selection, each where it pays most, returns more than it costs. move: a price went a long way within a window.
 * steam: several bookmakers moved one selection the same way within a window.
 */
export const alertKinds = ['arbitrage', 'move', 'steam'] as const
export type AlertKind = (typeof alertKinds)[number]

/** Something worth a look, with all that it was concluded from. The same facts again have the same `id`, so that raising twice is raising once (I5). */
export type Alert = {
  id: string
  kind: AlertKind
  topic: Topic
  marketId: MarketId
  marketName: string
  /** Null where the alert is of the whole market. */
  selectionId: SelectionId | null
  selectionName: string | null
  /** One sentence. */
  headline: string
  /** arbitrage: what a stake of 1 over all selections earns. move, steam: the change of implied probability, signed. */
  size: number
  /** How long the change took; null for an arbitrage, which is of one instant. */
  tookMs: number | null
  /** Our clock, when the last quote in the evidence was read. */
  observedAtMs: number
  evidence: readonly Evidence[]
}

/**
 * One quote that can be backed at `price`. `impliedProbability` is that of the price; of a move where the bookmaker quotes both sides, that of
 * the middle between them. `before` is what the same quote was at the start of the change, and when it was last known to be that.
 */
export type Evidence = {
  marketId: MarketId
  selectionId: SelectionId
  selectionName: string
  bookmaker: Bookmaker
  priceFormat: PriceFormat
  price: number
  point: number | null
  impliedProbability: number
  observedAtMs: number
  publishedAtMs: number | null
  before: { price: number; impliedProbability: number; observedAtMs: number } | null
}
