import type { MarketId } from '../../book/ids.ts'
import type { Book } from '../../book/market.ts'
import type { MarketDelta, SnapshotRequired } from '../../book/wire.ts'

/**
 * One market missed something; the rest of the board goes on. Its deltas wait here until the answer to our question closes the gap.
 *
 * Deltas and answers say themselves which `seq` they cover, so one rule serves lost, doubled, reordered and delayed messages alike:
 * whatever has come in is sorted and threaded onto the held `seq` as far as it reaches, and a question is asked only for what is
 * still missing. A late answer to an old question is then no different from a duplicate.
 */
export type Gap = {
  /** The missing ticks; or the whole book, when we hold none or its ticks can no longer be had. */
  ask: 'ticks' | 'book'
  why: string
  /** `null` while an answer is awaited. */
  askAgainAtMs: number | null
  failures: number
  /** The server's `seq` is behind ours: it has started over, and its book counts although it is the older one (I4). */
  startedOver: boolean
  /** Where the server was seen to be: no answer from before closes the gap. `null` where only `waiting` tells what is missing. */
  standing: Standing | null
  waiting: readonly MarketDelta[]
}
/** How far the server has got with a market, and since when it has known it. */
export type Standing = { seq: number; openedAtMs: number }
export type Gaps = ReadonlyMap<MarketId, Gap>

export type CatchUpEffect =
  | { do: 'apply'; deltas: readonly MarketDelta[] }
  | { do: 'fetchTicks'; market: MarketId; after: number }
  | { do: 'fetchBook'; market: MarketId }
  | { do: 'holdBook'; book: Book; how: 'ifNewer' | 'always' }
  | { do: 'forget'; markets: readonly MarketId[] }

/** `giveUp`: why a new snapshot of everything is the better way; then the effects are not to be done. */
export type CaughtUp = { gaps: Gaps; effects: readonly CatchUpEffect[]; giveUp: string | undefined }

/** The book as the board holds it at this step. */
export type Held = (market: MarketId) => Book | undefined

/** Past these one snapshot is cheaper than many questions, and the memory of a browser tab stays bounded (I9). */
export const maxGaps = 32
export const maxWaitingTicks = 5_000
const maxNewcomers = 8
const maxFailures = 3
const retryAfterMs = 1_000

export const noGaps: Gaps = new Map()

export function receive(gaps: Gaps, deltas: readonly MarketDelta[], held: Held): CaughtUp {
  const change = new Change(gaps)
  for (const [market, fresh] of byMarket(deltas)) {
    const gap = gaps.get(market)
    const book = held(market)
    const waiting = gap === undefined ? fresh : [...gap.waiting, ...fresh]
    if (book === undefined) {
      if (gap === undefined) change.open(market, 'book', 'a new market', { waiting })
      else change.keep(market, { ...gap, waiting })
      continue
    }
    if (gap === undefined && fresh.some((delta) => isOfAnotherCount(delta, book))) {
      change.open(market, 'book', begunAnew, { waiting })
      continue
    }
    const { ready, rest, seq } = thread(book, waiting)
    change.apply(book, ready)
    if (isClosed(gap, book, rest, seq)) change.close(market)
    else if (gap === undefined) change.open(market, 'ticks', missing(seq, firstOf(rest) - 1), { waiting: rest }, seq)
    else change.keep(market, { ...gap, waiting: rest })
  }
  return change.result()
}

/** News under numbers that are long past: the server has lost its store, and counts this market from 1 again. */
const isOfAnotherCount = ({ to, ticks }: MarketDelta, book: Book) =>
  to <= book.seq && ticks.some(({ observedAtMs }) => observedAtMs > book.changedAtMs)

/**
 * The server's `seq` of each market against ours, with what has come in since we joined. A market that has moved on is asked for its
 * ticks; one that the server does not have any more is forgotten. Where ours is the newer one, see `begin` in `flow.ts`.
 */
export function compare(
  seqs: ReadonlyMap<MarketId, Standing>,
  deltas: readonly MarketDelta[],
  held: Held,
  known: Iterable<MarketId>,
): CaughtUp {
  const change = new Change(noGaps)
  const fresh = byMarket(deltas)
  for (const market of new Set([...seqs.keys(), ...fresh.keys()])) {
    const waiting = fresh.get(market) ?? []
    const standing = seqs.get(market) ?? null
    const theirs = standing?.seq ?? 0
    const book = held(market)
    if (book === undefined) {
      change.open(market, 'book', 'a new market', { waiting, standing })
      continue
    }
    // Its ticks are of another count than ours, wherever that has got to.
    if (standing !== null && standing.openedAtMs !== book.openedAtMs) {
      change.open(market, 'book', begunAnew, { waiting, standing })
      continue
    }
    const { ready, rest, seq } = thread(book, waiting)
    change.apply(book, ready)
    const missingTo = rest.length > 0 ? firstOf(rest) - 1 : theirs
    if (missingTo > seq) change.open(market, 'ticks', missing(seq, missingTo), { waiting: rest, standing }, seq)
    else if (standing !== null && book.seq > theirs) change.open(market, 'ticks', serverBehind, { waiting: rest }, seq)
  }
  change.forget([...known].filter((market) => !seqs.has(market) && !fresh.has(market)))
  return change.result()
}

export const serverBehind = 'the server was behind the board'
const begunAnew = 'the server began this market anew'
const missing = (after: number, to: number) =>
  to === after + 1 ? `tick ${to} is missing` : `ticks ${after + 1} to ${to} are missing`

/** The answer of `GET /api/markets/{id}/ticks`. */
export function takeTicks(gaps: Gaps, answer: MarketDelta, held: Held, nowMs: number): CaughtUp {
  const gap = gaps.get(answer.id)
  const book = held(answer.id)
  if (gap === undefined || book === undefined) return receive(gaps, [answer], held)
  const change = new Change(gaps)
  const { ready, rest, seq } = thread(book, [answer, ...gap.waiting])
  change.apply(book, ready)
  if (isClosed(gap, book, rest, seq)) change.close(answer.id)
  else if (seq > book.seq) change.open(answer.id, 'ticks', gap.why, { ...gap, waiting: rest }, seq)
  else change.retry(answer.id, { ...gap, waiting: rest }, nowMs)
  return change.result()
}

/** The answer of `GET /api/markets/{id}`: to a gap, or for the name and image of a selection that a tick has just opened. */
export function takeBook(gaps: Gaps, book: Book, held: Held, nowMs: number): CaughtUp {
  const gap = gaps.get(book.marketId)
  const ours = held(book.marketId)
  const change = new Change(gaps)
  const anew = ours !== undefined && ours.openedAtMs !== book.openedAtMs
  const how = gap?.startedOver === true || anew ? 'always' : 'ifNewer'
  change.hold(book, how)
  if (gap === undefined) return change.result()
  const base = how === 'always' || ours === undefined || book.seq >= ours.seq ? book : ours
  const { ready, rest, seq } = thread(base, gap.waiting)
  change.apply(base, ready)
  if (isClosed(gap, base, rest, seq)) change.close(book.marketId)
  else if (seq > (ours?.seq ?? -1)) change.open(book.marketId, 'ticks', gap.why, { ...gap, waiting: rest }, seq)
  else change.retry(book.marketId, { ...gap, waiting: rest }, nowMs)
  return change.result()
}

/** The ticks cannot be had (410): this market starts again from its book. */
export function refuseTicks(gaps: Gaps, market: MarketId, reason: SnapshotRequired['reason']): CaughtUp {
  const gap = gaps.get(market)
  const change = new Change(gaps)
  if (gap !== undefined) change.openBook(market, { ...gap, why: refusals[reason], startedOver: reason === 'ahead' })
  return change.result()
}

/** A market whose book cannot be had, however often it is asked for, is not shown: a board without it is true, one that stands still is not. */
export function failAnswer(gaps: Gaps, market: MarketId, why: string, final: boolean, nowMs: number): CaughtUp {
  const gap = gaps.get(market)
  const change = new Change(gaps)
  if (gap === undefined) return change.result()
  if (!final) change.retry(market, { ...gap, why }, nowMs)
  else if (gap.ask === 'ticks') change.openBook(market, { ...gap, why })
  else {
    change.close(market)
    change.forget([market])
  }
  return change.result()
}

/** Asks again where an earlier question failed and its time has come. */
export function askAgain(gaps: Gaps, held: Held, nowMs: number): CaughtUp {
  const change = new Change(gaps)
  for (const [market, gap] of gaps) {
    if (gap.askAgainAtMs === null || gap.askAgainAtMs > nowMs) continue
    change.ask(market, { ...gap, askAgainAtMs: null }, held(market)?.seq)
  }
  return change.result()
}

const refusals: Record<SnapshotRequired['reason'], string> = {
  expired: 'its missed ticks have expired',
  ahead: 'the server has started over',
  too_far_behind: 'it missed too many ticks',
}

/** Gathers one step's new gaps and effects. */
class Change {
  readonly #gaps: Map<MarketId, Gap>
  readonly #ready: MarketDelta[] = []
  readonly #effects: CatchUpEffect[] = []
  readonly #newcomers = new Set<MarketId>()
  #giveUp: string | undefined

  constructor(gaps: Gaps) {
    this.#gaps = new Map(gaps)
  }

  open(
    market: MarketId,
    ask: Gap['ask'],
    why: string,
    { waiting, standing = null }: Pick<Gap, 'waiting'> & Partial<Gap>,
    after?: number,
  ) {
    this.ask(market, { ask, why, askAgainAtMs: null, failures: 0, startedOver: false, standing, waiting }, after)
  }

  openBook(market: MarketId, gap: Gap) {
    this.ask(market, { ...gap, ask: 'book', failures: 0, askAgainAtMs: null }, undefined)
  }

  ask(market: MarketId, gap: Gap, after: number | undefined) {
    this.keep(market, gap)
    this.#effects.push(
      gap.ask === 'ticks' && after !== undefined ? { do: 'fetchTicks', market, after } : { do: 'fetchBook', market },
    )
  }

  retry(market: MarketId, gap: Gap, nowMs: number) {
    const failures = gap.failures + 1
    if (failures <= maxFailures) this.keep(market, { ...gap, failures, askAgainAtMs: nowMs + retryAfterMs * 2 ** gap.failures })
    else if (gap.ask === 'ticks') this.openBook(market, gap)
    else this.#giveUp = `a market could not be caught up: ${gap.why}`
  }

  keep(market: MarketId, gap: Gap) {
    this.#gaps.set(market, gap)
  }

  close(market: MarketId) {
    this.#gaps.delete(market)
  }

  forget(markets: readonly MarketId[]) {
    if (markets.length > 0) this.#effects.push({ do: 'forget', markets })
  }

  hold(book: Book, how: 'ifNewer' | 'always') {
    this.#effects.push({ do: 'holdBook', book, how })
  }

  apply(book: Book, deltas: readonly MarketDelta[]) {
    this.#ready.push(...deltas)
    const fresh = deltas.flatMap(({ ticks }) => ticks.filter(({ seq }) => seq > book.seq))
    const unnamed = fresh.some(
      ({ kind, selectionId, startsAtMs }) =>
        (kind === 'opened' && !book.selections.some(({ id }) => id === selectionId)) ||
        (startsAtMs !== null && book.fixture === null),
    )
    if (unnamed) this.#newcomers.add(book.marketId)
  }

  result(): CaughtUp {
    const applied: CatchUpEffect[] = this.#ready.length === 0 ? [] : [{ do: 'apply', deltas: this.#ready }]
    const kept = (effect: CatchUpEffect) => effect.do === 'holdBook' || effect.do === 'forget'
    const held = this.#effects.filter(kept)
    const asked = this.#effects.filter((effect) => !kept(effect))
    const named = [...this.#newcomers].filter((market) => this.#gaps.get(market)?.ask !== 'book')
    const described = named.map((market) => ({ do: 'fetchBook' as const, market }))
    return { gaps: this.#gaps, effects: [...held, ...applied, ...asked, ...described], giveUp: this.#giveUp ?? this.#tooMuch() }
  }

  #tooMuch(): string | undefined {
    if (this.#gaps.size > maxGaps) return `${this.#gaps.size} markets missed ticks`
    if (this.#newcomers.size > maxNewcomers) return `${this.#newcomers.size} markets have new selections`
    let ticks = 0
    for (const gap of this.#gaps.values()) for (const delta of gap.waiting) ticks += delta.ticks.length
    return ticks > maxWaitingTicks ? 'too many ticks are waiting' : undefined
  }
}

/** Nothing is missing any more. `book` is the one that what is ready has been threaded onto, up to `seq`. */
function isClosed(gap: Gap | undefined, book: Book, rest: readonly MarketDelta[], seq: number): boolean {
  if (rest.length > 0) return false
  const standing = gap?.standing ?? null
  if (standing === null || book.openedAtMs > standing.openedAtMs) return true
  return book.openedAtMs === standing.openedAtMs && seq >= standing.seq
}

/** Clocks of collectors differ, by less than this; a market that comes back after its book is gone was away for longer. */
const countsApartMs = 60_000

/**
 * What follows on the book without a hole, in order; what it already covers is dropped, what lies beyond a hole is the rest. Ticks from
 * before the book was opened are of an earlier count, and late: their numbers mean nothing here.
 */
function thread(book: Book, deltas: readonly MarketDelta[]): { ready: MarketDelta[]; rest: MarketDelta[]; seq: number } {
  const ready: MarketDelta[] = []
  const rest: MarketDelta[] = []
  const soonestMs = book.openedAtMs - countsApartMs
  let reached = book.seq
  for (const delta of deltas.toSorted((a, b) => a.from - b.from)) {
    if (delta.to <= reached || delta.ticks.every(({ observedAtMs }) => observedAtMs < soonestMs)) continue
    if (delta.from > reached + 1) {
      rest.push(delta)
      continue
    }
    ready.push(delta)
    reached = delta.to
  }
  return { ready, rest, seq: reached }
}

const firstOf = (deltas: readonly MarketDelta[]) => deltas[0]?.from ?? 0

function byMarket(deltas: readonly MarketDelta[]): Map<MarketId, MarketDelta[]> {
  const grouped = new Map<MarketId, MarketDelta[]>()
  for (const delta of deltas) {
    const group = grouped.get(delta.id)
    if (group === undefined) grouped.set(delta.id, [delta])
    else group.push(delta)
  }
  return grouped
}
