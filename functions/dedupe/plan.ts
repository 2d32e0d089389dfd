import type { HubPosition, StoredBook } from '../book/documents.ts'
import type { Tick } from '../book/tick.ts'
import type { SnapshotMessage } from '../book/wire.ts'
import { bookAfter, judge, type Verdict } from './judge.ts'

/** One message of a market, and where on the hub it stood. */
export type Arrived = { message: SnapshotMessage; at: HubPosition | undefined }

/** One atomic write: these ticks, and the book exactly as they leave it. */
export type Write = { book: StoredBook; ticks: readonly Tick[] }

export type Plan = { writes: readonly Write[]; book: StoredBook | undefined; verdicts: readonly Verdict[] }

/** Cosmos takes at most 100 operations in a transactional batch; the book is one of them. */
export const maxTicksPerWrite = 99

/**
 * All messages of one market in a batch, judged one after the other as if each had been stored before the next, and then written
 * together: a backlog of fifty messages costs one write, not fifty.
 *
 * What is too large for one write is cut in `seq` order. A cut inside a message leaves the book at the hub position *before* it, so that
 * the message, should it come again after a crash between the writes, is judged afresh and brings exactly the ticks that are missing.
 */
export function plan(arrived: readonly Arrived[], stored: StoredBook | undefined, storedAtMs: number): Plan {
  const writes: Write[] = []
  const verdicts: Verdict[] = []
  let book = stored
  let open: Write | undefined
  for (const { message, at } of arrived) {
    const verdict = judge(message, at, book, storedAtMs)
    verdicts.push(verdict)
    if (verdict.kind === 'stale') continue
    if (verdict.kind === 'duplicate') {
      // Kept in memory alone: a duplicate causes no write (I2), yet what is older than it must count as stale.
      if (book !== undefined && message.asOfMs > book.asOfMs) book = { ...book, asOfMs: message.asOfMs }
      continue
    }
    let ticks = verdict.ticks
    for (let room = spaceIn(open); ticks.length > room; room = spaceIn(open)) {
      const now = ticks.slice(0, room)
      ticks = ticks.slice(room)
      if (now.length > 0) {
        const partly = bookAfter(book, message, now)
        book = { ...partly, asOfMs: message.asOfMs, hub: book?.hub ?? null }
        open = { book, ticks: [...(open?.ticks ?? []), ...now] }
      }
      if (open !== undefined) writes.push(open)
      open = undefined
    }
    book = verdict.book
    open = { book, ticks: [...(open?.ticks ?? []), ...ticks] }
  }
  if (open !== undefined) writes.push(open)
  return { writes, book, verdicts }
}

const spaceIn = (open: Write | undefined) => maxTicksPerWrite - (open?.ticks.length ?? 0)
