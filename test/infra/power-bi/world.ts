import {
  type BookDocument,
  bookDocument,
  type StoredBook,
  type TickDocument,
  tickDocuments,
} from '../../../functions/book/documents.ts'
import type { MarketId } from '../../../functions/book/ids.ts'
import type { SnapshotMessage } from '../../../functions/book/wire.ts'
import { simulatedFeed } from '../../../functions/collect/simulated/feed.ts'
import { plan } from '../../../functions/dedupe/plan.ts'
import { endpoints } from '../../../functions/view/api/endpoints.ts'
import type { OddsStore } from '../../../functions/view/api/ports.ts'
import { quoted, snapshotOf } from '../../support/arbitrary.ts'
import { asking, portsOf } from '../../support/asking.ts'
import { through } from '../../support/through.ts'
import type { Answer, Request } from './m/refresh.ts'
import { table, type TableValue, type Value } from './m/values.ts'

const minuteMs = 60_000
export const nowMs = Date.UTC(2026, 4, 1, 18, 2, 30)
/** Of the history that the tests read; the world is twice as old. */
export const historyHours = 3

export type World = {
  /** Every document of the container `odds`, as dedupe writes them. */
  documents: readonly (BookDocument | TickDocument)[]
  /** The API over it. */
  answer: (request: Request) => Promise<Answer>
}

/** Some simulated markets of both topics over six hours, and two by hand: every price format, lines, a quote that is gone, names that trip readers. */
export async function newWorld(): Promise<World> {
  const feed = through(simulatedFeed({ url: 'seed:5', everyMs: minuteMs }))
  for (let atMs = nowMs - 2 * historyHours * 60 * minuteMs; atMs < nowMs; atMs += 7 * minuteMs) await feed.poll(atMs)
  const topics = Map.groupBy(feed.books.values(), ({ topic }) => topic)
  const few = new Set([...topics.values()].flatMap((books) => books.slice(0, 4).map(({ marketId }) => marketId)))
  const hands = [300, 200, 100, 50, 4].flatMap((minutes) => byHand(nowMs - minutes * minuteMs, minutes))
  const { books, ticks } = stored([...feed.messages.filter(({ marketId }) => few.has(marketId)), ...hands])
  const ask = asking(portsOf({ odds: async () => storeOf(books, ticks), nowMs: () => nowMs }))
  return {
    documents: [...[...books.values()].map(bookDocument), ...ticks],
    async answer({ path, query }) {
      const asked = path.split('/')
      const found = endpoints.find(({ method, route }) => method === 'GET' && matches(route.split('/'), asked))
      if (found === undefined) throw new Error(`the API has no ${path}`)
      const params = Object.fromEntries(
        found.route
          .split('/')
          .flatMap((part, i) => (part.startsWith('{') ? [[part.slice(1, -1), decodeURIComponent(asked[i] ?? '')]] : [])),
      )
      const { status, body } = await ask(found, String(new URLSearchParams(query)), { params })
      return { status, body: Buffer.from(body) }
    },
  }
}

function stored(messages: readonly SnapshotMessage[]) {
  const books = new Map<MarketId, StoredBook>()
  const ticks: TickDocument[] = []
  for (const message of messages) {
    let before = books.get(message.marketId)
    for (const write of plan([{ message, at: undefined }], before, message.observedAtMs).writes) {
      ticks.push(...tickDocuments(write.ticks, write.book, 86_400, before))
      before = write.book
    }
    if (before !== undefined) books.set(message.marketId, before)
  }
  return { books, ticks }
}

function storeOf(books: ReadonlyMap<MarketId, StoredBook>, ticks: readonly TickDocument[]): OddsStore {
  const of = (market: MarketId) => ticks.filter(({ marketId }) => marketId === market)
  return {
    books: async (topic) => ({
      readAtMs: nowMs,
      books: [...books.values()].filter((book) => topic === undefined || book.topic === topic),
    }),
    book: async (market) => books.get(market),
    ticks: async (market, afterSeq, limit) =>
      of(market)
        .filter(({ seq }) => seq > afterSeq)
        .slice(0, limit),
    feeds: async () => ({ feeds: [], counts: [] }),
    ticksAt: async (market, seqs) => of(market).filter(({ seq }) => seqs.includes(seq)),
    async *tickPages(market, fromSeq, toSeq) {
      const [low, high] = [Math.min(fromSeq, toSeq), Math.max(fromSeq, toSeq)]
      const found = of(market).filter(({ seq }) => seq >= low && seq <= high)
      yield fromSeq <= toSeq ? found : found.toReversed()
    },
  }
}

const matches = (route: readonly string[], asked: readonly string[]) =>
  route.length === asked.length && route.every((part, i) => part === asked[i] || part.startsWith('{'))

/** One selection is gone for a while, the line moves, and at the last but one the market stands still. */
function byHand(atMs: number, minutes: number): SnapshotMessage[] {
  const prices = { back: -150 + minutes / 10, lay: -180, point: minutes > 100 ? -1.5 : -2 }
  const wide = { ...quoted('a', prices), name: 'He said "1, 2"' }
  const other = { ...quoted('b', { back: 130 }), name: "-it's" }
  const isThere = minutes === 300 || minutes <= 100
  const tricky = snapshotOf('=tricky/one? 100%', atMs, {
    status: minutes === 50 ? 'suspended' : 'open',
    startsAtMs: nowMs + 3_600_000,
    inPlay: false,
    selections: isThere ? [wide, other] : [wide],
  })
  const quiet = snapshotOf('quiet', atMs, { selections: [quoted('a', { last: 0.4, back: 0.41, lay: 0.39 })] })
  return [inAmericanOdds(tricky), ...(minutes === 300 ? [quiet] : [])]
}

const inAmericanOdds = (message: SnapshotMessage): SnapshotMessage =>
  message.kind === 'market' ? { ...message, priceFormat: 'american' } : message

/**
 * The container as a mirrored database has it: a table of all fields that any document has, in which what is nested is JSON text, and no
 * field at all is null.
 */
export function mirrored(documents: readonly object[]): TableValue {
  const columns = [...new Set(documents.flatMap((document) => Object.keys(document)))]
  return table(
    columns,
    documents.map((document) => columns.map((name) => flat((document as Record<string, unknown>)[name]))),
  )
}

function flat(value: unknown): Value {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return JSON.stringify(value)
}

export const isTick = (document: BookDocument | TickDocument): document is TickDocument => document.type === 'tick'
