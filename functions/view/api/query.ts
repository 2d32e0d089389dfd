import { type Said, short } from './parameters.ts'

export type Query = { ok: true; said: Said[] } | { ok: false; status: 400 | 414; detail: string }

const maxLength = 4_096
const maxParameters = 50

/** Takes the query as it came, escapes and all: once a reader that forgives has unescaped it, nobody can tell any more what was wrong. */
export function readQuery(search: string): Query {
  if (search.length > maxLength) return tooLong(search.length)
  const pieces = search.replace(/^\?/, '').split('&').filter(Boolean)
  if (pieces.length > maxParameters) {
    return { ok: false, status: 400, detail: `The query has ${pieces.length} parameters, and ${maxParameters} is the most` }
  }
  const said: Said[] = []
  for (const piece of pieces) {
    const [before = '', ...after] = piece.split('=')
    const [name, value] = [unescaped(before), unescaped(after.join('='))]
    if (name === undefined || value === undefined) {
      return { ok: false, status: 400, detail: `"${short(piece)}" in the query is not UTF-8, escaped` }
    }
    said.push({ name, value })
  }
  return { ok: true, said }
}

function tooLong(length: number): Query {
  const [has, most] = [length, maxLength].map((n) => n.toLocaleString('en'))
  return { ok: false, status: 414, detail: `The query has ${has} characters, and ${most} is the most` }
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
