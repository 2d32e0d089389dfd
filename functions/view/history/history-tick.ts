import * as v from '@badrap/valita'

import type { Bookmaker, SelectionId } from '../../book/ids.ts'
import type { QuoteStatus } from '../../book/quote.ts'
import { type Parsed, parse, tickFields } from '../../book/wire.ts'

/** As much of a stored tick as its market's history is made of. */
export type HistoryTick = {
  seq: number
  selectionId: SelectionId
  bookmaker: Bookmaker
  last: number | null
  back: number | null
  lay: number | null
  point: number | null
  status: QuoteStatus
  observedAtMs: number
  /** Undefined where the tick was stored before this was. */
  previousSeq?: number | null | undefined
}

export const historyFields = [
  'seq',
  'selectionId',
  'bookmaker',
  'last',
  'back',
  'lay',
  'point',
  'status',
  'observedAtMs',
  'previousSeq',
] as const satisfies readonly (keyof HistoryTick)[]

const { seq, selectionId, bookmaker, last, back, lay, point, status, observedAtMs } = tickFields
const historyTick = v.object({
  seq,
  selectionId,
  bookmaker,
  last,
  back,
  lay,
  point,
  status,
  observedAtMs,
  previousSeq: seq.nullable().optional(),
})

export const parseHistoryTick = (raw: unknown): Parsed<HistoryTick> => parse<HistoryTick>(historyTick, raw)
