export const marketStatuses = ['open', 'suspended', 'closed', 'settled'] as const
export type MarketStatus = (typeof marketStatuses)[number]

/** A quote follows its market unless it is withdrawn alone; `removed` is the tombstone. */
export const quoteStatuses = [...marketStatuses, 'removed'] as const
export type QuoteStatus = (typeof quoteStatuses)[number]

/** How a selection ended. A market may have several that won (a place market), or none but void ones. */
export const outcomes = ['won', 'lost', 'void'] as const
export type Outcome = (typeof outcomes)[number]

/** All in the feed's own unit; null means that nobody is on that side. `point` is the line of a spread or total. */
export type Prices = { last: number | null; back: number | null; lay: number | null; point: number | null }

/**
 * What dedupe compares: two quotes with the same value are one observation, however often the feed restamps it. `outcome` is told by a
 * settled quote, and by no other.
 */
export type QuoteValue = Prices & { status: QuoteStatus; outcome: Outcome | null }
