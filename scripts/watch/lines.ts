import { type FeedHealth, feedState } from '../../functions/book/feed-health.ts'
import type { MarketId } from '../../functions/book/ids.ts'
import { type Tick, tickKinds } from '../../functions/book/tick.ts'
import type { BoardMessage } from '../../functions/book/wire.ts'

/** A message as lines of text: one a tick, an alert, a feed. */
export function* linesOf(message: BoardMessage): Generator<string> {
  switch (message.kind) {
    case 'delta':
      for (const market of message.markets) for (const tick of market.ticks) yield tickLine(market.id, tick)
      return
    case 'alert':
      for (const alert of message.alerts) yield `${time(message.sentAtMs)}  ${alert.kind}: ${alert.marketName}: ${alert.headline}`
      return
    case 'feeds':
      for (const health of message.feeds) yield feedLine(health, message.sentAtMs)
  }
}

const kindWidth = Math.max(...tickKinds.map((kind) => kind.length))

function tickLine(market: MarketId, tick: Tick): string {
  const prices = [price('last', tick.last), price('back', tick.back), price('lay', tick.lay)].join(' ')
  const selection = tick.point === null ? tick.selectionName : `${tick.selectionName} ${tick.point}`
  const news = newsOf(tick)
  const kind = tick.kind.padEnd(kindWidth)
  return `${time(tick.storedAtMs)}  ${market} #${tick.seq}  ${kind} ${prices} ${selection} (${tick.bookmaker})${news === undefined ? '' : `: ${news}`}`
}

/** What the kind alone does not tell. */
function newsOf({ kind, outcome, startsAtMs, inPlay }: Tick): string | undefined {
  if (outcome !== null) return outcome
  if (kind === 'rescheduled') return startsAtMs === null ? 'no start is known' : `starts ${new Date(startsAtMs).toISOString()}`
  if (kind === 'in-play') return inPlay === true ? 'play began' : 'no longer in play'
  return undefined
}

function feedLine(health: FeedHealth, nowMs: number): string {
  const left = health.quota === null ? '' : `, ${health.quota.remaining} calls left`
  const trouble = health.failure === null ? '' : `: ${health.failure.reason}`
  return `${time(nowMs)}  ${health.feed} is ${feedState(health, nowMs)}, ${health.markets} markets${left}${trouble}`
}

function price(word: string, value: number | null): string {
  return `${word} ${value === null ? '–' : String(value)}`.padEnd(11)
}

const time = (ms: number) => new Date(ms).toISOString().slice(11, 23)
