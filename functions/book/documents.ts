import * as v from '@badrap/valita'

import type { Alert } from './alert.ts'
import { type Bookmaker, type FeedName, type MarketId, type QuoteKey, quoteKeyOf, type Topic } from './ids.ts'
import type { DedupeCounts } from './feed-health.ts'
import type { Book, Selection } from './market.ts'
import { decimalOdds, impliedProbability, type PriceFormat, type Probability } from './price.ts'
import { pricing } from './pricing.ts'
import type { Tick } from './tick.ts'
import { traceparent } from './scalars.ts'
import { bookFields, type Parsed, parse, tickFields, type Traced } from './wire.ts'

/**
 * What the `odds` container keeps, in each market's own partition: one book, and one document a tick.
 * `asOfMs` and `hub` are the ordering clock and the place on the hub of the last message whose ticks are all in the book.
 */
export type StoredBook = Book & { asOfMs: number; hub: HubPosition | null }
export type HubPosition = { partition: string; sequence: number }
/** With what its prices are worth beside each other (`pricing.ts`), flat, for who reads the store itself; who reads the book back works it out anew. */
export type BookDocument = Omit<StoredBook, 'selections'> & {
  id: 'book'
  type: 'book'
  /** -1 while the market may go on. One that has ended outlives its last ticks by a day, so that no tick is ever without its book. */
  ttl: number
  overround: number | null
  selections: readonly (Selection & SelectionWorth)[]
}
export type SelectionWorth = {
  bestBack: number | null
  bestBackBookmaker: Bookmaker | null
  bestLay: number | null
  bestLayBookmaker: Bookmaker | null
  fairProbability: Probability | null
}

/** Flat, every field always there (but for the mark of those that are being watched), numbers as numbers and ISO times beside them: Power BI reads it as a table. */
export type TickDocument = Tick & {
  id: string
  type: 'tick'
  ttl: number
  marketId: MarketId
  feed: FeedName
  topic: Topic
  marketName: string
  priceFormat: PriceFormat
  decimalOdds: number | null
  impliedProbability: number | null
  /** Of the tick before, of the same selection and bookmaker: what a reader of some of the ticks needs to know where each line comes from. */
  previousSeq: number | null
  publishedAt: string | null
  observedAt: string
  storedAt: string
  traceparent?: string
}

export const bookDocumentId = 'book'
/** Twelve digits, so that ids sort as numbers do. */
export const tickDocumentId = (seq: number) => `t:${String(seq).padStart(12, '0')}`

export function bookDocument(book: StoredBook, tickTtlSeconds: number): BookDocument {
  const worth = pricing(book)
  const ttl = book.status === 'closed' || book.status === 'settled' ? tickTtlSeconds + daySeconds : -1
  const selections = book.selections.map((selection) => {
    const { back = null, lay = null, fairProbability = null } = worth.selections.get(selection.id) ?? {}
    return {
      ...selection,
      bestBack: back?.price ?? null,
      bestBackBookmaker: back?.bookmaker ?? null,
      bestLay: lay?.price ?? null,
      bestLayBookmaker: lay?.bookmaker ?? null,
      fairProbability,
    }
  })
  return { id: bookDocumentId, type: 'book', ttl, ...book, overround: worth.overround, selections }
}

const daySeconds = 86_400

/**
 * The documents of the ticks of one write, which leads from the book `before` to `book`. They have few instants between them, and text of an
 * instant is slow to make.
 */
export function tickDocuments(
  ticks: readonly Tick[],
  book: Book,
  ttlSeconds: number,
  before?: Book,
  traceparent?: string,
): TickDocument[] {
  const iso = isoText()
  const previousSeq = previousSeqs(before)
  const mark = traceparent === undefined ? undefined : { traceparent }
  return ticks.map((tick) => ({
    id: tickDocumentId(tick.seq),
    type: 'tick',
    ttl: ttlSeconds,
    marketId: book.marketId,
    feed: book.feed,
    topic: book.topic,
    marketName: book.name,
    priceFormat: book.priceFormat,
    ...tick,
    decimalOdds: (tick.back === null ? undefined : decimalOdds(tick.back, book.priceFormat)) ?? null,
    impliedProbability: (tick.back === null ? undefined : impliedProbability(tick.back, book.priceFormat)) ?? null,
    previousSeq: previousSeq(tick),
    publishedAt: tick.publishedAtMs === null ? null : iso(tick.publishedAtMs),
    observedAt: iso(tick.observedAtMs),
    storedAt: iso(tick.storedAtMs),
    ...mark,
  }))
}

/** To be asked in the order of the ticks. */
function previousSeqs(before: Book | undefined): (tick: Tick) => number | null {
  const selections = new Map(before?.selections.map(({ id, quotes }) => [id, quotes]))
  const told = new Map<QuoteKey, number>()
  return ({ selectionId, bookmaker, seq }) => {
    const key = quoteKeyOf(selectionId, bookmaker)
    const quotes = selections.get(selectionId)
    const previous = told.get(key) ?? quotes?.find((quote) => quote.bookmaker === bookmaker)?.seq ?? null
    told.set(key, seq)
    return previous
  }
}

function isoText(): (ms: number) => string {
  const made = new Map<number, string>()
  return (ms) => {
    const known = made.get(ms)
    if (known !== undefined) return known
    const text = new Date(ms).toISOString()
    made.set(ms, text)
    return text
  }
}

/** In the `feeds` container beside the feeds' own documents; a feed's name holds no colon, so their ids differ. */
export type DedupeCountsDocument = DedupeCounts & { id: string; type: 'dedupe-counts' }
export const dedupeCountsId = (feed: FeedName) => `dedupe:${feed}`

/** In the `alerts` container, whose documents expire by themselves. */
export type AlertDocument = Alert & { type: 'alert'; at: string }

export function alertDocument(alert: Alert): AlertDocument {
  return { type: 'alert', ...alert, at: new Date(alert.observedAtMs).toISOString() }
}

/** Reads a stored book back, without what the store adds to it. */
export const parseBookDocument = (raw: unknown): Parsed<StoredBook> => parse<StoredBook>(bookDocumentSchema, raw)

/** The part of a tick document that travels on: the tick, and which market and topic it belongs to. */
export type ReadTick = { marketId: MarketId; topic: Topic; tick: Tick } & Traced

export function parseTickDocument(raw: unknown): Parsed<ReadTick> {
  const parsed = parse<Tick & { marketId: MarketId; topic: Topic } & Traced>(tickDocumentSchema, raw)
  if (!parsed.ok) return parsed
  const { marketId, topic, traceparent, ...tick } = parsed.value
  return { ok: true, value: { marketId, topic, tick, traceparent } }
}

const position = v.object({ partition: v.string(), sequence: v.number() })
const bookDocumentSchema = v.object({ ...bookFields, asOfMs: v.number(), hub: position.nullable() })
const tickDocumentSchema = v.object({
  ...tickFields,
  marketId: bookFields.marketId,
  topic: bookFields.topic,
  traceparent: traceparent.optional(),
})
