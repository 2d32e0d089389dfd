import type { StoredBook } from '../../book/documents.ts'
import type { MarketId } from '../../book/ids.ts'
import type { PriceFormat } from '../../book/price.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { isHeld, json, madeWhenNew, problem, type Reply } from '../../http/reply.ts'
import { history } from '../history/history.ts'
import { type Line, sides } from '../history/lines.ts'
import { type StepAsked, stepIn, textOf } from '../history/window.ts'
import { type Cell, csv, csvHeaders, csvType, formatFor, formatParameter } from './csv.ts'
import { endpoint, notUnderstood } from './endpoint.ts'
import { bookmaker, instant, type Kind, marketId, oneOf, selectionId } from './kinds.ts'
import { noSuchMarket } from './no-such-market.ts'
import { optional, required, usually } from './parameters.ts'

/** `seq`: every tick of the window up to this one is in it. Steps are of `stepMs`; of 0, each tick is one. */
export type HistoryAnswer = {
  marketId: MarketId
  marketName: string
  priceFormat: PriceFormat
  fromMs: number
  toMs: number
  stepMs: number
  seq: number
  lines: (Line & { selectionName: string })[]
}

const from: Kind<number | 'first'> = {
  ...instant,
  takes: `${instant.takes}; or first, for as far back as there are ticks`,
  read: (text) => (text === 'first' ? text : instant.read(text)),
}
const step: Kind<StepAsked> = {
  takes:
    'seconds, minutes, hours or days, as in 30s, 5m, 1h or 1d; raw, for each tick by itself; or auto, for what suits a chart',
  schema: { type: 'string', pattern: '^(auto|raw|[1-9][0-9]{0,8}[smhd]?)$' },
  example: '5m',
  read: stepIn,
}
function givenAs(
  parameter: 'from' | 'step',
  { from, step }: { from: number | 'first' | undefined; step: StepAsked },
): string | null {
  if (parameter === 'step') return typeof step === 'number' ? textOf(step) : step
  return typeof from === 'number' ? new Date(from).toISOString() : (from ?? null)
}

const dayMs = 86_400_000

export const getHistory = endpoint({
  name: 'apiMarketHistory',
  method: 'GET',
  route: 'api/markets/{id}/history',
  tagged: true,
  says: 'What the prices of a market did: open, high, low, close and last of each step in which something happened, and what held when the window began. Between steps a price is what it was; null is a gap, where there was none to be had.',
  path: { id: required(marketId, 'The market.') },
  query: {
    selection: optional(selectionId, 'This selection alone.'),
    bookmaker: optional(bookmaker, 'This bookmaker alone.'),
    side: usually(
      'auto',
      oneOf(['auto', ...sides]),
      'Which price: the last that was traded, or that to back or to lay at. auto is last where the bookmaker tells it, else back.',
    ),
    from: optional(from, 'Since when. Where it is not said, a day before to.'),
    to: optional(instant, 'Until when, that moment not included. Where it is not said, until now.'),
    step: usually('auto', step, 'How long a step is. Steps begin where the clock, in UTC, shows a multiple of them.'),
    format: formatParameter,
  },
  answers: {
    200: {
      says: 'The lines, one of each selection and bookmaker.',
      schema: 'history-answer',
      csv: 'A row a step. The first row of each line has ticks 0: it is what held when the window began.',
    },
  },
  async answer({ path: { id }, query, ifNoneMatch, header }, { odds, nowMs }) {
    const store = await odds()
    const book = await store.book(id)
    if (book === undefined) return noSuchMarket(id)
    const missing = whatIsMissing(book, query)
    if (missing !== undefined) return missing
    const now = nowMs()
    const { to = now } = query
    const { from: since = Math.max(1, to - dayMs) } = query
    const asked = { ...query, fromMs: since, toMs: to }
    const found = await history(book, asked, now, store)
    if (!found.ok) {
      const { parameter, why } = found.fault
      return notUnderstood([{ in: 'query', parameter, given: givenAs(parameter, query), why }])
    }
    const { window, fromSeq, toSeq } = found.history
    const format = formatFor(query.format, header('accept'))
    const { selection, bookmaker, side } = query
    // Without steps the window may begin a little later, and its ticks are the same.
    const grid = window.stepMs === 0 ? ['raw'] : [window.fromMs, window.stepMs]
    const tagged = [format, id, selection, bookmaker, side, ...grid, fromSeq, toSeq].join('\n')
    const cache = to >= now ? liveCache : pastCache
    const lines = isHeld(tagged, ifNoneMatch) ? [] : named(await found.history.lines(), book)
    const answer = { marketId: id, marketName: book.name, priceFormat: book.priceFormat, ...window, seq: toSeq, lines }
    if (format === 'csv') {
      const options = { type: csvType, cache, headers: csvHeaders(`${id}-history`), tagged, ifNoneMatch }
      return madeWhenNew(() => csv(columns, rowsOf(answer)), options)
    }
    const options = { schema: schemaId('history-answer'), cache, headers: { vary: 'accept' }, tagged, ifNoneMatch }
    return json(answer satisfies HistoryAnswer, options)
  },
})

/** The last second may change with the next tick; whoever draws it live takes it from the socket, from `seq` on. */
const liveCache = 'public, max-age=1, stale-while-revalidate=5'
/** What is past stays, but for ticks that come late. */
const pastCache = 'public, max-age=60, stale-while-revalidate=600'

function whatIsMissing(
  book: StoredBook,
  { selection, bookmaker }: { selection?: string | undefined; bookmaker?: string | undefined },
) {
  const selections = book.selections.filter(({ id }) => selection === undefined || id === selection)
  if (selections.length === 0)
    return noneOf(
      'selection',
      selection,
      book.selections.map(({ id }) => id),
    )
  const bookmakers = [...new Set(selections.flatMap(({ quotes }) => quotes.map((quote) => quote.bookmaker)))]
  if (bookmaker === undefined || bookmakers.some((known) => known === bookmaker)) return undefined
  return noneOf('bookmaker', bookmaker, bookmakers)
}

function noneOf(what: string, asked: string | undefined, known: readonly string[]): Reply {
  const [some, more] = [known.slice(0, mostNamed).join(', '), known.length > mostNamed ? ', …' : '']
  return problem(404, `No such ${what}`, `In this market there is no ${what} ${asked}. There are ${some}${more}`)
}
const mostNamed = 20

/** In the order in which the book has them. */
function named(lines: readonly Line[], { selections }: StoredBook): HistoryAnswer['lines'] {
  const places = new Map(selections.map(({ id, name }, place) => [id, { name, place }]))
  const placeOf = ({ selectionId }: Line) => places.get(selectionId)?.place ?? places.size
  return lines
    .toSorted((a, b) => placeOf(a) - placeOf(b) || (a.bookmaker < b.bookmaker ? -1 : 1))
    .map(({ selectionId, ...line }) => ({ selectionId, selectionName: places.get(selectionId)?.name ?? selectionId, ...line }))
}

const columns = [
  'at',
  'at_ms',
  'selection_id',
  'selection_name',
  'bookmaker',
  'side',
  'open',
  'high',
  'low',
  'close',
  'last',
  'point',
  'ticks',
]

function* rowsOf({ fromMs, lines }: HistoryAnswer): Generator<readonly Cell[]> {
  for (const { selectionId, selectionName, bookmaker, side, before, steps } of lines) {
    const row = (atMs: number, prices: readonly (number | null)[], point: number | null, ticks: number): readonly Cell[] => [
      new Date(atMs).toISOString(),
      atMs,
      selectionId,
      selectionName,
      bookmaker,
      side,
      ...prices,
      point,
      ticks,
    ]
    if (before !== null) yield row(fromMs, Array<number | null>(5).fill(before.price), before.point, 0)
    for (const [i, atMs] of steps.atMs.entries()) {
      const prices = [steps.open, steps.high, steps.low, steps.close, steps.last].map((column) => column[i] ?? null)
      yield row(atMs, prices, steps.point[i] ?? null, steps.ticks[i] ?? 0)
    }
  }
}
