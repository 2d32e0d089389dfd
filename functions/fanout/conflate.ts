import type { ReadTick } from '../book/documents.ts'
import { type MarketId, type QuoteKey, quoteKeyOf, type Topic } from '../book/ids.ts'
import type { Tick } from '../book/tick.ts'
import type { MarketDelta } from '../book/wire.ts'

/**
 * One page of the change feed, as what each market's browsers must be told: the newest tick of each selection and bookmaker, and the
 * range of `seq` that stands for. The page may come in any order, and twice.
 *
 * A range never covers a tick that the page lacks. Where there is a hole, the market gets two entries, and the browser sees the gap between
 * them and asks for what is missing (I4), instead of being told that it has everything.
 */
export function conflate(page: readonly ReadTick[]): Map<Topic, MarketDelta[]> {
  const markets = new Map<MarketId, { topic: Topic; ticks: Tick[] }>()
  for (const { marketId, topic, tick } of page) {
    const market = markets.get(marketId)
    if (market === undefined) markets.set(marketId, { topic, ticks: [tick] })
    else market.ticks.push(tick)
  }
  const topics = new Map<Topic, MarketDelta[]>()
  for (const [id, { topic, ticks }] of markets) {
    const deltas = topics.get(topic) ?? []
    topics.set(topic, deltas)
    ticks.sort((a, b) => a.seq - b.seq)
    for (const run of runs(ticks)) deltas.push(deltaOf(id, run))
  }
  return topics
}

type Run = { first: Tick; last: Tick; newest: Map<QuoteKey, Tick> }

function runs(ordered: readonly Tick[]): Run[] {
  const found: Run[] = []
  let run: Run | undefined
  for (const tick of ordered) {
    if (run === undefined || tick.seq > run.last.seq + 1) {
      run = { first: tick, last: tick, newest: new Map() }
      found.push(run)
    }
    const key = quoteKeyOf(tick.selectionId, tick.bookmaker)
    // Taken out first, so that the ticks of a delta stay in `seq` order.
    run.newest.delete(key)
    run.newest.set(key, tick)
    run.last = tick
  }
  return found
}

function deltaOf(id: MarketId, { first, last, newest }: Run): MarketDelta {
  return { id, from: first.seq, to: last.seq, status: last.marketStatus, ticks: [...newest.values()] }
}
