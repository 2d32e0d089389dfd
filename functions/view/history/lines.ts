import { type Bookmaker, type QuoteKey, quoteKeyOf, type SelectionId } from '../../book/ids.ts'
import { type Grid, StepFold, type Steps } from './fold.ts'
import type { HistoryTick } from './history-tick.ts'
import type { Window } from './window.ts'

export const sides = ['last', 'back', 'lay'] as const
export type Side = (typeof sides)[number]

/** What one bookmaker said of one selection. `before`: what held when the window begins, and since when; null where nothing is known. */
export type Line = {
  selectionId: SelectionId
  bookmaker: Bookmaker
  side: Side
  before: { atMs: number; price: number | null; point: number | null } | null
  steps: Steps
}

/** A quote at some time: a stored tick, or what the book has. */
export type Quoted = Pick<HistoryTick, Side | 'point' | 'status' | 'observedAtMs'>

/** A price is there to be had only while the quote is open. */
const priceIn = (quoted: Quoted, side: Side) => (quoted.status === 'open' ? quoted[side] : null)

/** Takes the ticks of a window in the order of their seq, and makes a line of each selection and bookmaker. */
export class Lines {
  readonly #window: Window
  readonly #folded: readonly Side[]
  readonly #side: Side | 'auto'
  readonly #lines = new Map<QuoteKey, Pending>()
  #clockMs: number

  /** `auto` is the last price where the bookmaker tells any, else the one to back at. */
  constructor(window: Window, side: Side | 'auto') {
    this.#window = window
    this.#side = side
    this.#folded = side === 'auto' ? ['last', 'back'] : [side]
    this.#clockMs = window.fromMs
  }

  add(tick: HistoryTick) {
    // Time stands still rather than going back: the order is that of the seq (I11).
    const nowMs = Math.min(tick.observedAtMs, this.#window.toMs - 1)
    if (nowMs > this.#clockMs) this.#clockMs = nowMs
    const line = this.#lineOf(tick.selectionId, tick.bookmaker)
    if (line.first === undefined) line.first = tick
    for (const { side, fold } of line.folds) fold.add(this.#clockMs, priceIn(tick, side), tick.point)
  }

  /** Whose ticks begin inside the window, each with the first. */
  begun(): readonly HistoryTick[] {
    return [...this.#lines.values()].flatMap(({ first }) => (first === undefined ? [] : [first]))
  }

  /** What held before the window, whether or not anything happened in it. */
  begin(selectionId: SelectionId, bookmaker: Bookmaker, quoted: Quoted) {
    const line = this.#lineOf(selectionId, bookmaker)
    line.before = quoted
    for (const { side, fold } of line.folds) fold.begin(priceIn(quoted, side))
  }

  lines(): Line[] {
    return [...this.#lines.values()].map(({ selectionId, bookmaker, before, folds }) => {
      const { side, fold } = chosen(folds, before, this.#side)
      const held = before === undefined ? null : { atMs: before.observedAtMs, price: priceIn(before, side), point: before.point }
      return { selectionId, bookmaker, side, before: held, steps: fold.steps }
    })
  }

  #lineOf(selectionId: SelectionId, bookmaker: Bookmaker): Pending {
    const key = quoteKeyOf(selectionId, bookmaker)
    const known = this.#lines.get(key)
    if (known !== undefined) return known
    const grid: Grid = this.#window
    const folds = this.#folded.map((side) => ({ side, fold: new StepFold(grid) }))
    const line: Pending = { selectionId, bookmaker, folds, first: undefined, before: undefined }
    this.#lines.set(key, line)
    return line
  }
}

type SideFold = { side: Side; fold: StepFold }
type Pending = {
  selectionId: SelectionId
  bookmaker: Bookmaker
  folds: readonly SideFold[]
  first: HistoryTick | undefined
  before: Quoted | undefined
}

function chosen(folds: readonly SideFold[], before: Quoted | undefined, side: Side | 'auto'): SideFold {
  const [first, second] = folds
  if (first === undefined) throw new Error(`no line of ${side} was kept`)
  if (second === undefined) return first
  const isTold = (before !== undefined && before.last !== null) || first.fold.steps.last.some((price) => price !== null)
  return isTold ? first : second
}
