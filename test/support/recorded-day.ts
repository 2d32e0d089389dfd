import { expect } from 'vitest'

import { applyTicks, type Book } from '../../functions/book/market.ts'
import type { Tick } from '../../functions/book/tick.ts'
import { systemClock } from '../../infra/local/clock.ts'
import { startReplay } from '../../scripts/replay/server.ts'
import { recordingsFolder } from './recordings.ts'
import { valuesOf, valuesOfTicks } from './replay.ts'
import { eventually, type OddsDocuments, readOdds, type WholeStack } from './whole-stack.ts'

/** Never by itself: the test says when a feed is polled. */
export const neverSchedule = '0 0 0 1 1 *'

export type ReplayedDay = { url: string; served(): number; close(): Promise<void> }

/** The recorded PredictIt day, one body a poll; after the last, the last again. */
export async function replayedDay(): Promise<ReplayedDay> {
  const replay = await startReplay({
    folder: recordingsFolder() ?? '',
    feeds: ['predictit'],
    port: 0,
    mode: { pace: { kind: 'each-poll' }, loop: false },
    log: () => undefined,
    clock: systemClock,
  })
  const url = replay.settings['PREDICTIT_URL'] ?? ''
  return { url, served: () => replay.served('predictit'), close: () => replay.close() }
}

/** I1 and I11 over everything that is stored. */
export function expectSound({ books, ticks }: OddsDocuments): void {
  const byMarket = Map.groupBy(ticks, ({ marketId }) => marketId)
  expect(books).toHaveLength(byMarket.size)
  for (const book of books) {
    const own: Tick[] = byMarket.get(book.marketId) ?? []
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, i) => i + 1))
    expect(valuesOf(book)).toEqual(valuesOfTicks(own))
    const empty: Book = { ...book, seq: 0, selections: [] }
    expect(valuesOf(applyTicks(empty, own))).toEqual(valuesOf(book))
  }
}

/** Runs the timer until the feed has served `count` bodies. */
export async function pollTo(whole: WholeStack, replay: ReplayedDay, count: number): Promise<void> {
  while (replay.served() < count) {
    const before = replay.served()
    await eventually(`poll ${before + 1} of ${count}`, async () => {
      await whole.poll('collectPredictit')
      return eventually('the feed is asked', async () => replay.served() > before, 2_000).catch(() => false)
    })
  }
}

/** Until as many ticks are stored as `expected` says, and everything published has been through dedupe, in case there are more. */
export async function storedTicks(whole: WholeStack, expected: number): Promise<OddsDocuments> {
  await eventually(`${expected} ticks are stored`, async () => (await countTicks(whole)) >= expected, 60_000)
  await idle(whole)
  return readOdds(whole.database)
}

async function countTicks(whole: WholeStack): Promise<number> {
  const query = "SELECT VALUE COUNT(1) FROM c WHERE c.type = 'tick'"
  const { resources } = await whole.database.container('odds').items.query<number>(query).fetchAll()
  return resources[0] ?? 0
}

/** Until the dedupe functions have rested for a while: their counts of invocations stand still. */
export async function idle(whole: WholeStack): Promise<void> {
  type Described = { name: string; running: number; succeeded: number }
  let before = ''
  let restedSinceMs = Date.now()
  await eventually('dedupe has nothing left to do', async () => {
    const functions = (await whole.api('/admin/functions')) as Described[]
    const dedupe = functions.filter(({ name }) => name.startsWith('dedupe'))
    const now = JSON.stringify(dedupe.map(({ running, succeeded }) => [running, succeeded]))
    if (now !== before || dedupe.some(({ running }) => running > 0)) restedSinceMs = Date.now()
    before = now
    return Date.now() - restedSinceMs > 1_500
  })
}
