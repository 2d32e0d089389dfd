import { beforeAll, describe, expect, it } from 'vitest'

import type { BookDocument, TickDocument } from '../../../functions/book/documents.ts'
import { quoteKeyOf } from '../../../functions/book/ids.ts'
import { exactProbability } from '../../../functions/book/price.ts'
import { type DaxModel, type Filter, measured, only, type Scalar } from './dax/evaluate.ts'
import { refresh } from './m/refresh.ts'
import { isA, type Value } from './m/values.ts'
import { relationships, tables } from './project.ts'
import { historyHours, isTick, newWorld, nowMs } from './world.ts'

let model: DaxModel
let books: BookDocument[]
let ticks: TickDocument[]
let steps: { step: number; until: number }[]

beforeAll(async () => {
  const world = await newWorld()
  books = world.documents.filter((document) => !isTick(document))
  ticks = world.documents.filter(isTick)
  const { tables: filled } = await refresh('http', { nowMs, parameters: { HistoryHours: historyHours }, answer: world.answer })
  model = {
    tables: new Map(
      tables.map(({ name, columns }) => {
        const found = filled.get(name)
        const places = columns.map(({ source }) => found?.columns.indexOf(source) ?? -1)
        const rows = (found?.rows ?? []).map((row) => places.map((at) => loaded(row[at] ?? null)))
        return [name, { columns: columns.map((column) => column.name), rows }] as const
      }),
    ),
    measures: new Map(tables.flatMap(({ measures }) => measures.map(({ name, dax }) => [name, dax] as const))),
    relationships,
  }
  steps = (model.tables.get('Time')?.rows ?? []).map(([step, until]) => ({ step: Number(step), until: Number(until) }))
})

const dayMs = 86_400_000
function loaded(value: Value): Scalar {
  if (isA(value, 'datetime')) return value.ms / dayMs
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  throw new Error('no value that a model holds')
}

const measure = (name: string, ...filters: Filter[]) => measured(model, name, filters)
const selections = () =>
  books.flatMap((book) => book.selections.map((selection) => ({ book, selection, here: at(book.marketId, selection.id) })))
const at = (marketId: string, selectionId: string) => only('Selection', 'selectionKey', `${marketId}\n${selectionId}`)
const probabilityOf = (price: number | null, book: BookDocument) =>
  price === null ? null : (exactProbability(price, book.priceFormat) ?? null)

/** The best price in force at an instant, as the ticks have it: the newest of each bookmaker until then, where it is open. */
function bestAt(book: BookDocument, selectionId: string, beforeMs: number, bookmaker?: string) {
  const told = ticks.filter(
    (tick) => tick.marketId === book.marketId && tick.selectionId === selectionId && tick.observedAtMs < beforeMs,
  )
  const newest = new Map(told.map((tick) => [quoteKeyOf(tick.selectionId, tick.bookmaker), tick]))
  const open = [...newest.values()].filter(
    (tick) => tick.status === 'open' && (bookmaker === undefined || tick.bookmaker === bookmaker),
  )
  const priced = open.flatMap(({ back }) => {
    const probability = probabilityOf(back, book)
    return probability === null ? [] : [{ probability, price: back }]
  })
  return priced.toSorted((a, b) => a.probability - b.probability)[0]
}

describe('the board’s measures', () => {
  it('count what there is', () => {
    expect(measure('Markets')).toBe(books.length)
    expect(measure('Open Markets')).toBe(books.filter(({ status }) => status === 'open').length)
    expect(measure('Selections')).toBe(selections().length)
    const quotes = selections().flatMap(({ selection }) => selection.quotes)
    expect(measure('Quotes')).toBe(quotes.length)
    expect(measure('Bookmakers')).toBe(new Set(quotes.map(({ bookmaker }) => bookmaker)).size)
    expect(measure('Last Change')).toBe(Math.max(...books.map(({ changedAtMs }) => changedAtMs)) / dayMs)
  })

  it('count what a filter leaves', () => {
    const topic = only('Market', 'Topic', 'sports')
    const sports = books.filter((book) => book.topic === 'sports')
    expect(sports.length).toBeGreaterThan(0)
    expect(measure('Markets', topic)).toBe(sports.length)
    expect(measure('Selections', topic)).toBe(sports.flatMap((book) => book.selections).length)
    expect(measure('Open Markets', only('Market', 'Status', 'settled'))).toBeNull()
  })

  it('give the worth of a selection as the pipeline works it out', () => {
    for (const { book, selection, here } of selections()) {
      const back = probabilityOf(selection.bestBack, book)
      const lay = probabilityOf(selection.bestLay, book)
      const fair = selection.fairProbability
      expect(measure('Best Price', here)).toBe(selection.bestBack)
      expect(measure('Best Bookmaker', here)).toBe(selection.bestBackBookmaker)
      expect(measure('Best Lay Price', here)).toBe(selection.bestLay)
      expect(measure('Best Lay Bookmaker', here)).toBe(selection.bestLayBookmaker)
      expect(measure('Best Probability', here)).toBe(back)
      expect(measure('Best Odds', here)).toBe(back === null ? null : 1 / back)
      expect(measure('Spread', here)).toBe(back === null || lay === null ? null : back - lay)
      expect(measure('Fair Probability', here)).toBe(fair)
      expect(measure('Edge', here)).toBe(back === null || fair === null ? null : fair * (1 / back) - 1)
    }
    expect(selections().filter(({ selection }) => selection.fairProbability !== null).length).toBeGreaterThan(0)
    expect(selections().filter(({ here }) => measure('Spread', here) !== null).length).toBeGreaterThan(0)
  })

  it('give the overround of a market, and of no two', () => {
    for (const book of books) expect(measure('Overround', only('Market', 'Market Id', book.marketId))).toBe(book.overround)
    expect(books.some(({ overround }) => overround !== null)).toBe(true)
    expect(measure('Overround')).toBeNull()
    expect(measure('Best Price')).toBeNull()
  })
})

describe('the history’s measures', () => {
  it('give the price in force at the end of every step', () => {
    let [priced, gaps] = [0, 0]
    for (const { book, selection, here } of selections()) {
      for (const { step, until } of steps) {
        const best = bestAt(book, selection.id, Math.round(until * dayMs))
        const cell = [here, only('Time', 'Time', step)]
        expect(measure('Probability at Time', ...cell)).toBe(best?.probability ?? null)
        expect(measure('Price at Time', ...cell)).toBe(best?.price ?? null)
        expect(measure('Odds at Time', ...cell)).toBe(best === undefined ? null : 1 / best.probability)
        if (best === undefined) gaps++
        else priced++
      }
    }
    expect(Math.min(priced, gaps)).toBeGreaterThan(0)
  })

  it('give the price of one bookmaker, where one is chosen', () => {
    const several = selections().find(({ selection }) => selection.quotes.length > 1)
    if (several === undefined) throw new Error('no selection has two bookmakers')
    const { book, selection, here } = several
    const last = steps.at(-1) ?? { step: 0, until: 0 }
    for (const { bookmaker } of selection.quotes) {
      const best = bestAt(book, selection.id, Math.round(last.until * dayMs), bookmaker)
      expect(measure('Price at Time', here, only('Time', 'Time', last.step), only('History', 'Bookmaker', bookmaker))).toBe(
        best?.price ?? null,
      )
    }
  })

  it('give the move over any period', () => {
    const hour = steps.slice(-13, -1)
    let moved = 0
    for (const period of [steps, hour]) {
      const time = only('Time', 'Time', ...period.map(({ step }) => step))
      const [beginMs, endMs] = [period[0]?.step ?? 0, period.at(-1)?.until ?? 0].map((days) => Math.round(days * dayMs))
      for (const { book, selection, here } of selections()) {
        const [before, after] = [beginMs, endMs].map((ms) => bestAt(book, selection.id, ms ?? 0)?.probability)
        const move = before === undefined || after === undefined ? null : after - before
        expect(measure('Probability Before', here, time)).toBe(before ?? null)
        expect(measure('Move', here, time)).toBe(move)
        expect(measure('Size of Move', here, time)).toBe(move === null ? null : Math.abs(move))
        if (move !== null && move !== 0) moved++
      }
    }
    expect(moved).toBeGreaterThan(0)
  })

  it('count ticks, and how many there are in an hour', () => {
    const fromMs = Math.round((steps[0]?.step ?? 0) * dayMs)
    const within = ticks.filter(({ observedAtMs }) => observedAtMs >= fromMs)
    expect(measure('Ticks')).toBe(within.length)
    expect(measure('Hours')).toBeCloseTo((steps.length * 5) / 60, 6)
    expect(measure('Ticks per Hour')).toBeCloseTo(within.length / ((steps.length * 5) / 60), 6)
    for (const book of books) {
      const counted = measure('Ticks', only('Market', 'Market Id', book.marketId)) ?? 0
      expect(counted).toBe(within.filter(({ marketId }) => marketId === book.marketId).length)
    }
    const inSteps = steps.reduce((sum, { step }) => sum + Number(measure('Ticks', only('Time', 'Time', step)) ?? 0), 0)
    expect(inSteps).toBe(within.length)
    // What held when the history begins has no place on the time line, so a chart has no bar for it.
    expect(measure('Ticks', only('Time', 'Time', null))).toBeNull()
  })
})
