import type { StoredBook } from '../../book/documents.ts'
import { type Bookmaker, type MarketId, type QuoteKey, quoteKeyOf, type SelectionId } from '../../book/ids.ts'
import type { HistoryTick } from './history-tick.ts'
import { type Line, Lines, type Quoted, type Side } from './lines.ts'
import { type ObservedAt, seek } from './seek.ts'
import { maxTicks, type StepAsked, type Window, type WindowFault, windowOf } from './window.ts'

/** Each call is about one market, and so about one partition. */
export type TickStore = {
  /** Those of these that are kept, in whatever order. */
  ticksAt(market: MarketId, seqs: readonly number[]): Promise<HistoryTick[]>
  /** The ticks from one seq to another, in that order, upwards or downwards, a page at a time. */
  tickPages(market: MarketId, fromSeq: number, toSeq: number): AsyncIterable<readonly HistoryTick[]>
}

export type HistoryAsked = {
  selection: SelectionId | undefined
  bookmaker: Bookmaker | undefined
  side: Side | 'auto'
  /** `first`: the first tick that is kept, or the oldest of as many as can be read. */
  fromMs: number | 'first'
  toMs: number
  step: StepAsked
}

/** Which ticks it takes; `lines` reads them. */
export type History = { window: Window; fromSeq: number; toSeq: number; lines: () => Promise<Line[]> }

/** Further back than this nobody looks for a quote that moved neither in the window nor since. */
const maxLookBack = 10_000

/**
 * What a market's prices did, of its ticks in the order of their seq: one partition, one ordered query, page by page, of which only the
 * lines are kept. Where each line comes from is said by its first tick in the window, which names the one before it; by the book, for
 * what has not moved since; and for what has moved only after the window by a look at the ticks before it.
 */
export async function history(
  book: StoredBook,
  asked: HistoryAsked,
  nowMs: number,
  store: TickStore,
): Promise<{ ok: true; history: History } | { ok: false; fault: WindowFault }> {
  const observedAt: ObservedAt = async (seqs) =>
    new Map((await store.ticksAt(book.marketId, seqs)).map((tick) => [tick.seq, tick.observedAtMs]))
  const seekIn = (atMs: number) => (atMs > book.changedAtMs ? Promise.resolve(book.seq + 1) : seek(atMs, book.seq, observedAt))

  const toMs = Math.min(asked.toMs, nowMs)
  const toSeq = asked.toMs >= nowMs ? book.seq : (await seekIn(asked.toMs)) - 1
  let fromSeq: number
  let fromMs: number
  if (asked.fromMs === 'first') {
    fromSeq = Math.max(await seekIn(1), toSeq - maxTicks + 1)
    fromMs = Math.min((await observedAt([fromSeq])).get(fromSeq) ?? book.changedAtMs, toMs - 1)
  } else {
    fromMs = asked.fromMs
    fromSeq = await seekIn(fromMs)
  }
  const found = windowOf({ fromMs, toMs, step: asked.step }, Math.max(0, toSeq - fromSeq + 1))
  if (!found.ok) return found
  const { window } = found
  // The window begins where its first step does.
  if (window.fromMs < fromMs) fromSeq = await seekIn(window.fromMs)
  return { ok: true, history: { window, fromSeq, toSeq, lines: () => readLines(book, asked, window, fromSeq, toSeq, store) } }
}

async function readLines(
  book: StoredBook,
  { selection, bookmaker, side }: HistoryAsked,
  window: Window,
  fromSeq: number,
  toSeq: number,
  store: TickStore,
): Promise<Line[]> {
  const isWanted = (tick: { selectionId: SelectionId; bookmaker: Bookmaker }) =>
    (selection === undefined || tick.selectionId === selection) && (bookmaker === undefined || tick.bookmaker === bookmaker)
  const lines = new Lines(window, side)
  if (fromSeq <= toSeq) {
    for await (const page of store.tickPages(book.marketId, fromSeq, toSeq)) {
      for (const tick of page) if (isWanted(tick)) lines.add(tick)
    }
  }

  const first = new Map(lines.begun().map((tick) => [quoteKeyOf(tick.selectionId, tick.bookmaker), tick]))
  const sought = new Set<QuoteKey>()
  const named: number[] = []
  for (const { selectionId, bookmaker, quoted, seq } of quotesOf(book)) {
    if (!isWanted({ selectionId, bookmaker })) continue
    const key = quoteKeyOf(selectionId, bookmaker)
    const previousSeq = first.get(key)?.previousSeq
    if (typeof previousSeq === 'number') named.push(previousSeq)
    else if (seq < fromSeq) lines.begin(selectionId, bookmaker, quoted)
    else if (previousSeq === undefined) sought.add(key)
  }
  for (let at = 0; at < named.length; at += namedAtOnce) {
    for (const tick of await store.ticksAt(book.marketId, named.slice(at, at + namedAtOnce)))
      lines.begin(tick.selectionId, tick.bookmaker, tick)
  }
  await lookBack(sought, fromSeq - 1, lines, book.marketId, store)
  return lines.lines()
}

const namedAtOnce = 100

async function lookBack(sought: Set<QuoteKey>, fromSeq: number, lines: Lines, market: MarketId, store: TickStore): Promise<void> {
  if (sought.size === 0 || fromSeq < 1) return
  for await (const page of store.tickPages(market, fromSeq, Math.max(1, fromSeq - maxLookBack + 1))) {
    for (const tick of page) {
      if (sought.delete(quoteKeyOf(tick.selectionId, tick.bookmaker))) lines.begin(tick.selectionId, tick.bookmaker, tick)
    }
    if (sought.size === 0) return
  }
}

function quotesOf(book: StoredBook): { selectionId: SelectionId; bookmaker: Bookmaker; quoted: Quoted; seq: number }[] {
  return book.selections.flatMap(({ id, quotes }) =>
    quotes.map((quote) => ({
      selectionId: id,
      bookmaker: quote.bookmaker,
      quoted: { ...quote, observedAtMs: quote.changedAtMs },
      seq: quote.seq,
    })),
  )
}
