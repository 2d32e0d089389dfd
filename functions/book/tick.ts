import type { Bookmaker, SelectionId } from './ids.ts'
import type { MarketStatus, QuoteStatus, QuoteValue } from './quote.ts'

/**
 * What happened to a quote. `opened`: first seen. `moved`: a price changed. `line-moved`: its `point` did. `suspended`, `closed`,
 * `settled`: no longer open, in that way. `resumed`: open again. `removed`: gone from a complete poll. `returned`: back from that.
 * `rescheduled`: the start of the market's fixture moved. `in-play`: the market turned in play, or is so no longer. Of these two, one tick
 * a market, on the first quote that the message shows.
 */
export const tickKinds = [
  'opened',
  'moved',
  'line-moved',
  'suspended',
  'resumed',
  'closed',
  'settled',
  'removed',
  'returned',
  'rescheduled',
  'in-play',
] as const
export type TickKind = (typeof tickKinds)[number]

/** One observed change of one selection, as one bookmaker quotes it: the whole new value, never a difference. */
export type Tick = QuoteValue & {
  /** Our per-market counter, from 1, without holes. */
  seq: number
  kind: TickKind
  selectionId: SelectionId
  selectionName: string
  bookmaker: Bookmaker
  marketStatus: MarketStatus
  /** When the market's fixture starts, as known with this tick; null where it has none, or no time is known. */
  startsAtMs: number | null
  inPlay: boolean | null
  /** The feed's clock, ours at collect, ours at dedupe. */
  publishedAtMs: number | null
  observedAtMs: number
  storedAtMs: number
}

/**
 * `undefined` when the value is the same: a duplicate. A change of status outranks one of line, and that one of price. An outcome that is
 * told, or corrected, after the market was settled settles it again.
 */
export function tickKindOf(before: QuoteValue | undefined, after: QuoteValue): TickKind | undefined {
  if (before === undefined) return after.status === 'removed' ? undefined : 'opened'
  if (before.status !== after.status) return statusKind(before.status, after.status)
  if (before.outcome !== after.outcome) return 'settled'
  if (before.point !== after.point) return 'line-moved'
  const same = before.last === after.last && before.back === after.back && before.lay === after.lay
  return same ? undefined : 'moved'
}

function statusKind(before: QuoteStatus, after: QuoteStatus): TickKind {
  if (after === 'removed') return 'removed'
  if (before === 'removed') return 'returned'
  return after === 'open' ? 'resumed' : after
}
