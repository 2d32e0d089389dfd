import { type Database, ErrorResponse } from '@azure/cosmos'

import type { Alert } from '../book/alert.ts'
import { alertDocument, type BookDocument, bookDocumentId, parseBookDocument } from '../book/documents.ts'
import { type FixtureDocument, parseFixtureDocument } from '../book/fixtures.ts'
import type { FeedName, MarketId } from '../book/ids.ts'
import type { AlertStore, VenueBooks } from './detect.ts'
import type { VenueBook } from './venues.ts'

const alreadyExists = 409
const badRequest = 400
const tooLarge = 413

/** Requests under way at the same time. */
const inFlight = 16

export function alertStore(database: Database, abortSignal: AbortSignal): AlertStore {
  const container = database.container('alerts')
  return {
    async raise(alerts) {
      let raised = 0
      const refused: string[] = []
      await inSlices(alerts, async (alert) => {
        const outcome = await create(alert)
        if (outcome === 'raised') raised++
        else if (outcome !== 'known') refused.push(outcome)
      })
      return { raised, refused }
    },
  }

  async function create(alert: Alert): Promise<string> {
    try {
      await container.items.create(alertDocument(alert), { abortSignal })
      return 'raised'
    } catch (error) {
      if (!(error instanceof ErrorResponse)) throw error
      if (error.code === alreadyExists) return 'known'
      if (error.code === badRequest || error.code === tooLarge) return `${alert.id} of ${alert.marketId}: ${error.code}`
      throw error
    }
  }
}

/** Fixtures that were over long ago have no odds. */
const fixtureDays = 7

/** Fixtures that have a link and are not over. One that cannot be read costs only itself. */
export async function linkedFixtures(
  database: Database,
  nowMs: number,
  abortSignal: AbortSignal,
): Promise<{ fixtures: FixtureDocument[]; unreadable: string[] }> {
  const query = {
    query: 'SELECT * FROM c WHERE c.startsAt >= @from AND IS_DEFINED(c.links[0])',
    parameters: [{ name: '@from', value: new Date(nowMs - fixtureDays * 86_400_000).toISOString() }],
  }
  const { resources } = await database.container('fixtures').items.query<unknown>(query, { abortSignal }).fetchAll()
  const fixtures: FixtureDocument[] = []
  const unreadable: string[] = []
  for (const document of resources) {
    const parsed = parseFixtureDocument(document)
    if (!parsed.ok) unreadable.push(parsed.reason)
    else if (parsed.value.status !== 'finished' && parsed.value.status !== 'cancelled') fixtures.push(parsed.value)
  }
  return { fixtures, unreadable }
}

/** The stored books of markets that other partitions, or other hubs, tell of, and when their feeds were last read completely. */
export function venueBooks(database: Database, abortSignal: AbortSignal): VenueBooks {
  const odds = database.container('odds')
  return {
    async read(markets) {
      if (markets.length === 0) return new Map()
      const confirmed = await completeAt(database, abortSignal)
      const books = new Map<MarketId, VenueBook>()
      await inSlices(markets, async (market) => {
        const { resource } = await odds.item(bookDocumentId, market).read<BookDocument>({ abortSignal })
        const parsed = resource === undefined ? undefined : parseBookDocument(resource)
        if (parsed?.ok) books.set(market, { book: parsed.value, confirmedAtMs: confirmed.get(parsed.value.feed) ?? null })
      })
      return books
    },
  }
}

async function completeAt(database: Database, abortSignal: AbortSignal): Promise<ReadonlyMap<FeedName, number>> {
  type Row = { id: FeedName; completeAtMs?: number | null }
  const query = 'SELECT c.id, c.completeAtMs FROM c'
  const { resources } = await database.container('feeds').items.query<Row>(query, { abortSignal }).fetchAll()
  return new Map(resources.flatMap(({ id, completeAtMs }) => (typeof completeAtMs === 'number' ? [[id, completeAtMs]] : [])))
}

async function inSlices<T>(things: readonly T[], act: (thing: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < things.length; from += inFlight) await Promise.all(things.slice(from, from + inFlight).map(act))
}
