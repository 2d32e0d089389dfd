import * as v from '@badrap/valita'

import { feedName, type MarketId, marketIdOf } from '../../book/ids.ts'
import { type Parsed, parse } from '../../book/wire.ts'
import type { KnownObjects } from '../drift.ts'
import { oneLine } from '../one-line.ts'
import { instant, instantOf, name, unitPrice, unitPriceOf, webAddress, webAddressOf, words } from '../raw-fields.ts'

/**
 * Polymarket's JSON in Polymarket's words, as the Gamma API has it: `GET /markets/keyset` answers `{markets, next_cursor}`, the older
 * `GET /markets` the list alone. Three lists of one length and order come as text. Numbers come as numbers or as text, whichever.
 */
const id = v.unknown().chain((value) => {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && isId(text) ? v.ok(text) : v.err('not an id')
})
/** A number of some 77 digits, of which none may be lost. */
const tokenId = v.string().assert(isToken, 'not digits in text')
const named = name.assert((text) => text !== '', 'empty')
const flag = v.boolean().nullable()

function listInText<T>(item: v.Type<T>): v.Type<readonly T[]> {
  const items = v.array(item)
  return v.string().chain((text) => {
    const list = jsonOf(text)
    return list === undefined ? v.err('not a list in text') : items.try(list)
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const quote = unitPrice.optional(() => null)
const text = v
  .unknown()
  .map(textOrNull)
  .optional(() => null)

/** Of the happening that the market belongs to, the first: no market was ever seen with two. */
const rawEvent = v.object({ id: id.optional(), title: named.optional(), live: flag.optional() })
const events = v
  .unknown()
  .map(firstEvent)
  .optional(() => null)

function firstEvent(list: unknown): RawEvent | null {
  const first = Array.isArray(list) ? rawEvent.try(list[0], { mode: 'passthrough' }) : null
  return first?.ok === true ? first.value : null
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function isId(text: string): boolean {
  return /^\w{1,100}$/.test(text)
}

function isToken(text: string): boolean {
  return /^\d{1,100}$/.test(text)
}

const rawMarket = v
  .object({
    id,
    question: named,
    slug: text,
    image: webAddress.optional(() => null),
    icon: webAddress.optional(() => null),
    outcomes: listInText(named).assert((list) => list.length > 0, 'none listed'),
    outcomePrices: listInText(unitPrice).optional(),
    clobTokenIds: listInText(tokenId).optional(),
    /** Of the first outcome. Left out where there is none. */
    bestBid: quote,
    bestAsk: quote,
    lastTradePrice: quote,
    closed: v.boolean(),
    active: flag.optional(() => null),
    archived: flag.optional(() => null),
    acceptingOrders: flag.optional(() => null),
    umaResolutionStatus: text,
    updatedAt: instant.optional(() => null),
    gameStartTime: instant.optional(() => null),
    sportsMarketType: text,
    events,
  })
  .chain((market) => {
    const { outcomes, outcomePrices = outcomes, clobTokenIds = outcomes } = market
    if (outcomePrices.length !== outcomes.length) return v.err(`${outcomes.length} outcomes with ${outcomePrices.length} prices`)
    if (clobTokenIds.length !== outcomes.length) return v.err(`${outcomes.length} outcomes with ${clobTokenIds.length} token ids`)
    return new Set(market.clobTokenIds).size === (market.clobTokenIds?.length ?? 0) ? v.ok(market) : v.err('one token id twice')
  })

export type RawEvent = v.Infer<typeof rawEvent>
export type RawMarket = v.Infer<typeof rawMarket>

const markets = v.array(v.unknown())
/** Null at the end. One that is no text leads nowhere either; what is on the page is good all the same. */
const cursor = v
  .unknown()
  .map((text) => (typeof text === 'string' && text !== '' ? text : null))
  .optional(() => null)
const envelope = v.union(
  markets.map((list) => ({ markets: list, next_cursor: null })),
  v.object({ markets, next_cursor: cursor }),
)

export type RawPage = { markets: unknown[]; next_cursor: string | null }
export const parsePage = (json: unknown): Parsed<RawPage> => parse<RawPage>(envelope, json)
/** The schema decides; but it takes as long as `JSON.parse` does, so what is plainly well-formed is read without it. */
export function parseMarket(json: unknown): Parsed<RawMarket> {
  const plain = plainMarket(json)
  return plain === undefined ? parseBySchema(json) : { ok: true, value: plain }
}
export const parseBySchema = (json: unknown): Parsed<RawMarket> => parse<RawMarket>(rawMarket, json, 'passthrough')

function plainMarket(json: unknown): RawMarket | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const raw = json as Record<string, unknown>
  const { id, question, closed, active = null, archived = null, acceptingOrders = null } = raw
  const bestBid = unitPriceOf(raw['bestBid'] ?? null)
  const bestAsk = unitPriceOf(raw['bestAsk'] ?? null)
  const lastTradePrice = unitPriceOf(raw['lastTradePrice'] ?? null)
  if (bestBid === undefined || bestAsk === undefined || lastTradePrice === undefined) return undefined
  const outcomes = plainList(raw['outcomes'], isTidy)
  const outcomePrices = plainList(raw['outcomePrices'], isDigits)?.map(Number)
  const clobTokenIds = plainList(raw['clobTokenIds'], isTokenId)
  if (outcomes === undefined || outcomePrices === undefined || clobTokenIds === undefined) return undefined
  const isPlain =
    typeof id === 'string' &&
    isId(id) &&
    isTidy(question) &&
    typeof closed === 'boolean' &&
    isFlag(active) &&
    isFlag(archived) &&
    isFlag(acceptingOrders) &&
    outcomes.length === 2 &&
    outcomePrices.length === 2 &&
    clobTokenIds.length === 2 &&
    clobTokenIds[0] !== clobTokenIds[1]
  if (!isPlain) return undefined
  return {
    id,
    question,
    slug: textOrNull(raw['slug']),
    image: webAddressOf(raw['image']),
    icon: webAddressOf(raw['icon']),
    outcomes,
    outcomePrices,
    clobTokenIds,
    bestBid,
    bestAsk,
    lastTradePrice,
    closed,
    active,
    archived,
    acceptingOrders,
    umaResolutionStatus: textOrNull(raw['umaResolutionStatus']),
    updatedAt: instantOf(raw['updatedAt']),
    gameStartTime: instantOf(raw['gameStartTime']),
    sportsMarketType: textOrNull(raw['sportsMarketType']),
    events: firstEvent(raw['events']),
  }
}

function plainList<T>(text: unknown, isItem: (item: unknown) => item is T): readonly T[] | undefined {
  const list = typeof text === 'string' ? jsonOf(text) : undefined
  return Array.isArray(list) && list.every(isItem) ? list : undefined
}

const isTidy = (text: unknown): text is string => typeof text === 'string' && text !== '' && oneLine(text) === text
/** From 0 to 1, without an exponent. */
const isDigits = (text: unknown): text is string => typeof text === 'string' && typeof unitPriceOf(text) === 'number'
const isTokenId = (text: unknown): text is string => typeof text === 'string' && isToken(text)
const isFlag = (flag: unknown): flag is boolean | null => flag === null || typeof flag === 'boolean'

export const polymarket = feedName('polymarket')

/** The id of a market that cannot be read otherwise; null where not even that can be. */
export function readableMarketId(json: unknown): MarketId | null {
  if (typeof json !== 'object' || json === null || !('id' in json)) return null
  const parsed = id.try(json.id)
  return parsed.ok ? marketIdOf(polymarket, parsed.value) : null
}

/** What is known of its objects: read here, or seen, or documented. */
const knownMarket = {
  name: 'market',
  always: words(`
    id question conditionId slug outcomes outcomePrices clobTokenIds bestBid bestAsk lastTradePrice active closed archived
    acceptingOrders updatedAt events`),
  sometimes: words(`
    acceptingOrdersTimestamp ammType approved automaticallyActive automaticallyResolved category chartColor
    clearBookOnStart clobRewards closedTime comboStatus commentsEnabled competitive createdAt createdBy creator
    curationOrder customLiveness cyom denominationToken deploying deployingTimestamp description disqusThread
    enableOrderBook endDate endDateIso eventStartTime featured fee feeSchedule feeType feesEnabled formatType fpmmLive
    funded fundedTimestamp gameId gameStartTime groupItemRange groupItemThreshold groupItemTitle hasReviewedDates
    holdingRewardsEnabled icon image line liquidity liquidityAmm liquidityClob liquidityNum lowerBound lowerBoundDate
    mailchimpTag makerBaseFee manualActivation marketGroup marketMakerAddress marketType negRisk negRiskMarketID
    negRiskOther negRiskRequestID new notificationsEnabled oneDayPriceChange oneHourPriceChange oneMonthPriceChange
    oneWeekPriceChange oneYearPriceChange orderMinSize orderPriceMinTickSize pagerDutyNotificationEnabled pastSlugs
    pendingDeployment positionIds questionID ready readyForCron readyTimestamp requiresTranslation resolutionSource
    resolvedBy restricted rewards rewardsMaxSpread rewardsMinSize rfqEnabled scheduleDeploymentTimestamp score
    secondsDelay seriesColor shortOutcomes showGmpOutcome showGmpSeries sponsorImage sponsorName sportsMarketType spread
    startDate startDateIso submitted_by tags takerBaseFee teamAID teamBID tokens twitterCardImage umaBond umaEndDate
    umaEndDateIso umaResolutionStatus umaResolutionStatuses umaReward updatedBy upperBound upperBoundDate volume volume1mo
    volume1moAmm volume1moClob volume1wk volume1wkAmm volume1wkClob volume1yr volume1yrAmm volume1yrClob volume24hr
    volume24hrAmm volume24hrClob volumeAmm volumeClob volumeNum wideFormat xAxisValue yAxisValue`),
}
const knownEvent = {
  name: 'event',
  always: words(`id title slug active closed`),
  sometimes: words(`
    archived automaticallyActive automaticallyResolved cantEstimate carouselMap category closedTime color commentCount
    commentsEnabled competitive countryName createdAt createdBy creationDate cumulativeMarkets cyom deploying description
    disqusThread elapsed electionType enableNegRisk enableOrderBook endDate endDateIso ended estimateValue estimatedValue
    eventCreators eventDate eventMetadata eventWeek featured featuredImage featuredOrder finishedTimestamp gameId
    gameStatus gmpChartMode icon image isTemplate liquidity liquidityAmm liquidityClob live markets negRisk
    negRiskAugmented negRiskFeeBips negRiskMarketID new openInterest parentEvent parentEventId pendingDeployment period
    published_at requiresTranslation resolutionSource restricted scheduleDeploymentTimestamp score series seriesSlug
    showAllOutcomes showMarketImages sortBy sport spreadsMainLine startDate startDateIso startTime subEvents subcategory
    subtitle tags teams templateVariables ticker totalsMainLine tweetCount updatedAt updatedBy volume volume1mo volume1wk
    volume1yr volume24hr`),
}

export function knownObjects(markets: readonly unknown[]): KnownObjects[] {
  const events = markets.map((market) => {
    const list = typeof market === 'object' && market !== null && 'events' in market ? market.events : null
    return Array.isArray(list) ? (list[0] as unknown) : null
  })
  return [
    { ...knownMarket, objects: markets },
    { ...knownEvent, objects: events },
  ]
}
