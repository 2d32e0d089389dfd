import { bookmakerOf, type FeedName, marketIdOf, selectionIdOf, topicOf } from '../../../book/ids.ts'
import { type Snapshot, snapshotQuote } from '../../../book/market.ts'
import { idOf, type RawOdds } from './raw.ts'

/**
 * The AWS sample's words end here. A game is the fixture; a market is one type of bet on it (spread, moneyline), since their game has
 * several; its selections are the two sides; whoever pushes is who quotes.
 *
 * One object shows its market whole, so it is complete. It is ordered by its own `date`, not by when it reached us: pushes overtake each
 * other on the way, and only the sender knows which came first. That clock has seconds, and what is of the same second counts as newer.
 */
export function toSnapshot(odds: RawOdds, feed: FeedName, observedAtMs: number): Snapshot {
  const id = idOf(odds)
  const sides = sidesOf(odds)
  const quoted = (side: 'away' | 'home', back: number | null) => {
    const line = odds[side]
    const quote = snapshotQuote(bookmakerOf(feed), { back, point: typeof line === 'number' ? line : null })
    return { id: selectionIdOf(feed, `${id}:${side}`), name: sides[side], image: null, quotes: [quote] }
  }
  return {
    marketId: marketIdOf(feed, id),
    feed,
    topic: topicOf(odds.topic),
    asOfMs: odds.date,
    observedAtMs,
    publishedAtMs: odds.date,
    complete: true,
    priceFormat: 'american',
    market: {
      name: `${odds.summary}: ${odds.type}`,
      url: null,
      image: null,
      // Closed to bets for now: what ends a market is that it settles or is no longer there, and the sample has no word for either.
      status: odds.isOpen ? 'open' : 'suspended',
      fixture: { id: odds.gameId, name: odds.summary, startsAtMs: odds.gameDate },
    },
    selections: [quoted('away', odds.awayOdds), quoted('home', odds.homeOdds)],
  }
}

/** "Visitors @ Hosts", as Americans write a game. */
function sidesOf({ away, home, summary }: RawOdds): { away: string; home: string } {
  const [visitors, hosts, more] = summary.split(/ @ | at /)
  const named = visitors !== undefined && hosts !== undefined && more === undefined
  return {
    away: typeof away === 'string' ? away : named ? visitors : 'Away',
    home: typeof home === 'string' ? home : named ? hosts : 'Home',
  }
}
