import { type Kind, oneOf } from './kinds.ts'
import { optional } from './parameters.ts'

export type Cell = string | number | boolean | null

/** RFC 4180: the names first, then a row a line; commas, quotes and line ends inside quotes. A null is nothing at all. */
export function csv(columns: readonly string[], rows: Iterable<readonly Cell[]>): string {
  let text = line(columns)
  for (const row of rows) text += line(row)
  return text
}

const line = (cells: readonly Cell[]) => `${cells.map(written).join(',')}\r\n`

function written(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  const text = looksLikeFormula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A sheet would take it for one and work it out, whoever wrote it. An apostrophe says that it is text. */
const looksLikeFormula = /^[=+\-@\t\r]/

/** `name` is what a browser saves it as. */
export const csvHeaders = (name: string) => ({
  'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]+/g, '-').slice(0, 100)}.csv"`,
  vary: 'accept',
})
export const csvType = 'text/csv; charset=utf-8; header=present'

export type Format = 'json' | 'csv'
const formats: Kind<Format> = oneOf(['json', 'csv'])
export const formatParameter = optional(
  formats,
  'What to answer in; where it is not said, as the header Accept prefers, or else JSON.',
)

export function formatFor(said: Format | undefined, accept: string | null): Format {
  if (said !== undefined) return said
  return weightIn(accept ?? '', 'text/csv') > weightIn(accept ?? '', 'application/json') ? 'csv' : 'json'
}

function weightIn(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim())
    if (name !== type) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    return q === undefined ? 1 : Number(q.slice(2)) || 0
  }
  return 0
}
