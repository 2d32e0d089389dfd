import fc from 'fast-check'

import { bookmakerOf, feedName, marketIdOf, selectionIdOf, topicOf } from '../../functions/book/ids.ts'
import { type Snapshot, snapshotQuote, type SnapshotQuote } from '../../functions/book/market.ts'
import type { SnapshotMessage } from '../../functions/book/wire.ts'

export const feed = feedName('testfeed')
export const politics = topicOf('politics')

/** Few values, few keys: collisions, returns and repeats come up all the time. */
const price = fc.constantFrom(null, 0.1, 0.25, 0.5, 0.75)
const quote: fc.Arbitrary<Omit<SnapshotQuote, 'bookmaker'>> = fc.record({
  last: price,
  back: price,
  lay: price,
  point: fc.constantFrom(null, null, -1.5, 2),
  status: fc.constantFrom('open', 'open', 'open', 'suspended', 'settled'),
  outcome: fc.constantFrom(null, null, 'won', 'lost'),
  publishedAtMs: fc.constant(null),
})
const bookmakers = ['alpha', 'beta'].map(bookmakerOf)
const selection = (id: string) =>
  fc.record({
    id: fc.constant(selectionIdOf(feed, id)),
    name: fc.constantFrom(`Selection ${id}`, `Selection ${id}, renamed`),
    image: fc.constant(null),
    quotes: fc
      .subarray(bookmakers, { minLength: 1 })
      .chain((names) => fc.tuple(...names.map((bookmaker) => quote.map((values): SnapshotQuote => ({ ...values, bookmaker }))))),
  })

/** What a feed might say of one market over time: snapshots complete and partial, and now and then that it is gone. */
export function messages(market: string, { maxLength = 12 } = {}): fc.Arbitrary<SnapshotMessage[]> {
  const snapshot = fc
    .subarray(['a', 'b', 'c'])
    .chain((ids) => fc.tuple(...ids.map(selection)))
    .chain((selections) =>
      fc.record({
        complete: fc.boolean(),
        status: fc.constantFrom('open' as const, 'open' as const, 'suspended' as const, 'settled' as const),
        startsAtMs: fc.constantFrom(null, 5_000, 5_000, 6_000),
        inPlay: fc.constantFrom(null, false, true),
        selections: fc.constant(selections),
      }),
    )
  const said = fc.oneof({ weight: 8, arbitrary: snapshot }, { weight: 1, arbitrary: fc.constant('gone' as const) })
  return fc.array(fc.tuple(said, fc.nat({ max: 2 })), { maxLength }).map((all) => {
    let asOfMs = 1_000
    return all.map(([content, laterMs]) => {
      asOfMs += laterMs
      return content === 'gone' ? gone(market, asOfMs) : snapshotOf(market, asOfMs, content)
    })
  })
}

export function gone(market: string, asOfMs: number): SnapshotMessage {
  return {
    v: 1,
    kind: 'gone',
    feed,
    topic: politics,
    marketId: marketIdOf(feed, market),
    asOfMs,
    observedAtMs: asOfMs,
    publishedAtMs: null,
  }
}

export function snapshotOf(
  market: string,
  asOfMs: number,
  content: {
    complete?: boolean
    status?: Snapshot['market']['status']
    startsAtMs?: number | null
    inPlay?: boolean | null
    selections: Snapshot['selections']
  },
): SnapshotMessage {
  const { startsAtMs, inPlay = null } = content
  const fixture = startsAtMs === undefined ? null : { id: `${feed}:fixture`, name: 'A at B', startsAtMs }
  return {
    v: 1,
    kind: 'market',
    feed,
    topic: politics,
    marketId: marketIdOf(feed, market),
    asOfMs,
    observedAtMs: asOfMs,
    publishedAtMs: null,
    unchangedUntilMs: null,
    complete: content.complete ?? true,
    priceFormat: 'probability',
    market: { name: `Market ${market}`, url: null, image: null, status: content.status ?? 'open', fixture, inPlay },
    selections: content.selections,
  }
}

/** One selection quoted by one bookmaker: the common case, short to write. */
export function quoted(id: string, values: Partial<SnapshotQuote>): Snapshot['selections'][number] {
  const quotes = [snapshotQuote(values.bookmaker ?? bookmakerOf('alpha'), values)]
  return { id: selectionIdOf(feed, id), name: `Selection ${id}`, image: null, quotes }
}
