import type { HubPosition, StoredBook } from '../book/documents.ts'
import { applyTicks } from '../book/market.ts'
import type { Tick } from '../book/tick.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import { diff } from './diff.ts'

export type Verdict =
  | { kind: 'fresh'; ticks: readonly Tick[]; book: StoredBook }
  | { kind: 'duplicate'; because: 'same-value' | 'redelivered' }
  | { kind: 'stale'; behindByMs: number }

/**
 * What one message means for the book as it is stored. Pure: the only rule book of the dedupe stage.
 *
 * Two clocks decide. The hub's sequence number says whether this very message was applied before, even where several messages carry
 * the same `asOfMs`; it counts only together with `asOfMs`, because a hub that was made anew starts its numbers again and nothing may
 * then be taken for old. `asOfMs` says whether a newer view of the market is stored already. `at` is undefined where the host cannot say.
 */
export function judge(
  seen: SnapshotMessage,
  at: HubPosition | undefined,
  book: StoredBook | undefined,
  storedAtMs: number,
): Verdict {
  if (book !== undefined) {
    const applied = at !== undefined && book.hub?.partition === at.partition && at.sequence <= book.hub.sequence
    if (applied && seen.asOfMs <= book.asOfMs) return { kind: 'duplicate', because: 'redelivered' }
    if (seen.asOfMs < book.asOfMs) return { kind: 'stale', behindByMs: book.asOfMs - seen.asOfMs }
  }
  const from = (book?.seq ?? 0) + 1
  const ticks = diff(book, seen).map((change, i): Tick => ({ seq: from + i, ...change, storedAtMs }))
  if (ticks.length === 0) return { kind: 'duplicate', because: 'same-value' }
  return { kind: 'fresh', ticks, book: { ...bookAfter(book, seen, ticks), asOfMs: seen.asOfMs, hub: at ?? null } }
}

/** The book with `ticks` applied and described as the message describes it. `ticks` may be the first few of what the message brings. */
export function bookAfter(book: StoredBook | undefined, seen: SnapshotMessage, ticks: readonly Tick[]): StoredBook {
  if (seen.kind === 'gone') {
    if (book === undefined) throw new Error(`${seen.marketId} is gone and was never here: there is nothing to tick`)
    return applyTicks(book, ticks)
  }
  const { name, url, image, fixture, status, inPlay = null } = seen.market
  const said = { name, url, image, fixture, priceFormat: seen.priceFormat }
  const base: StoredBook = book ?? {
    marketId: seen.marketId,
    feed: seen.feed,
    topic: seen.topic,
    status,
    inPlay,
    ...said,
    seq: 0,
    openedAtMs: seen.observedAtMs,
    changedAtMs: seen.observedAtMs,
    selections: [],
    asOfMs: seen.asOfMs,
    hub: null,
  }
  const after = applyTicks({ ...base, ...said }, ticks)
  const place = new Map(seen.selections.map((selection, i) => [selection.id, i]))
  const selections = after.selections.map((selection) => {
    const now = seen.selections[place.get(selection.id) ?? -1]
    return now === undefined ? selection : { ...selection, name: now.name, image: now.image }
  })
  const last = seen.selections.length
  selections.sort((a, b) => (place.get(a.id) ?? last) - (place.get(b.id) ?? last))
  return { ...after, selections }
}
