import { bookmakerOf, feedName, type MarketId, marketIdOf, selectionIdOf, type Topic, topicOf } from '../../book/ids.ts'
import type { Snapshot, SnapshotSelection } from '../../book/market.ts'
import type { MarketStatus, Outcome, QuoteStatus } from '../../book/quote.ts'
import { type RawDefinition, type RawRunner, runnerKey } from './raw.ts'

export const betfair = feedName('betfair')
const bookmaker = bookmakerOf('betfair')
const sports = topicOf('sports')
const politics = topicOf('politics')
const politicsEventType = '2378961'

export const betfairMarketId = (id: string): MarketId => marketIdOf(betfair, id)

/** What Betfair's catalogue calls things, which the stream itself seldom says. */
export type Names = { market: string | null; fixture: string | null; runners: ReadonlyMap<string | number, string> }

/** What follows from a market's definition alone: it changes a few times in the life of a market. */
export type Described = { market: Snapshot['market']; topic: Topic; runners: readonly DescribedRunner[] }
export type DescribedRunner = {
  key: string | number
  id: SnapshotSelection['id']
  name: string
  point: number | null
  status: QuoteStatus
  outcome: Outcome | null
}

/** Betfair's words end here. */
export function describe(marketId: string, definition: RawDefinition, names: Names | undefined): Described {
  const ended = endOf(definition)
  const fixture = fixtureOf(definition, names)
  const market = {
    name: marketName(marketId, definition, names, fixture?.name),
    url: null,
    image: null,
    status: statusOf(definition, ended),
    fixture,
    inPlay: definition.inPlay,
  }
  const runners = [...definition.runners].sort((a, b) => (a.sortPriority ?? 0) - (b.sortPriority ?? 0))
  return {
    market,
    topic: definition.eventTypeId === politicsEventType ? politics : sports,
    runners: runners.map((runner) => describeRunner(runner, definition, ended, names)),
  }
}

/** `last` and the best offers, in decimal odds. */
export function selectionOf(
  { id, name, point, status, outcome }: DescribedRunner,
  last: number | null,
  back: number | null,
  lay: number | null,
): SnapshotSelection {
  return {
    id,
    name,
    image: null,
    quotes: [{ bookmaker, last, back, lay, point, status, outcome, publishedAtMs: null }],
  }
}

type End = 'result' | 'void' | null

/** A market that is settled without anybody having won or lost gives all stakes back. */
function endOf({ status, settledTime, runners }: RawDefinition): End {
  if (status !== 'CLOSED') return null
  if (runners.some((runner) => resultOf(runner) !== null)) return 'result'
  return settledTime === null ? null : 'void'
}

function statusOf({ status }: RawDefinition, ended: End): MarketStatus {
  switch (status) {
    case 'OPEN':
      return 'open'
    case 'INACTIVE':
    case 'SUSPENDED':
      return 'suspended'
    case 'CLOSED':
      return ended === null ? 'closed' : 'settled'
  }
}

/** Of a place market, and of one that pays for places, all who were placed have won. */
function resultOf({ status }: RawRunner): Outcome | null {
  if (status === 'WINNER' || status === 'PLACED') return 'won'
  return status === 'LOSER' ? 'lost' : null
}

function describeRunner(
  runner: RawRunner,
  { bettingType }: RawDefinition,
  ended: End,
  names: Names | undefined,
): DescribedRunner {
  const { id, hc } = runner
  const key = runnerKey(id, hc)
  const handicap = hc || (bettingType?.startsWith('ASIAN_HANDICAP') ? hc : null)
  return {
    key,
    id: selectionIdOf(betfair, key),
    name: runner.name ?? names?.runners.get(key) ?? names?.runners.get(id) ?? `Runner ${id}`,
    point: handicap ?? null,
    ...standingOf(runner, ended),
  }
}

/** A quote follows its market unless its runner is out of it. */
function standingOf(runner: RawRunner, ended: End): { status: QuoteStatus; outcome: Outcome | null } {
  if (ended === 'void') return { status: 'settled', outcome: 'void' }
  const result = resultOf(runner)
  if (result !== null) return { status: 'settled', outcome: result }
  return { status: runner.status === 'ACTIVE' ? 'open' : 'removed', outcome: null }
}

function fixtureOf({ eventId, eventName, venue, marketTime }: RawDefinition, names: Names | undefined) {
  if (eventId === null) return null
  const name = eventName ?? names?.fixture ?? venue ?? `Event ${eventId}`
  return { id: `${betfair}:${eventId}`, name, startsAtMs: marketTime }
}

function marketName(id: string, definition: RawDefinition, names: Names | undefined, fixture: string | undefined): string {
  const { marketTime } = definition
  const name = definition.name ?? names?.market
  if (name !== null && name !== undefined) return fixture === undefined ? name : `${fixture}: ${name}`
  const type = definition.marketType?.toLowerCase().replaceAll('_', ' ') ?? `market ${id}`
  const time = marketTime === null ? '' : `, ${new Date(marketTime).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${fixture === undefined ? '' : `${fixture}: `}${type}${time}`
}
