import { badRequest } from '../errors.ts'

export type Token =
  | { kind: 'name'; text: string; at: number }
  | { kind: 'parameter'; text: string; at: number }
  | { kind: 'number'; value: number; text: string; at: number }
  | { kind: 'text'; value: string; text: string; at: number }
  | { kind: 'symbol'; text: string; at: number }
  | { kind: 'end'; text: ''; at: number }

const pattern =
  /\s+|(?<comment>--[^\n]*)|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<parameter>@[A-Za-z_]\w*)|(?<name>[A-Za-z_]\w*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<symbol>!=|<>|<=|>=|\?\?|\|\||[=<>()[\]{},.*+\-/%?:&|^~])/suy

export function tokenize(query: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < query.length) {
    pattern.lastIndex = at
    const match = pattern.exec(query)
    if (match === null) throw badRequest(`Syntax error at position ${at}, near '${query.slice(at, at + 20)}'.`)
    const { number, parameter, name, text, symbol } = match.groups ?? {}
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number), text: number, at })
    else if (parameter !== undefined) tokens.push({ kind: 'parameter', text: parameter, at })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at })
    else if (text !== undefined) tokens.push({ kind: 'text', value: unquote(text, at), text, at })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol === '<>' ? '!=' : symbol, at })
    at = pattern.lastIndex
  }
  tokens.push({ kind: 'end', text: '', at })
  return tokens
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function unquote(text: string, at: number): string {
  return text.slice(1, -1).replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gsu, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    if (/["'\\/]/.test(escaped)) return escaped
    const character = escapes[escaped]
    if (character === undefined) throw badRequest(`Unknown escape \\${escaped} in the text at position ${at}.`)
    return character
  })
}
