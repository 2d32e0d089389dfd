import type { FixtureDocument, LinkedQuote, LinkedSelection } from '../book/fixtures.ts'
import type { MarketId, SelectionId, Topic } from '../book/ids.ts'
import type { Book } from '../book/market.ts'
import { derived, exactProbability } from '../book/price.ts'
import type { DetectSettings } from '../settings.ts'
import { type Arbitrage, isWorthwhile, type Offer, offerOf } from './arbitrage.ts'
import type { MarketTrack } from './track.ts'

/** One question that several markets ask, with its answers, as a fixture links them. */
export type Question = {
  fixtureId: string
  topic: Topic
  name: string
  inPlay: boolean
  startsAtMs: number
  selections: readonly LinkedSelection[]
}

export function questionsOf({ id, topic, name, status, startsAtMs, links }: FixtureDocument): Question[] {
  const said = { fixtureId: id, topic, inPlay: status === 'in-play', startsAtMs }
  return links.map(({ question, selections }) => ({ ...said, name: `${name}: ${question}`, selections }))
}

export const marketsOf = ({ selections }: Question): MarketId[] => [
  ...new Set(selections.flatMap(({ quotes }) => quotes.map(({ marketId }) => marketId))),
]

/**
 * The arbitrage in a question over at least two of its markets.
 *
 * Venues' fees are not known, and on a prediction market they can be larger than what is earned here. A quote with a point takes no part: a
 * link ties answers, and the point moves beneath it. Where one venue alone sells all answers for less than 1, the link lacks an answer.
 */
export function arbitrageAcross(
  { selections }: Question,
  offersAt: (quote: LinkedQuote) => readonly Offer[],
  rules: DetectSettings,
): Arbitrage | undefined {
  const offers = selections.map(({ name, quotes }) =>
    quotes.flatMap(offersAt).flatMap((offer) => (offer.point === null ? [{ ...offer, selectionName: name }] : [])),
  )
  if (offers.length < 2 || offers.some((all) => all.length === 0) || soldBelowCost(offers)) return undefined
  const legs = offers.flatMap(([first, ...more]) => (first === undefined ? [] : [more.reduce(cheaper, first)]))
  const sum = legs.reduce((total, { impliedProbability }) => total + impliedProbability, 0)
  const venues = new Set(legs.map(({ marketId }) => marketId))
  return venues.size >= 2 && isWorthwhile(sum, rules) ? { legs, size: derived(1 / sum - 1) } : undefined
}

function soldBelowCost(offers: readonly (readonly Offer[])[]): boolean {
  const sellers = new Map<string, { sum: number; answers: number }>()
  for (const all of offers) {
    const leasts = new Map<string, number>()
    for (const { marketId, bookmaker, impliedProbability } of all) {
      const seller = `${marketId}\n${bookmaker}`
      leasts.set(seller, Math.min(leasts.get(seller) ?? 1, impliedProbability))
    }
    for (const [seller, least] of leasts) {
      const { sum, answers } = sellers.get(seller) ?? { sum: 0, answers: 0 }
      sellers.set(seller, { sum: sum + least, answers: answers + 1 })
    }
  }
  return [...sellers.values()].some(({ sum, answers }) => answers === offers.length && derived(sum) < 1)
}

/** Of equals the one that comes first by its ids, whichever market has just moved: the same prices are always the same alert. */
function cheaper(a: Offer, b: Offer): Offer {
  if (a.impliedProbability !== b.impliedProbability) return a.impliedProbability < b.impliedProbability ? a : b
  return `${a.marketId} ${a.bookmaker}` <= `${b.marketId} ${b.bookmaker}` ? a : b
}

/** A market that is read elsewhere, as it is stored. `confirmedAtMs`: the last time its feed was read completely. */
export type VenueBook = { book: Book; confirmedAtMs: number | null }

/** What may be backed at one market now, as this worker has just read it, or else as it is stored. */
export function offersOf(
  selection: SelectionId,
  { track, stored }: { track: MarketTrack | undefined; stored: VenueBook | undefined },
  sinceMs: number,
): Offer[] {
  const all = track === undefined ? storedOffers(selection, stored) : trackedOffers(selection, track)
  return all.filter(({ observedAtMs, publishedAtMs }) => observedAtMs >= sinceMs && (publishedAtMs ?? sinceMs) >= sinceMs)
}

function trackedOffers(selection: SelectionId, track: MarketTrack): Offer[] {
  const quotes = track.selections.get(selection)?.quotes ?? new Map<never, never>()
  return [...quotes.values()].map((quote) => offerOf(quote, track))
}

function storedOffers(selection: SelectionId, stored: VenueBook | undefined): Offer[] {
  if (stored === undefined || stored.book.status !== 'open') return []
  const { marketId, priceFormat, selections } = stored.book
  const found = selections.find(({ id }) => id === selection)
  return (found?.quotes ?? []).flatMap(({ bookmaker, back, point, status, changedAtMs }) => {
    const implied = status !== 'open' || back === null ? undefined : exactProbability(back, priceFormat)
    if (found === undefined || back === null || implied === undefined) return []
    const seen = { observedAtMs: Math.max(changedAtMs, stored.confirmedAtMs ?? 0), publishedAtMs: null }
    const what = { marketId, selectionId: selection, selectionName: found.name, bookmaker, priceFormat }
    return [{ ...what, price: back, point, impliedProbability: derived(implied), ...seen }]
  })
}
