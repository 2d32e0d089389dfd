import { keyOf, subKey, unit } from '../../functions/collect/simulated/noise.ts'
import { type Game, nameOf } from './games.ts'

export const shapes = ['own', 'aws'] as const
export type Shape = (typeof shapes)[number]

/** How one game stands with the bookmaker: a place between all for the visitors and all for the hosts. */
export type Standing = { game: Game; place: number; isOpen: boolean }

const places = 45
/** One update in so many stops betting on its game until the next. */
const stopsEvery = 60

/**
 * Endless updates, game after game, each of which changes something: the place moves by one, or betting stops or goes on. The same seed
 * gives the same.
 */
export function* updates(games: readonly Game[], seed: string): Generator<Standing, never> {
  const standings = games.map((game): Standing => ({
    game,
    place: Math.floor(unit(keyOf(`${seed} ${game.id}`)) * places),
    isOpen: true,
  }))
  for (let step = 0; ; step++) {
    for (const [i, before] of standings.entries()) {
      const key = subKey(keyOf(`${seed} ${before.game.id}`), step)
      const after = { ...before, ...moved(before, unit(key, 1), unit(key, 2)) }
      standings[i] = after
      yield after
    }
  }
}

function moved({ place, isOpen }: Standing, stopping: number, direction: number): Partial<Standing> {
  if (!isOpen) return { isOpen: true }
  if (stopping * stopsEvery < 1) return { isOpen: false }
  const wish = place + (direction < 0.5 ? -1 : 1)
  return { place: wish < 0 ? 1 : wish >= places ? places - 2 : wish }
}

export function bodyOf(shape: Shape, standings: readonly Standing[], nowMs: number): object {
  return shape === 'aws'
    ? { odds: standings.map((standing) => sampleOdds(standing, nowMs)) }
    : { markets: standings.map((standing) => ownMarket(standing, nowMs)) }
}

/** What a game's market is called in each shape: the AWS sample has a spread, and here we tell who wins. */
export const marketOf = (game: Game, shape: Shape) => `${game.id}:${shape === 'aws' ? 'spread' : 'winner'}`

/** American prices of one side of an even bet, as it gets likelier to fail. */
const prices = [-145, -140, -135, -130, -125, -120, -115, -110, -105, 100, 105, 110, 115, 120, 125]

/** The price goes from end to end at one line, and then the line moves by half a point. */
function sampleOdds({ game, place, isOpen }: Standing, nowMs: number): object {
  const at = place % prices.length
  const line = -1.5 + Math.floor(place / prices.length) / 2
  return {
    summary: nameOf(game),
    gameId: game.id,
    gameDate: new Date(game.startsAtMs).toISOString().replace('T', ' ').slice(0, -1),
    type: 'spread',
    isOpen,
    away: line,
    home: -line,
    awayOdds: prices[at],
    homeOdds: prices[prices.length - 1 - at],
    date: Math.floor(nowMs / 1_000),
  }
}

/** What the bookmaker keeps of what is staked. */
const margin = 0.045

function ownMarket({ game, place, isOpen }: Standing, nowMs: number): object {
  const id = marketOf(game, 'own')
  const awayWins = 0.25 + (0.5 * place) / (places - 1)
  const odds = (chance: number) => Number((1 / (chance * (1 + margin))).toFixed(2))
  const side = (name: string, which: string, chance: number) => ({
    id: `${id}:${which}`,
    name,
    quotes: [{ bookmaker: 'harbourline', back: odds(chance) }],
  })
  return {
    marketId: id,
    topic: 'sports',
    asOfMs: nowMs,
    publishedAtMs: nowMs,
    complete: true,
    priceFormat: 'decimal',
    market: {
      name: nameOf(game),
      status: isOpen ? 'open' : 'suspended',
      fixture: { id: game.id, name: nameOf(game), startsAtMs: game.startsAtMs },
    },
    selections: [side(game.away, 'away', awayWins), side(game.home, 'home', 1 - awayWins)],
  }
}
