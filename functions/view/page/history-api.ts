import * as v from '@badrap/valita'

import type { Bookmaker, MarketId, SelectionId } from '../../book/ids.ts'
import { parse, type Parsed } from '../../book/wire.ts'
import { priceSides, type PriceSide } from '../client/board.ts'

/** What is asked of `GET /api/markets/{id}/history`. `fromMs`: null for as far back as there are ticks. */
export type HistoryAsked = {
  fromMs: number | null
  toMs?: number
  bookmaker: Bookmaker | undefined
  step: 'auto' | `${number}m`
}

/** `stepMs` of 0: each tick is a step. Prices are null while there was none to be had. */
export type History = { fromMs: number; toMs: number; stepMs: number; lines: readonly HistoryLine[] }
export type HistoryLine = {
  selectionId: SelectionId
  selectionName: string
  bookmaker: Bookmaker
  side: PriceSide
  before: { atMs: number; price: number | null } | null
  steps: {
    atMs: readonly number[]
    open: readonly (number | null)[]
    high: readonly (number | null)[]
    low: readonly (number | null)[]
    close: readonly (number | null)[]
  }
}

export type FetchHistory = (market: MarketId, asked: HistoryAsked) => Promise<Parsed<History>>

export function historyPath(market: MarketId, { fromMs, toMs, bookmaker, step }: HistoryAsked, format: 'json' | 'csv'): string {
  const query = new URLSearchParams({ from: fromMs === null ? 'first' : new Date(fromMs).toISOString(), step, format })
  if (toMs !== undefined) query.set('to', new Date(toMs).toISOString())
  if (bookmaker !== undefined) query.set('bookmaker', bookmaker)
  return `/api/markets/${encodeURIComponent(market)}/history?${query}`
}

const deadlineMs = 15_000

export const historyFetcher =
  (fetch: typeof globalThis.fetch): FetchHistory =>
  async (market, asked) => {
    try {
      const response = await fetch(historyPath(market, asked, 'json'), { signal: AbortSignal.timeout(deadlineMs) })
      const body: unknown = await response.json().catch(() => undefined)
      if (response.ok) return parse<History>(history, body)
      const told = parse(problem, body)
      return { ok: false, reason: told.ok ? (told.value.detail ?? told.value.title) : `status ${response.status}` }
    } catch {
      return { ok: false, reason: 'the server cannot be reached, or took too long' }
    }
  }

const price = v.number().nullable()
const prices = v.array(price)
const history = v.object({
  fromMs: v.number(),
  toMs: v.number(),
  stepMs: v.number(),
  lines: v.array(
    v.object({
      selectionId: v.string().map((id) => id as SelectionId),
      selectionName: v.string(),
      bookmaker: v.string().map((name) => name as Bookmaker),
      side: v.union(...priceSides.map((side) => v.literal(side))),
      before: v.object({ atMs: v.number(), price }).nullable(),
      steps: v.object({ atMs: v.array(v.number()), open: prices, high: prices, low: prices, close: prices }),
    }),
  ),
})
const problem = v.object({ title: v.string(), detail: v.string().optional() })
