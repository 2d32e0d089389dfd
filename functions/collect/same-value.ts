import type { Snapshot, SnapshotQuote, SnapshotSelection } from '../book/market.ts'

/**
 * Whether dedupe would find nothing new in `after`: what `valueHash` tells too, of snapshots that are both at hand. A feed that keeps a
 * market's selections uses those again which did not change, and then a look at each is enough.
 */
export function sameValue(before: Snapshot, after: Snapshot): boolean {
  return (
    before.market.status === after.market.status &&
    (before.market.inPlay ?? false) === (after.market.inPlay ?? false) &&
    (before.market.fixture?.startsAtMs ?? null) === (after.market.fixture?.startsAtMs ?? null) &&
    before.priceFormat === after.priceFormat &&
    before.selections.length === after.selections.length &&
    before.selections.every((selection, i) => sameSelection(selection, after.selections[i]))
  )
}

function sameSelection(before: SnapshotSelection, after: SnapshotSelection | undefined): boolean {
  if (before === after) return true
  return (
    before.id === after?.id &&
    before.quotes.length === after.quotes.length &&
    before.quotes.every((quote, i) => sameQuote(quote, after.quotes[i]))
  )
}

function sameQuote(before: SnapshotQuote, after: SnapshotQuote | undefined): boolean {
  return (
    before.bookmaker === after?.bookmaker &&
    before.last === after.last &&
    before.back === after.back &&
    before.lay === after.lay &&
    before.point === after.point &&
    before.status === after.status &&
    before.outcome === after.outcome
  )
}
