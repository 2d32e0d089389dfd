import type { Database, SqlQuerySpec } from '@azure/cosmos'

import type { Alert } from '../book/alert.ts'
import { type BookDocument, bookDocumentId, parseBookDocument, parseTickDocument, type StoredBook } from '../book/documents.ts'
import { type FixtureDocument, parseFixtureDocument } from '../book/fixtures.ts'
import { type Parsed, parseAlert, parseDedupeCounts, parseFeedHealth } from '../book/wire.ts'
import type { AlertPlace, AlertStore, Board, FixtureStore, OddsStore } from './api/ports.ts'
import { type HistoryTick, historyFields, parseHistoryTick } from './history/history-tick.ts'
import { sharedRead } from './shared-read.ts'

/** A reader waits on the other end: sooner an error than no answer. */
const deadlineMs = 8_000
/** A long history has many pages to wait for. */
const historyDeadlineMs = 20_000
/** Some hundred KB, which to parse takes no longer than others can wait. */
const ticksAPage = 2_000
const historyColumns = historyFields.map((field) => `c.${field}`).join(', ')

export function oddsStore(
  database: Database,
  topics: readonly string[],
  unreadable: (reason: string) => void,
  nowMs: () => number,
): OddsStore {
  const odds = database.container('odds')
  const readable = reader(unreadable)
  const readBooks = async (topic: string | undefined): Promise<Board> => {
    const readAtMs = nowMs()
    const query: SqlQuerySpec =
      topic === undefined
        ? { query: "SELECT * FROM c WHERE c.type = 'book'" }
        : { query: "SELECT * FROM c WHERE c.type = 'book' AND c.topic = @topic", parameters: [{ name: '@topic', value: topic }] }
    const { resources } = await odds.items.query<unknown>(query, { maxItemCount: 1_000, ...deadline() }).fetchAll()
    return { readAtMs, books: readable<StoredBook>(resources, parseBookDocument) }
  }
  const boards = new Map([undefined, ...topics].map((topic) => [topic, sharedRead(() => readBooks(topic))]))
  return {
    async books(topic) {
      return boards.get(topic)?.() ?? { readAtMs: nowMs(), books: [] }
    },
    async book(market) {
      const { resource } = await odds.item(bookDocumentId, market).read<BookDocument>(deadline())
      return resource === undefined ? undefined : readable<StoredBook>([resource], parseBookDocument)[0]
    },
    async ticks(market, afterSeq, limit) {
      const query: SqlQuerySpec = {
        query: "SELECT * FROM c WHERE c.type = 'tick' AND c.seq > @after ORDER BY c.seq OFFSET 0 LIMIT @limit",
        parameters: [
          { name: '@after', value: afterSeq },
          { name: '@limit', value: limit },
        ],
      }
      const { resources } = await odds.items.query<unknown>(query, { partitionKey: market, ...deadline() }).fetchAll()
      return readable(resources, parseTickDocument).map(({ tick }) => tick)
    },
    async ticksAt(market, seqs) {
      if (seqs.length === 0) return []
      const parameters = seqs.map((value, i) => ({ name: `@s${i}`, value }))
      const named = parameters.map(({ name }) => name).join(', ')
      const query = { query: `SELECT ${historyColumns} FROM c WHERE c.type = 'tick' AND c.seq IN (${named})`, parameters }
      const { resources } = await odds.items.query<unknown>(query, { partitionKey: market, ...deadline() }).fetchAll()
      return readable<HistoryTick>(resources, parseHistoryTick)
    },
    async *tickPages(market, fromSeq, toSeq) {
      const query: SqlQuerySpec = {
        query: `SELECT ${historyColumns} FROM c WHERE c.type = 'tick' AND c.seq >= @low AND c.seq <= @high ORDER BY c.seq ${fromSeq <= toSeq ? 'ASC' : 'DESC'}`,
        parameters: [
          { name: '@low', value: Math.min(fromSeq, toSeq) },
          { name: '@high', value: Math.max(fromSeq, toSeq) },
        ],
      }
      const options = { partitionKey: market, maxItemCount: ticksAPage, abortSignal: AbortSignal.timeout(historyDeadlineMs) }
      for await (const { resources } of odds.items.query<unknown>(query, options).getAsyncIterator())
        yield readable<HistoryTick>(resources, parseHistoryTick)
    },
    async feeds() {
      const { resources } = await database.container('feeds').items.query<unknown>('SELECT * FROM c', deadline()).fetchAll()
      const [counts, feeds] = [resources.filter(isCounts), resources.filter((document) => !isCounts(document))]
      return { feeds: readable(feeds, parseFeedHealth), counts: readable(counts, parseDedupeCounts) }
    },
  }
}

export function fixtureStore(database: Database, unreadable: (reason: string) => void): FixtureStore {
  const fixtures = database.container('fixtures')
  const readable = reader(unreadable)
  return {
    async between({ from, to, topic }, limit) {
      const conditions = [
        from === undefined ? [] : [{ condition: 'c.startsAt >= @from', parameter: { name: '@from', value: from } }],
        to === undefined ? [] : [{ condition: 'c.startsAt < @to', parameter: { name: '@to', value: to } }],
        topic === undefined ? [] : [{ condition: 'c.topic = @topic', parameter: { name: '@topic', value: topic } }],
      ].flat()
      const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map(({ condition }) => condition).join(' AND ')}`
      const query: SqlQuerySpec = {
        query: `SELECT * FROM c${where} ORDER BY c.startsAt OFFSET 0 LIMIT @limit`,
        parameters: [...conditions.map(({ parameter }) => parameter), { name: '@limit', value: limit }],
      }
      const { resources } = await fixtures.items.query<unknown>(query, { maxItemCount: 1_000, ...deadline() }).fetchAll()
      return { fixtures: readable<FixtureDocument>(resources, parseFixtureDocument), full: resources.length === limit }
    },
    async fixture(id) {
      const { resource } = await fixtures.item(id, id).read<object>(deadline())
      return resource === undefined ? undefined : readable<FixtureDocument>([resource], parseFixtureDocument)[0]
    },
  }
}

export function alertStore(database: Database, unreadable: (reason: string) => void): AlertStore {
  const alerts = database.container('alerts')
  const readable = reader(unreadable)
  return {
    async newest({ topic, kind, place }, limit) {
      const [atMs, before] = place ?? [Number.MAX_SAFE_INTEGER, 0]
      const query: SqlQuerySpec = {
        query: `SELECT * FROM c WHERE c.observedAtMs <= @at${kind === undefined ? '' : ' AND c.kind = @kind'} ORDER BY c.observedAtMs DESC OFFSET @before LIMIT @limit`,
        parameters: [
          { name: '@at', value: atMs },
          { name: '@before', value: before },
          { name: '@limit', value: limit + 1 },
          ...(kind === undefined ? [] : [{ name: '@kind', value: kind }]),
        ],
      }
      const partition = topic === undefined ? {} : { partitionKey: topic }
      const { resources } = await alerts.items.query<{ observedAtMs: number }>(query, { ...partition, ...deadline() }).fetchAll()
      const page = resources.slice(0, limit)
      const next = resources.length > limit ? placeAfter(page, place) : undefined
      return { alerts: readable<Alert>(page, parseAlert), next }
    },
  }
}

function placeAfter(page: readonly { observedAtMs: number }[], from: AlertPlace | undefined): AlertPlace {
  const atMs = page.at(-1)?.observedAtMs ?? 0
  const shown = page.filter(({ observedAtMs }) => observedAtMs === atMs).length
  return [atMs, shown + (from !== undefined && from[0] === atMs ? from[1] : 0)]
}

/** What does not read as what it should be is left out and counted: one broken document must not take the board away. */
function reader(unreadable: (reason: string) => void) {
  return <T>(documents: readonly unknown[], parse: (raw: unknown) => Parsed<T>): T[] =>
    documents.flatMap((document) => {
      const parsed = parse(document)
      if (!parsed.ok) unreadable(parsed.reason)
      return parsed.ok ? [parsed.value] : []
    })
}

const isCounts = (document: unknown) =>
  typeof document === 'object' && document !== null && 'type' in document && document.type === 'dedupe-counts'

const deadline = () => ({ abortSignal: AbortSignal.timeout(deadlineMs) })
