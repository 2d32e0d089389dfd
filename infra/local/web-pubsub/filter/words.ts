export type Word =
  | { kind: 'name'; text: string }
  | { kind: 'string'; value: string }
  | { kind: 'integer'; value: number }
  | { kind: 'mark'; text: '(' | ')' | ',' }

/** An OData filter cut into words, or where it could not be. A quote inside a string is doubled: `'it''s'`. */
export function cut(source: string): Word[] | { unreadableAt: number } {
  const words: Word[] = []
  let at = 0
  while (at < source.length) {
    shape.lastIndex = at
    const found = shape.exec(source)
    if (found === null) return { unreadableAt: at }
    const { name, string, integer, mark } = found.groups ?? {}
    if (name !== undefined) words.push({ kind: 'name', text: name })
    if (string !== undefined) words.push({ kind: 'string', value: string.replaceAll("''", "'") })
    if (integer !== undefined) words.push({ kind: 'integer', value: Number(integer) })
    if (mark === '(' || mark === ')' || mark === ',') words.push({ kind: 'mark', text: mark })
    at = shape.lastIndex
  }
  return words
}

const shape = /(?:\s+|(?<name>[A-Za-z_]\w*)|'(?<string>(?:[^']|'')*)'|(?<integer>[+-]?\d{1,10})(?![\w.])|(?<mark>[(),]))/y
