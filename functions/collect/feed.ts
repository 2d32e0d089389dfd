import type { Drift, FeedHealth, Quota } from '../book/feed-health.ts'
import type { FeedName } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Rejected } from './dead-letter.ts'
import type { OpenMarket } from './open-markets.ts'

/** Where odds are read from, on a schedule. A poll never throws for what a feed may do to us; that is an answer too. */
export type Feed = { name: FeedName; everyMs: number; poll(at: PollAt): Promise<Poll> }

/**
 * `observedAtMs`: when we ask, by our clock; what comes back is at least that fresh, and every snapshot of the poll carries it.
 * `validators`: what the last usable answer gave for asking again; null asks for a body whatever it is. `open`: the markets that were open
 * before this poll, as far as anybody knows; a feed may ask what became of those that it no longer lists.
 */
export type PollAt = { observedAtMs: number; validators: Validators | null; signal: AbortSignal; open?: readonly OpenMarket[] }

/** HTTP's own: sent back as If-None-Match and If-Modified-Since, word for word. */
export type Validators = { etag: string | null; lastModified: string | null }

/**
 * complete: everything that the feed has is here, so what is missing is gone. partial: something may be missing, and `reason` says why;
 * `unsure` are the beginnings of the ids of which nothing can be said (`odds-api:baseball_mlb:` when that one sport did not answer), and
 * what begins otherwise was listed whole. `everything` when no part was. A complete poll has `unsure` where the feed is asked for less than
 * all it has (the largest thousand, say): all is well, yet what is missing need not be gone. unchanged: the body is the one whose validators we sent. failed:
 * no answer to rely on; `retryAfterMs` is the feed's wish.
 */
export type Poll =
  | ({
      kind: 'complete'
      snapshots: Snapshot[]
      rejected: Rejected[]
      validators: Validators | null
      unsure?: readonly string[]
    } & Remarks)
  | ({ kind: 'partial'; snapshots: Snapshot[]; rejected: Rejected[]; reason: string; unsure: readonly string[] } & Remarks)
  | { kind: 'unchanged' }
  | ({ kind: 'failed'; reason: string; retryAfterMs: number | null } & Pick<Remarks, 'quota'>)

/** What a poll tells beside prices; a feed leaves out what it has no word of. */
export type Remarks = { quota?: Quota; drift?: Drift }

/** Every id begins like this. */
export const everything: readonly string[] = ['']

/** What is kept of a feed between polls, whichever worker makes them. `digest` is that of the last complete poll. */
export type FeedRecord = { health: FeedHealth; openMarkets: readonly OpenMarket[]; digest: string }
