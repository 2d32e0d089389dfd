import { topicNames } from '../../../infra/names.ts'
import type { StoredBook } from '../../book/documents.ts'
import { pricing } from '../../book/pricing.ts'
import { marketStatuses, type MarketStatus, type Outcome, type QuoteStatus } from '../../book/quote.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { madeWhenNew } from '../../http/reply.ts'
import { csv, csvHeaders, csvType, formatFor, formatParameter } from './csv.ts'
import { endpoint } from './endpoint.ts'
import { feedName, oneOf } from './kinds.ts'
import { optional } from './parameters.ts'
import { sharedAnswer } from './shared-answer.ts'

/** The table `market_data` that there was before this app, column for column, and then what we know besides. */
export type LatestRow = {
  data_id: string
  name: string
  image: string | null
  market_image: string | null
  price: number | null
  buy: number | null
  sell: number | null
  timestamp: string
  market_id: string
  market_name: string
  feed: string
  topic: string
  bookmaker: string
  market_status: MarketStatus
  status: QuoteStatus
  outcome: Outcome | null
  point: number | null
  price_format: string
  decimal_odds: number | null
  implied_probability: number | null
  fair_probability: number | null
  market_url: string | null
  fixture_id: string | null
  fixture_name: string | null
  starts_at: string | null
  in_play: boolean | null
  seq: number
}
export type LatestAnswer = { readAtMs: number; rows: LatestRow[] }

const columns = [
  'data_id',
  'name',
  'image',
  'market_image',
  'price',
  'buy',
  'sell',
  'timestamp',
  'market_id',
  'market_name',
  'feed',
  'topic',
  'bookmaker',
  'market_status',
  'status',
  'outcome',
  'point',
  'price_format',
  'decimal_odds',
  'implied_probability',
  'fair_probability',
  'market_url',
  'fixture_id',
  'fixture_name',
  'starts_at',
  'in_play',
  'seq',
] as const satisfies readonly (keyof LatestRow)[]

export const getLatest = endpoint({
  name: 'apiLatest',
  method: 'GET',
  route: 'api/latest',
  tagged: true,
  says: 'Every price as it is now, as one flat table: a row for each selection and bookmaker.',
  query: {
    topic: optional(oneOf(topicNames), 'Rows of this topic.'),
    feed: optional(feedName, 'Rows that are read from this feed.'),
    status: optional(oneOf(marketStatuses), 'Rows of markets of this status.'),
    format: formatParameter,
  },
  answers: {
    200: {
      says: 'The rows, in the order of their markets.',
      schema: 'latest-answer',
      csv: 'The same rows, below the names of their columns.',
    },
  },
  async answer({ query: { topic, feed, status, format: said }, ifNoneMatch, header }, { odds }) {
    const board = await (await odds()).books(topic)
    const books = board.books
      .filter((book) => (status === undefined || book.status === status) && (feed === undefined || book.feed === feed))
      .toSorted((a, b) => (a.marketId < b.marketId ? -1 : 1))
    const format = formatFor(said, header('accept'))
    const tagged = [format, ...books.map(({ marketId, seq }) => `${marketId} ${seq}`)].join('\n')
    const asked = { cache: latestCache, tagged, ifNoneMatch }
    const rows = () => books.flatMap(rowsOf)
    if (format === 'csv') {
      const body = () =>
        sharedAnswer(board, tagged, () =>
          csv(
            columns,
            rows().map((row) => columns.map((column) => row[column])),
          ),
        )
      return madeWhenNew(body, { type: csvType, headers: csvHeaders('latest'), ...asked })
    }
    const answer = () => ({ readAtMs: board.readAtMs, rows: rows() }) satisfies LatestAnswer
    const body = () => sharedAnswer(board, tagged, () => JSON.stringify(answer()))
    return madeWhenNew(body, {
      type: 'application/json',
      schema: schemaId('latest-answer'),
      headers: { vary: 'accept' },
      ...asked,
    })
  },
})

/** A table that is taken now and then may be a second old; no stream is to follow on it. */
const latestCache = 'public, max-age=1, stale-while-revalidate=4'

function rowsOf(book: StoredBook): LatestRow[] {
  const worth = pricing(book).selections
  const { fixture } = book
  return book.selections.flatMap((selection) =>
    selection.quotes.map((quote) => ({
      data_id: selection.id,
      name: selection.name,
      image: selection.image,
      market_image: book.image,
      price: quote.last,
      buy: quote.back,
      sell: quote.lay,
      timestamp: new Date(quote.changedAtMs).toISOString(),
      market_id: book.marketId,
      market_name: book.name,
      feed: book.feed,
      topic: book.topic,
      bookmaker: quote.bookmaker,
      market_status: book.status,
      status: quote.status,
      outcome: quote.outcome,
      point: quote.point,
      price_format: book.priceFormat,
      decimal_odds: quote.decimalOdds,
      implied_probability: quote.impliedProbability,
      fair_probability: worth.get(selection.id)?.fairProbability ?? null,
      market_url: book.url,
      fixture_id: fixture?.id ?? null,
      fixture_name: fixture?.name ?? null,
      starts_at: fixture === null || fixture.startsAtMs === null ? null : new Date(fixture.startsAtMs).toISOString(),
      in_play: book.inPlay,
      seq: quote.seq,
    })),
  )
}
