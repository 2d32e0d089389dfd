import { createHash } from 'node:crypto'

import type { Alert, AlertKind, Evidence } from '../book/alert.ts'
import { derived, type PriceFormat } from '../book/price.ts'
import { type Arbitrage, type Offer, offerOf } from './arbitrage.ts'
import type { Moved } from './moves.ts'
import type { MarketTrack } from './track.ts'
import type { Question } from './venues.ts'

/** The same prices are the same arbitrage, however often they are read: its id is made of the legs and their prices alone. */
export function arbitrageAlert(arbitrage: Arbitrage, { marketId, name, topic }: MarketTrack): Alert {
  return { ...ofArbitrage(arbitrage, marketId), topic, marketId, marketName: name }
}

export function venueAlert(arbitrage: Arbitrage, { fixtureId, name, topic }: Question): Alert | undefined {
  const marketId = arbitrage.legs[0]?.marketId
  if (marketId === undefined) return undefined
  return { ...ofArbitrage(arbitrage, `${fixtureId} ${name}`), topic, marketId, marketName: clipped(name, 2_000) }
}

function ofArbitrage({ legs, size }: Arbitrage, about: string) {
  // A feed may list its selections in another order each time.
  const prices = legs.map((leg) => [leg.marketId, leg.selectionId, leg.bookmaker, leg.price, leg.point].join('\n')).sort()
  return {
    id: idOf('arbitrage', [about, ...prices]),
    kind: 'arbitrage' as const,
    selectionId: null,
    selectionName: null,
    headline: `${listed(legs.map(inWords))} together earn ${percent(size)} whatever wins, before fees`,
    size,
    tookMs: null,
    observedAtMs: Math.max(...legs.map(({ observedAtMs }) => observedAtMs)),
    evidence: legs.map((leg) => ({ ...leg, before: null })),
  }
}

export function moveAlert({ quote, from, change }: Moved, market: MarketTrack): Alert {
  const { selectionId, selectionName, bookmaker, now } = quote
  const tookMs = now.observedAtMs - from.untilMs
  const path = `from ${percent(from.chance)} to ${percent(now.chance ?? 0)}`
  return {
    id: idOf('move', [market.marketId, selectionId, bookmaker, now.observedAtMs]),
    kind: 'move',
    topic: market.topic,
    marketId: market.marketId,
    marketName: market.name,
    selectionId,
    selectionName,
    headline: `${clipped(selectionName)} at ${bookmaker} ${wentUp(change)} ${path} within ${seconds(tookMs)}`,
    size: change,
    tookMs,
    observedAtMs: now.observedAtMs,
    evidence: [evidenceOf({ quote, from, change }, market)],
  }
}

/** Its size is the median of what its bookmakers moved. */
export function steamAlert(together: readonly Moved[], market: MarketTrack): Alert | undefined {
  const [first] = together
  if (first === undefined) return undefined
  const { selectionId, selectionName } = first.quote
  const size = median(together.map(({ change }) => change))
  const tookMs = market.observedAtMs - Math.min(...together.map(({ from }) => from.untilMs))
  const bookmakers = together.map(({ quote }) => quote.bookmaker).sort()
  const many = `${bookmakers.length} bookmakers`
  return {
    id: idOf('steam', [market.marketId, selectionId, ...bookmakers, market.observedAtMs]),
    kind: 'steam',
    topic: market.topic,
    marketId: market.marketId,
    marketName: market.name,
    selectionId,
    selectionName,
    headline: `${clipped(selectionName)} ${wentUp(size)} by ${points(size)} at ${many} within ${seconds(tookMs)}`,
    size,
    tookMs,
    observedAtMs: market.observedAtMs,
    evidence: together.map((moved) => evidenceOf(moved, market)),
  }
}

function evidenceOf({ quote, from }: Moved, market: MarketTrack): Evidence {
  const before = { price: from.price, impliedProbability: from.chance, observedAtMs: from.untilMs }
  const offer = offerOf(quote, market)
  return { ...offer, impliedProbability: quote.now.chance ?? offer.impliedProbability, before }
}

/** Made of what the alert is about, so that raising it twice is raising it once (I5). A document's id may not hold every character; a hash holds none that it may not. */
function idOf(kind: AlertKind, parts: readonly (string | number)[]): string {
  return `${kind}:${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`
}

const inWords = ({ selectionName, bookmaker, price, priceFormat }: Offer) =>
  `${clipped(selectionName)} at ${bookmaker} (${priceInWords(price, priceFormat)})`

const priceInWords = (price: number, format: PriceFormat) => (format === 'american' && price > 0 ? `+${price}` : String(price))

const mostListed = 4
function listed(all: readonly string[]): string {
  const more = all.length - mostListed
  return more > 1 ? `${all.slice(0, mostListed).join(', ')} and ${more} more` : all.join(', ')
}

const wentUp = (change: number) => (change > 0 ? 'went up' : 'went down')
const percent = (share: number) => `${tenths(share * 100)}%`
const points = (change: number) => `${tenths(Math.abs(change) * 100)} points`
const tenths = (value: number) => Number(derived(value).toFixed(1))
const seconds = (ms: number) => (ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`)

/** A name may have 2,000 characters, and so may the whole sentence. */
const clipped = (name: string, most = 80) => (name.length <= most ? name : `${name.slice(0, most - 1)}…`)

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = 0, high = 0] = [sorted[middle - (sorted.length % 2 === 0 ? 1 : 0)], sorted[middle]]
  return derived((low + high) / 2)
}
