import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { csv, formatFor } from '../../functions/view/api/csv.ts'

/** The grammar of RFC 4180, and nothing more. */
function read(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text)
    if (found === null) throw new Error('not a CSV')
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

describe('CSV', () => {
  it('gives back whatever was written, text as text', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[=+@ ,"\r\n\tx'-]{0,6}$/))
    const cell = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null))
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width })))
    fc.assert(
      fc.property(table, (rows) => {
        const plain = rows.map((row) => row.map((value) => (value === null ? '' : String(value))))
        const guarded = rows.map((row, r) =>
          row.map((value, c) => (typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : (plain[r]?.[c] ?? ''))),
        )
        expect(read(csv(['a', 'b'], rows))).toEqual([['a', 'b'], ...guarded])
      }),
    )
  })

  it('is never worked out by a sheet: text that looks like a formula is said to be text, a number is a number', () => {
    expect(
      csv(
        ['name', 'price'],
        [
          ['=HYPERLINK("http://x")', -110],
          ['-1.5 handicap', 0.5],
          ['Yes, "now"', null],
        ],
      ),
    ).toBe('name,price\r\n"\'=HYPERLINK(""http://x"")",-110\r\n\'-1.5 handicap,0.5\r\n"Yes, ""now""",\r\n')
  })

  it.each([
    [undefined, null, 'json'],
    [undefined, '*/*', 'json'],
    [undefined, 'text/csv', 'csv'],
    [undefined, 'application/json, text/csv;q=0.9', 'json'],
    [undefined, 'application/json;q=0.1, text/csv;q=0.9', 'csv'],
    [undefined, 'text/csv;q=0', 'json'],
    [undefined, ';;q=,text/csv;q=x', 'json'],
    ['json', 'text/csv', 'json'],
    ['csv', 'application/json', 'csv'],
  ] as const)('is given where it was asked for: format %s, Accept %s', (said, accept, format) => {
    expect(formatFor(said, accept)).toBe(format)
  })
})
