import type { Page } from 'playwright-core'

import type { Alert } from '../../functions/book/alert.ts'
import { type FeedHealth, noDrift } from '../../functions/book/feed-health.ts'
import { bookmakerOf, feedName, type MarketId, marketIdOf, topicOf } from '../../functions/book/ids.ts'
import type { MarketStatus } from '../../functions/book/quote.ts'
import type { MarketDelta } from '../../functions/book/wire.ts'
import { between, keyOf, waves } from '../../functions/collect/simulated/noise.ts'
import { bookOf, selection } from '../view/client/odds-world.ts'
import type { BoardServer } from '../view/page/board-server.ts'

/** A Saturday afternoon of invented markets, always the same one: every clock stands still at `nowMs`. */
export const nowMs = Date.UTC(2026, 0, 10, 15, 24, 5)
const [minute, hour] = [60_000, 3_600_000]

type Told = {
  id: string
  name: string
  feed: string
  /** Selections, and about how likely each is. */
  selections: Record<string, number>
  bookmakers?: readonly string[]
  startsInMs?: number
  inPlay?: boolean
  status?: MarketStatus
  /** How far prices wander. */
  stir?: number
  point?: number
}

const four = ['Quillbet', 'Norwich Odds', 'Ten To One', 'Halyard']
const two = ['Quillbet', 'Halyard']
const politics: readonly Told[] = [
  {
    id: 'mayor',
    feed: 'predictit',
    name: 'Who will be elected mayor of Harbour City?',
    selections: { 'Ines Halloran': 0.47, 'Tobias Wren': 0.33, 'Mara Okonjo': 0.16, 'Any other': 0.03 },
    stir: 0.09,
  },
  {
    id: 'ferry',
    feed: 'predictit',
    name: 'Will the ferry strike end before March?',
    selections: { 'Will the ferry strike end before March?': 0.62 },
    stir: 0.12,
  },
  {
    id: 'seats',
    feed: 'kalshi',
    name: 'How many seats will the Meadow Party win in the spring election?',
    selections: {
      '40 to 49': 0.31,
      '50 to 59': 0.24,
      '30 to 39': 0.17,
      '60 to 69': 0.11,
      '20 to 29': 0.07,
      '70 or more': 0.04,
      'fewer than 10': 0.02,
      '10 to 19': 0.03,
    },
    stir: 0.05,
  },
  {
    id: 'minister',
    feed: 'polymarket',
    name: 'Next finance minister',
    selections: { 'Aurel Brandt': 0.52, 'Sunniva Dale': 0.28, 'Piet Vermeer': 0.12 },
    stir: 0.06,
  },
  {
    id: 'toll',
    feed: 'kalshi',
    name: 'Bridge toll raised in 2026?',
    selections: { 'Bridge toll raised in 2026?': 0.71 },
    status: 'suspended',
  },
  {
    id: 'vote',
    feed: 'polymarket',
    name: 'Does the library referendum pass?',
    selections: { Yes: 0.97, No: 0.02 },
    status: 'settled',
  },
  {
    id: 'leader',
    feed: 'predictit',
    name: 'Will the opposition have a new leader by June?',
    selections: { Yes: 0.38, No: 0.63 },
    stir: 0.04,
  },
  {
    id: 'rates',
    feed: 'kalshi',
    name: 'Central bank rate after the February meeting',
    selections: { Unchanged: 0.74, 'Cut by a quarter': 0.21, 'Cut by a half': 0.03, Raised: 0.02 },
    stir: 0.03,
  },
]
const sports: readonly Told[] = [
  {
    id: 'foxes',
    feed: 'odds-api',
    name: 'Marsh Foxes v Harwick Herons',
    selections: { 'Marsh Foxes': 0.44, Draw: 0.27, 'Harwick Herons': 0.28 },
    bookmakers: four,
    inPlay: true,
    startsInMs: -38 * minute,
    stir: 0.08,
  },
  {
    id: 'comets',
    feed: 'odds-api',
    name: 'Tamber Comets v Port Anchors',
    selections: { 'Tamber Comets': 0.58, 'Port Anchors': 0.41 },
    bookmakers: four,
    startsInMs: 2 * hour,
    stir: 0.03,
  },
  {
    id: 'total',
    feed: 'odds-api',
    name: 'Tamber Comets v Port Anchors: total points',
    selections: { Over: 0.5, Under: 0.5 },
    bookmakers: two,
    startsInMs: 2 * hour,
    point: 164.5,
    stir: 0.02,
  },
  {
    id: 'race',
    feed: 'betfair',
    name: 'Quillon Park 15:35',
    selections: {
      'Old Ironside': 0.36,
      'Sudden Thaw': 0.24,
      'Fine Fettle': 0.17,
      'Paper Lantern': 0.12,
      'Low Tide': 0.07,
      'Second Post': 0.03,
    },
    startsInMs: 11 * minute,
    stir: 0.05,
  },
  {
    id: 'final',
    feed: 'betfair',
    name: 'Ladies’ final: Lindqvist v Amari',
    selections: { 'E. Lindqvist': 0.55, 'N. Amari': 0.45 },
    startsInMs: 20 * hour,
    stir: 0.03,
  },
  {
    id: 'cup',
    feed: 'odds-api',
    name: 'Winner of the Lighthouse Cup',
    selections: { 'Marsh Foxes': 0.27, 'Dunmore Rovers': 0.22, 'Harwick Herons': 0.15, 'Saltby Town': 0.12 },
    bookmakers: two,
    stir: 0.02,
  },
]
const told = [...politics, ...sports]

const isSports = (market: Told) => sports.includes(market)
const idOf = ({ feed, id }: Told): MarketId => marketIdOf(feedName(feed), id)
/** The one whose page is looked at closely: four bookmakers, in play. */
export const game = marketIdOf(feedName('odds-api'), 'foxes')

/** The world as it was a minute ago, with a day behind it. */
export function setScene(server: BoardServer): void {
  const { world } = server
  for (const market of told) {
    const { name, feed, id, startsInMs, inPlay } = market
    const fixture = startsInMs === undefined ? null : { id, name, startsAtMs: nowMs + startsInMs }
    world.put(
      bookOf(idOf(market), {
        name,
        feed: feedName(feed),
        topic: topicOf(isSports(market) ? 'sports' : 'politics'),
        priceFormat: isSports(market) ? 'decimal' : 'probability',
        url: `https://${feed}.example/${id}`,
        image: `https://images.example/${id}.png`,
        changedAtMs: nowMs - 30 * hour,
        fixture,
        inPlay: fixture === null ? null : (inPlay ?? false),
      }),
    )
    for (let atMs = nowMs - 30 * hour; atMs < nowMs - hour; atMs += 17 * minute) say(server, market, atMs)
    if (market.status === 'settled') settle(server, market)
    if (market.status === 'suspended') suspend(server, market)
  }
  server.feeds.push(...feeds)
  server.alerts = [...alerts]
}

/** What the last hour brought, as the page would have been told of it. */
export function lastHour(server: BoardServer): MarketDelta[] {
  const moving = told.filter(({ status = 'open', id }) => status === 'open' && id !== 'cup')
  return Array.from({ length: 19 }, (_, i) => nowMs - (58 - 3 * i) * minute).flatMap((atMs, i) =>
    moving.flatMap((market, place) =>
      i % (1 + (place % 3)) === 0 || i === 18 - (place % 4) ? say(server, market, atMs + place * 7_000) : [],
    ),
  )
}

/** A tick that the page sees come in, with all four clocks. */
export function oneMore({ world }: BoardServer): MarketDelta {
  const bookmaker = bookmakerOf('Ten To One')
  const observedAtMs = nowMs - 412
  const delta = world.tick(game, 'Marsh Foxes', { back: 2.3 }, { bookmaker, observedAtMs })
  const clocks = { publishedAtMs: observedAtMs - 2_140, storedAtMs: observedAtMs + 63 }
  return { ...delta, ticks: delta.ticks.map((tick) => ({ ...tick, ...clocks })) }
}

function say({ world }: BoardServer, market: Told, atMs: number): MarketDelta[] {
  const { bookmakers = [market.feed], point } = market
  return chancesAt(market, atMs).flatMap(([name, chance], place) => {
    const key = keyOf(`${market.id} ${place}`)
    return bookmakers.flatMap((name_, i) => {
      const known = world.book(idOf(market)).selections.find(({ id }) => id === selection(name))
      const by = bookmakerOf(name_)
      const before = known?.quotes.find(({ bookmaker }) => bookmaker === by)
      const prices = isSports(market)
        ? decimals(chance, market.feed === 'betfair', between(key, 10 + i, 0.015, 0.05))
        : { last: cents(chance), back: cents(chance + 0.01), lay: cents(chance - 0.01) }
      if (before?.back === prices.back && before.last === prices.last) return []
      return [world.tick(idOf(market), name, { ...prices, point: point ?? null }, { bookmaker: by, observedAtMs: atMs })]
    })
  })
}

/** They wander, and add up to one where the market has more than one selection. */
function chancesAt({ id, selections, stir = 0.02 }: Told, atMs: number): [name: string, chance: number][] {
  const wandered = Object.entries(selections).map(([name, usual], place): [string, number] => {
    const layers = [
      { periodMs: 9 * hour, height: stir },
      { periodMs: 0.9 * hour, height: stir / 4 },
    ]
    const drift = waves(keyOf(`${id} ${place}`), atMs, layers)
    return [name, Math.min(0.97, Math.max(0.012, usual + drift * Math.min(1, usual * 4)))]
  })
  const sum = wandered.length === 1 ? 1 : wandered.reduce((sum, [, chance]) => sum + chance, 0)
  return wandered.map(([name, chance]) => [name, chance / sum])
}

const cents = (chance: number) => Math.min(0.99, Math.max(0.01, Math.round(chance * 100) / 100))

function decimals(chance: number, exchange: boolean, margin: number) {
  const step = (odds: number) => (odds < 3 ? 0.01 : odds < 6 ? 0.05 : odds < 10 ? 0.1 : 0.5)
  const rounded = (odds: number) => Math.round(Math.round(odds / step(odds)) * step(odds) * 100) / 100
  if (!exchange) return { last: null, back: rounded(1 / (chance * (1 + margin))), lay: null }
  const back = rounded(1 / (chance * 1.012))
  return { last: back, back, lay: rounded(back + step(back) * 2) }
}

function settle({ world }: BoardServer, market: Told): void {
  for (const [i, name] of Object.keys(market.selections).entries()) {
    const over = { back: null, lay: null }
    const outcome = i === 0 ? 'won' : 'lost'
    const bookmaker = bookmakerOf(market.feed)
    world.tick(idOf(market), name, over, {
      bookmaker,
      kind: 'settled',
      status: 'settled',
      marketStatus: 'settled',
      outcome,
      observedAtMs: nowMs - 42 * minute,
    })
  }
}

function suspend({ world }: BoardServer, market: Told): void {
  for (const name of Object.keys(market.selections)) {
    const bookmaker = bookmakerOf(market.feed)
    world.tick(
      idOf(market),
      name,
      { back: null, lay: null },
      { bookmaker, kind: 'suspended', status: 'suspended', marketStatus: 'suspended', observedAtMs: nowMs - 7 * minute },
    )
  }
}

function healthOf(feed: string, parts: Partial<FeedHealth>): FeedHealth {
  const counts = { markets: 3, selections: 9, published: 1, unchanged: 2, rejected: 0, lagMs: null, quota: null, drift: noDrift }
  const times = { everyMs: 60_000, polledAtMs: nowMs - 12_000, completeAtMs: nowMs - 12_000, changedAtMs: nowMs - 70_000 }
  return { feed: feedName(feed), failure: null, ...times, ...counts, ...parts }
}

const feeds: readonly FeedHealth[] = [
  healthOf('predictit', { lagMs: 31_000 }),
  healthOf('kalshi', {
    completeAtMs: nowMs - 9 * minute,
    failure: { reason: 'HTTP 503', sinceMs: nowMs - 8 * minute, times: 9, retryAtMs: nowMs + 40_000 },
  }),
  healthOf('polymarket', { changedAtMs: nowMs - 42 * minute }),
  healthOf('odds-api', {
    everyMs: 300_000,
    quota: { remaining: 61_200, used: 38_800, resetsAtMs: nowMs + 20 * 24 * hour, nextPollAtMs: nowMs + 3 * minute },
  }),
  healthOf('betfair', { everyMs: 5_000, polledAtMs: nowMs - 1_000, completeAtMs: nowMs - 1_000, changedAtMs: nowMs - 2_000 }),
]

const alertParts = { topic: topicOf('sports'), tookMs: null, selectionId: null, selectionName: null }
const evidence = (name: string, by: string, price: number) => ({
  marketId: game,
  selectionId: selection(name),
  selectionName: name,
  bookmaker: bookmakerOf(by),
  priceFormat: 'decimal' as const,
  price,
  point: null,
  impliedProbability: 1 / price,
  observedAtMs: nowMs - 3 * minute,
  publishedAtMs: null,
  before: null,
})
const alerts: readonly Alert[] = [
  {
    ...alertParts,
    id: 'a2',
    kind: 'arbitrage',
    marketId: game,
    marketName: 'Marsh Foxes v Harwick Herons',
    headline: 'Backing all three at their best returns 1.2% more than it costs',
    size: 0.012,
    observedAtMs: nowMs - 3 * minute,
    evidence: [
      evidence('Marsh Foxes', 'Quillbet', 2.3),
      evidence('Draw', 'Halyard', 3.9),
      evidence('Harwick Herons', 'Ten To One', 3.55),
    ],
  },
]

/** Images as the venues' would be, and drawn right here. */
export const drawImages = (page: Page) =>
  page.route('https://images.example/**', (route) => {
    const key = keyOf(route.request().url())
    const hue = Math.floor(between(key, 1, 0, 360))
    const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="hsl(${hue} 35% 45%)"/><circle cx="20" cy="16" r="7" fill="hsl(${hue} 40% 80%)"/><path d="M6 40a14 14 0 0 1 28 0" fill="hsl(${hue} 40% 80%)"/></svg>`
    return route.fulfill({ contentType: 'image/svg+xml', body })
  })

/** Every clock of the page stands at this instant, the server's too. */
export async function standStill(page: Page, atMs: number): Promise<void> {
  await page.clock.setFixedTime(atMs)
  await page.unroute('**/api/feeds')
  await page.route('**/api/feeds', async (route) => {
    const response = await route.fetch()
    const answer = (await response.json()) as object
    return route.fulfill({ response, json: { ...answer, readAtMs: atMs } })
  })
}
