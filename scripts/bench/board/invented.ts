import { bookmakerOf, feedName, marketIdOf, selectionIdOf, topicOf } from '../../../functions/book/ids.ts'
import { type Snapshot, snapshotQuote } from '../../../functions/book/market.ts'
import { between, keyOf, pick, subKey, unit } from '../../../functions/collect/simulated/noise.ts'
import type { Tape } from './tape.ts'

const feed = feedName('bench')
const topic = topicOf('politics')
const bookmaker = bookmakerOf('bench')
const key = keyOf('the board of the bench')
const rowCounts = [1, 2, 2, 2, 3, 4, 6, 8, 12, 20] as const

/** Markets of 1 to 20 selections each, and moves of one to three of them, anywhere. */
export function inventedTape(selections: number): Tape {
  const markets: number[][] = []
  for (let left = selections; left > 0; left -= markets.at(-1)?.length ?? left) {
    const rows = Math.min(left, pick([...rowCounts], subKey(key, markets.length)))
    markets.push(Array.from({ length: rows }, (_, row) => Math.floor(between(subKey(key, markets.length), 100 + row, 2, 99))))
  }
  let move = 0
  return {
    name: 'invented',
    opening: markets.map((cents, number) => snapshotOf(number, cents)),
    next() {
      const chance = subKey(key, 1_000_000 + move++)
      const number = Math.floor(unit(chance) * markets.length)
      const cents = markets[number] ?? []
      const from = Math.floor(unit(chance, 1) * cents.length)
      const ticks = Math.min(cents.length - from, 1 + Math.floor(unit(chance, 2) * 3))
      for (let row = from; row < from + ticks; row++) cents[row] = stepped(cents[row] ?? 50, unit(chance, 3 + row))
      return { snapshot: snapshotOf(number, cents), ticks }
    },
  }
}

const stepped = (cents: number, chance: number) => (cents <= 2 || (cents < 98 && chance < 0.5) ? cents + 1 : cents - 1)

function snapshotOf(number: number, cents: readonly number[]): Snapshot {
  return {
    marketId: marketIdOf(feed, String(number)),
    feed,
    topic,
    asOfMs: 0,
    observedAtMs: 0,
    publishedAtMs: null,
    complete: true,
    priceFormat: 'probability',
    market: {
      name: `Will question number ${number} be answered before the year is out?`,
      url: null,
      image: null,
      status: 'open',
      fixture: null,
    },
    selections: cents.map((cent, row) => ({
      id: selectionIdOf(feed, `${number}-${row}`),
      name: `Answer number ${row}`,
      image: null,
      quotes: [snapshotQuote(bookmaker, { last: cent / 100, back: (cent + 1) / 100, lay: (cent - 1) / 100 })],
    })),
  }
}
