import type { FixtureDocument } from '../book/fixtures.ts'
import type { MarketId } from '../book/ids.ts'
import type { Questions } from './detect.ts'
import { marketsOf, type Question, questionsOf } from './venues.ts'

/** Links are made by hand and change seldom: for this long what was read last holds. */
const keptForMs = 60_000

/** The questions of all linked fixtures, found by market. All who ask while they are read share one reading. */
export function linkedQuestions(load: () => Promise<readonly FixtureDocument[]>, nowMs: () => number): Questions {
  let reading: Promise<ReadonlyMap<MarketId, readonly Question[]>> | undefined
  let readAtMs = 0
  const current = () => {
    if (reading !== undefined && nowMs() - readAtMs < keptForMs) return reading
    readAtMs = nowMs()
    const mine = load().then(byMarket)
    reading = mine
    mine.catch(() => {
      if (reading === mine) reading = undefined
    })
    return mine
  }
  return {
    async about(markets) {
      const all = await current()
      const asked = new Set<Question>()
      for (const market of markets) for (const question of all.get(market) ?? []) asked.add(question)
      return [...asked]
    },
  }
}

function byMarket(fixtures: readonly FixtureDocument[]): ReadonlyMap<MarketId, readonly Question[]> {
  const all = new Map<MarketId, Question[]>()
  for (const question of fixtures.flatMap(questionsOf)) {
    for (const market of marketsOf(question)) {
      const known = all.get(market)
      if (known === undefined) all.set(market, [question])
      else known.push(question)
    }
  }
  return all
}
