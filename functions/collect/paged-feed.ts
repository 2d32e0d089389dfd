import type { Drift } from '../book/feed-health.ts'
import type { FeedName, MarketId } from '../book/ids.ts'
import type { Snapshot } from '../book/market.ts'
import type { Parsed } from '../book/wire.ts'
import type { Rejected } from './dead-letter.ts'
import { everything, type Feed, type Poll } from './feed.ts'
import { getJson, type GetLimits, usualLimits } from './http-get.ts'

/**
 * A venue that lists its markets page by page, and where a market can be asked for by its id.
 *
 * Such a listing proves nothing by what it lacks. It is cut off after some pages; it is sorted by what moves, so that a market changes its
 * page between two requests; and it lists what is open, so that a market leaves it at the very moment when its winner is known. Therefore
 * every market that was open and is not listed is asked for by its id. The answer is its settlement, or its price if it is merely no
 * longer among the first; and only one that the venue does not know any more is gone (I10).
 *
 * What was open the store knows, so this holds for a worker that has just begun. There may be more such markets than one poll may ask for:
 * then others have their turn in the next, and those left out are not judged.
 */
export type Venue<P extends Page = Page> = {
  feed: FeedName
  first: URL
  read(json: unknown, observedAtMs: number): Parsed<P>
  /** Where the page after `page` is, which came from `asked`; null at the end. */
  next(page: P, asked: URL): URL | null
  /** Ways to ask for markets, one after the other, each for those that the ways before it did not know. */
  lookUps: readonly ((ids: readonly string[]) => URL)[]
  drift(pages: readonly P[]): Drift
}
export type Page = { snapshots: readonly Snapshot[]; rejected: readonly Rejected[] }

/** `deadlineMs` is for all requests of a poll together. */
export type PagedLimits = { pages: number; lookUps: number; deadlineMs: number; request: GetLimits }
export const usualPagedLimits = { lookUps: 20, deadlineMs: 25_000, request: usualLimits }

/** An address has room for so many ids: servers refuse one of 8 KB. */
const idsPerLookUp = 100

export function pagedFeed<P extends Page>(venue: Venue<P>, everyMs: number, limits: PagedLimits): Feed {
  let turn = 0
  return {
    name: venue.feed,
    everyMs,
    async poll({ observedAtMs, signal, open = [] }) {
      const ask = asker(venue, observedAtMs, signal, limits)
      const found = findings<P>()
      const listing = await walk(venue, ask, found, limits.pages)
      if (listing.trouble !== null && found.pages.length === 0) return { kind: 'failed', ...listing.trouble }
      const missing = open.map(({ marketId }) => marketId).filter((marketId) => !found.has(marketId))
      if (listing.trouble !== null) return outcome(venue, found, { reason: listing.trouble.reason, unsure: everything }, missing)
      const inTurn = [...missing.slice(turn % missing.length), ...missing.slice(0, turn % missing.length)]
      const { reason, unsure } = await lookUp(venue, ask, found, inTurn, limits.lookUps)
      // Those that could not be asked for go to the end of the queue: one of them may be the reason.
      const failed = reason === null ? 0 : idsPerLookUp
      turn = unsure.length === 0 ? 0 : turn + missing.length - unsure.length + failed
      return outcome(venue, found, { reason, unsure }, missing)
    },
  }
}

type Answer<P> = { ok: true; page: P } | { ok: false; reason: string; retryAfterMs: number | null }
type Ask<P> = (url: URL) => Promise<Answer<P>>

function asker<P extends Page>(venue: Venue<P>, observedAtMs: number, signal: AbortSignal, limits: PagedLimits): Ask<P> {
  const deadline = AbortSignal.timeout(limits.deadlineMs)
  const either = AbortSignal.any([signal, deadline])
  return async (url) => {
    const answer = await getJson(url.href, null, either, limits.request)
    if (answer.kind === 'body') {
      const page = venue.read(answer.json, observedAtMs)
      return page.ok ? { ok: true, page: page.value } : { ok: false, reason: page.reason, retryAfterMs: null }
    }
    if (answer.kind === 'unchanged') return { ok: false, reason: 'answered "not modified" unasked', retryAfterMs: null }
    const { reason, retryAfterMs } = answer
    const late = deadline.aborted && !signal.aborted
    return { ok: false, reason: late ? `all pages together took over ${limits.deadlineMs / 1000} s` : reason, retryAfterMs }
  }
}

type Findings<P> = {
  pages: P[]
  snapshots: Map<MarketId, Snapshot>
  rejected: Rejected[]
  has(marketId: MarketId): boolean
  /** How many markets of the page were not there before. One that is there twice has changed its page meanwhile: its later state counts. */
  add(page: P): number
}

function findings<P extends Page>(): Findings<P> {
  const unreadable = new Set<MarketId>()
  const self: Findings<P> = {
    pages: [],
    snapshots: new Map(),
    rejected: [],
    has: (marketId) => self.snapshots.has(marketId) || unreadable.has(marketId),
    add(page) {
      const before = self.snapshots.size + self.rejected.length
      self.pages.push(page)
      for (const snapshot of page.snapshots) self.snapshots.set(snapshot.marketId, snapshot)
      for (const rejected of page.rejected) {
        self.rejected.push(rejected)
        if (rejected.marketId !== null) unreadable.add(rejected.marketId)
      }
      return self.snapshots.size + self.rejected.length - before
    },
  }
  return self
}

type Trouble = { reason: string; retryAfterMs: number | null }

async function walk<P extends Page>(
  venue: Venue<P>,
  ask: Ask<P>,
  found: Findings<P>,
  maxPages: number,
): Promise<{ trouble: Trouble | null }> {
  const seen = new Set<string>()
  let url: URL | null = venue.first
  while (url !== null && found.pages.length < maxPages) {
    if (seen.has(url.href))
      return { trouble: { reason: 'the page after the last is one that was read before', retryAfterMs: null } }
    seen.add(url.href)
    const answer: Answer<P> = await ask(url)
    if (!answer.ok) {
      const { reason, retryAfterMs } = answer
      return {
        trouble: { reason: found.pages.length === 0 ? reason : `page ${found.pages.length + 1}: ${reason}`, retryAfterMs },
      }
    }
    if (found.add(answer.page) === 0) break
    url = venue.next(answer.page, url)
  }
  return { trouble: null }
}

/** `unsure`: those of `missing` of which there is no answer, for whichever reason; a `reason` only where one was asked for in vain. */
async function lookUp<P extends Page>(
  venue: Venue<P>,
  ask: Ask<P>,
  found: Findings<P>,
  missing: readonly MarketId[],
  maxRequests: number,
): Promise<{ reason: string | null; unsure: readonly MarketId[] }> {
  let requests = 0
  for (let from = 0; from < missing.length; from += idsPerLookUp) {
    let wanted = missing.slice(from, from + idsPerLookUp)
    const unsure = () => [...wanted, ...missing.slice(from + idsPerLookUp)]
    for (const urlOf of venue.lookUps) {
      if (wanted.length === 0) break
      if (requests++ >= maxRequests) return { reason: null, unsure: unsure() }
      const answer = await ask(urlOf(wanted.map((marketId) => marketId.slice(venue.feed.length + 1))))
      if (!answer.ok) return { reason: `markets no longer listed: ${answer.reason}`, unsure: unsure() }
      const asked = new Set<MarketId | null>(wanted)
      // Whoever does not know the parameter sends his usual listing, which would be no word on the markets that were asked for.
      if ([...answer.page.snapshots, ...answer.page.rejected].some(({ marketId }) => !asked.has(marketId)))
        return { reason: 'markets no longer listed were asked for by id, and others came', unsure: unsure() }
      found.add(answer.page)
      wanted = wanted.filter((marketId) => !found.has(marketId))
    }
  }
  return { reason: null, unsure: [] }
}

function outcome<P extends Page>(
  venue: Venue<P>,
  { pages, snapshots, rejected }: Findings<P>,
  { reason, unsure }: { reason: string | null; unsure: readonly string[] },
  missing: readonly MarketId[],
): Poll {
  const listed = { snapshots: [...snapshots.values()], rejected, drift: venue.drift(pages) }
  if (reason !== null) return { kind: 'partial', ...listed, reason, unsure }
  if (snapshots.size === 0 && rejected.length > 0) {
    const none = `none of ${rejected.length} markets could be read: ${rejected[0]?.reason}`
    return { kind: 'partial', ...listed, reason: none, unsure: everything }
  }
  if (snapshots.size === 0 && missing.length > 0) {
    const none = `listed no market at all, and knew none of the ${missing.length} that were open, which is taken for a fault`
    return { kind: 'failed', reason: none, retryAfterMs: null }
  }
  return { kind: 'complete', ...listed, validators: null, ...(unsure.length === 0 ? {} : { unsure }) }
}
