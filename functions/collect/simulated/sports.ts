import { type Bookmaker, bookmakerOf, type FeedName, marketIdOf, selectionIdOf, topicOf } from '../../book/ids.ts'
import { type Snapshot, type SnapshotQuote, snapshotQuote } from '../../book/market.ts'
import { type Game, gamesAt, lean } from './calendar.ts'
import { between, keyOf, lastStep, shares, subKey, type Wave, waves } from './noise.ts'

/** Games with two or three bookmakers, each with its own margin, its own pace and its own small opinion. */
export function sportsMarkets(feed: FeedName, seed: string, atMs: number): Snapshot[] {
  return gamesAt(seed, atMs).flatMap((game) => {
    const result = market(feed, game, atMs, {
      id: game.id,
      suffix: '',
      selections: resultSelections(game),
      chances: resultChances,
    })
    if (game.sport !== 'basketball') return [result]
    const total = { id: `${game.id}-total`, suffix: ': total points', selections: ['Over', 'Under'], chances: totalChances }
    return [result, market(feed, game, atMs, total)]
  })
}

const sports = topicOf('sports')

type House = { bookmaker: Bookmaker; margin: number; beforeMs: number; inPlayMs: number }

const houses: readonly House[] = [
  { bookmaker: bookmakerOf('harbourline'), margin: 0.035, beforeMs: 21_000, inPlayMs: 3_000 },
  { bookmaker: bookmakerOf('quillbet'), margin: 0.05, beforeMs: 34_000, inPlayMs: 5_000 },
  { bookmaker: bookmakerOf('old-ferry'), margin: 0.065, beforeMs: 47_000, inPlayMs: 7_000 },
]

/** The true chance of each selection, and the line it is bet at, if it has one. */
type Chances = (game: Game, atMs: number) => { shares: number[]; point: number | null }
type Question = { id: string; suffix: string; selections: readonly string[]; chances: Chances }

function market(feed: FeedName, game: Game, atMs: number, { id, suffix, selections, chances }: Question): Snapshot {
  const name = `${game.home} v ${game.away}`
  const fixture = { id: marketIdOf(feed, game.id), name, startsAtMs: game.startsAtMs }
  const quoting = houses.slice(0, game.sport === 'darts' || game.sport === 'table tennis' ? 2 : 3)
  const columns = quoting.map((house) => quotesOf(house, game, id, chances))
  return {
    marketId: marketIdOf(feed, id),
    feed,
    topic: sports,
    asOfMs: atMs,
    observedAtMs: atMs,
    publishedAtMs: atMs,
    complete: true,
    priceFormat: 'decimal',
    market: { name: `${name}${suffix}`, url: null, image: null, status: game.status, fixture, inPlay: game.inPlay },
    selections: selections.map((selection, i) => ({
      id: selectionIdOf(feed, `${id}-${i + 1}`),
      name: selection,
      image: null,
      quotes: columns.flatMap((quotes) => quotes[i] ?? []),
    })),
  }
}

/** What one bookmaker offers on each selection: as of its last look at the game, not of this instant. */
function quotesOf(house: House, game: Game, id: string, chances: Chances): SnapshotQuote[] {
  const key = keyOf(`${game.key} ${id} ${house.bookmaker}`)
  const lookedAtMs = lastStep(key, game.pricedAtMs, game.inPlay ? house.inPlayMs : house.beforeMs)
  const { shares: fair, point } = chances(game, lookedAtMs)
  const skewed = fair.map((share, i) => share * Math.exp(waves(subKey(key, i), lookedAtMs, opinion)))
  const sum = skewed.reduce((a, b) => a + b, 0)
  return skewed.map((share) => {
    const back = offered(1 / ((share / sum) * (1 + house.margin)))
    return snapshotQuote(house.bookmaker, { back, point, status: game.status })
  })
}

const opinion: readonly Wave[] = [{ periodMs: 240_000, height: 0.015 }]

const resultSelections = ({ sport, home, away }: Game) => (sport === 'football' ? [home, 'Draw', away] : [home, away])

/** Neither side is ever given up: past this lean no bookmaker would offer a price. */
const furthestLean = 1.7

const resultChances: Chances = (game, atMs) => {
  const free = between(game.key, 6, -0.6, 0.6) + waves(game.key, atMs, form) + lean(game, atMs)
  const tilt = furthestLean * Math.tanh(free / furthestLean)
  return { shares: shares(game.sport === 'football' ? [tilt, 0.1 - Math.abs(tilt) / 3, -tilt] : [tilt, -tilt]), point: null }
}

const form: readonly Wave[] = [
  { periodMs: 40 * 60_000, height: 0.15 },
  { periodMs: 90_000, height: 0.06 },
  { periodMs: 11_000, height: 0.03 },
]

/** The line moves by whole points and the price stays near even money, as it does in the trade. */
const totalChances: Chances = (game, atMs) => {
  const key = subKey(game.key, 50)
  const exact = between(key, 1, 150, 210) + waves(key, atMs, pace)
  const point = Math.floor(exact) + 0.5
  const over = (exact - point) * 0.25 + waves(subKey(key, 2), atMs, form) / 4
  return { shares: shares([over, -over]), point }
}

const pace: readonly Wave[] = [
  { periodMs: 22 * 60_000, height: 9 },
  { periodMs: 3 * 60_000, height: 1.2 },
]

/** Down to the next odds that a bookmaker writes: steps grow with the odds, and rounding is never in the customer's favour. */
function offered(odds: number): number {
  const step = ladder.find(({ below }) => odds < below)?.step ?? 1
  const rounded = Math.floor(odds / step + 1e-9) * step
  return Number(Math.min(Math.max(rounded, 1.01), 101).toFixed(2))
}

const ladder = [
  { below: 2, step: 0.01 },
  { below: 3, step: 0.02 },
  { below: 4, step: 0.05 },
  { below: 6, step: 0.1 },
  { below: 10, step: 0.2 },
  { below: 20, step: 0.5 },
]
