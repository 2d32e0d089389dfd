import { bookmakerOf, type MarketId, marketIdOf, type SelectionId, selectionIdOf, topicOf } from '../../book/ids.ts'
import type { Fixture, Snapshot, SnapshotQuote, SnapshotSelection } from '../../book/market.ts'
import type { Parsed } from '../../book/wire.ts'
import { oneLine } from '../one-line.ts'
import { type OddsFormat, oddsApi, type RawEvent, type RawOutcome } from './raw.ts'

/** What one body answers. */
export type Asked = { sport: string; format: OddsFormat; observedAtMs: number }

/**
 * A market of ours: one question about one event, and what every bookmaker answers. `fault`: one of the answers cannot be read.
 */
export type Question = { market: string; entries: Entry[]; fault: { reason: string; json: unknown } | null }
export type Entry = { bookmaker: string; publishedAtMs: number | null; lay: boolean; outcomes: readonly RawOutcome[] }

export const sportPrefix = (sport: string) => `${oddsApi}:${sport}:`
export const eventPrefix = (sport: string, event: string) => `${oddsApi}:${sport}:${event}:`
export const marketIdFor = (sport: string, event: string, market: string): MarketId =>
  marketIdOf(oddsApi, `${sport}:${event}:${market}`)

/** What an exchange takes bets at comes as a market of its own, `h2h_lay`; to us it is the other side of `h2h`. */
export function sideOf(key: string): { market: string; lay: boolean } {
  const market = /^(\w+)_lay$/.exec(key)?.[1]
  return market === undefined ? { market: key, lay: false } : { market, lay: true }
}

export function fixtureOf({ id, home_team, away_team, sport_title, sport_key }: RawEvent, startsAtMs: number | null): Fixture {
  const teams = [away_team, home_team].flatMap((team) => (team ? [oneLine(team)] : []))
  const title = typeof sport_title === 'string' ? oneLine(sport_title) : ''
  return { id: `${oddsApi}:${id}`, name: teams.join(' @ ') || title || sport_key, startsAtMs }
}

/** `complete`: no bookmaker of the event was lost, so one that is not here does not quote this market. */
export type Circumstances = { marketId: MarketId; fixture: Fixture; complete: boolean }

export function toSnapshot(
  { market, entries, fault }: Question,
  { marketId, fixture, complete }: Circumstances,
  { sport, format, observedAtMs }: Asked,
): Parsed<Snapshot> {
  if (fault !== null) return { ok: false, reason: fault.reason }
  const selections = (isLadder(market) ? undefined : selectionsOf(entries, false)) ?? selectionsOf(entries, true)
  if (selections === undefined) return { ok: false, reason: 'a selection is quoted twice by one bookmaker' }
  const long = selections.find(({ id }) => id.length > maxIdLength)
  if (long !== undefined) return { ok: false, reason: `"${oneLine(long.name, 80)}" is too long for an id` }
  return {
    ok: true,
    value: {
      marketId,
      feed: oddsApi,
      topic: sport.startsWith('politics') ? politics : sports,
      asOfMs: observedAtMs,
      observedAtMs,
      publishedAtMs: newestMs(entries),
      complete,
      priceFormat: format,
      market: { name: `${fixture.name}: ${wordsOf(market)}`, url: null, image: null, status: 'open', fixture },
      selections,
    },
  }
}

const sports = topicOf('sports')
const politics = topicOf('politics')
const maxIdLength = 256

const wordsOf = (market: string) => trade.get(market) ?? market.replaceAll(/[_.-]+/g, ' ')
const trade = new Map([
  ['h2h', 'moneyline'],
  ['spreads', 'spread'],
  ['totals', 'total'],
  ['outrights', 'winner'],
])

/**
 * Where the same bet is on offer at many points at once, the point tells them apart. Elsewhere it is a value of the bet, and
 * moves.
 */
const isLadder = (market: string) => market.includes('alternate')

function newestMs(entries: readonly Entry[]): number | null {
  let newest = 0
  for (const { publishedAtMs } of entries) if (publishedAtMs !== null && publishedAtMs > newest) newest = publishedAtMs
  return newest === 0 ? null : newest
}

/** A selection while its quotes are gathered, and the outcome that it was first seen as. */
type Gathered = { selection: SnapshotSelection; quotes: SnapshotQuote[]; first: RawOutcome }

/** `undefined` where a bookmaker has two prices for the same. */
function selectionsOf(entries: readonly Entry[], byPoint: boolean): SnapshotSelection[] | undefined {
  const gathered: Gathered[] = []
  const known = new Map<SelectionId, Gathered>()
  for (const { bookmaker, publishedAtMs, lay, outcomes } of entries) {
    let i = 0
    for (const outcome of outcomes) {
      // Nearly always the bookmakers list the same outcomes in the same order.
      const guess = gathered[i++]
      const isRight = guess !== undefined && isSame(guess.first, outcome, byPoint)
      const { quotes } = isRight ? guess : gatheredFor(outcome, byPoint, gathered, known)
      const last = quotes.at(-1)
      if (last === undefined || last.bookmaker !== bookmaker) {
        quotes.push({
          bookmaker: bookmakerOf(bookmaker),
          last: null,
          back: lay ? null : outcome.price,
          lay: lay ? outcome.price : null,
          point: outcome.point ?? null,
          status: 'open',
          outcome: null,
          publishedAtMs,
        })
      } else if (lay && last.lay === null) last.lay = outcome.price
      else if (!lay && last.back === null) last.back = outcome.price
      else return undefined
    }
  }
  return gathered.map(({ selection }) => selection)
}

const isSame = (a: RawOutcome, b: RawOutcome, byPoint: boolean) =>
  a.name === b.name && a.description === b.description && (!byPoint || a.point === b.point)

function gatheredFor(outcome: RawOutcome, byPoint: boolean, all: Gathered[], known: Map<SelectionId, Gathered>): Gathered {
  const name = oneLine(outcome.name)
  const player = oneLine(outcome.description ?? '')
  const point = byPoint ? (outcome.point ?? '') : ''
  const id = selectionIdOf(oddsApi, [name, player, point].filter((part) => part !== '').join(' | '))
  const before = known.get(id)
  if (before !== undefined) return before
  const quotes: SnapshotQuote[] = []
  const gathered = {
    selection: { id, name: player === '' ? name : `${player}: ${name}`, image: null, quotes },
    quotes,
    first: outcome,
  }
  known.set(id, gathered)
  all.push(gathered)
  return gathered
}
