import { badRequest, unsupported } from '../errors.ts'
import type { Token } from './lexer.ts'

export type TokenReader = ReturnType<typeof tokenReader>

/** Keywords are matched whatever their case, and are not reserved: `c.value` is a property. */
export function tokenReader(tokens: readonly Token[]) {
  let at = 0
  const end = tokens.at(-1) ?? { kind: 'end' as const, text: '' as const, at: 0 }
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end
  const isWord = (word: string) => peek().kind === 'name' && peek().text.toUpperCase() === word
  const isSymbol = (symbol: string, ahead = 0) => peek(ahead).kind === 'symbol' && peek(ahead).text === symbol
  return {
    peek,
    isWord,
    isSymbol,
    position: () => at,
    moveTo: (position: number) => {
      at = position
    },
    next: (): Token => {
      const token = peek()
      at += 1
      return token
    },
    takeWord: (word: string): boolean => {
      const found = isWord(word)
      if (found) at += 1
      return found
    },
    takeSymbol: (symbol: string): boolean => {
      const found = isSymbol(symbol)
      if (found) at += 1
      return found
    },
    takeName: (what: string): string => {
      const token = peek()
      if (token.kind !== 'name') throw badRequest(`Expected ${what} at position ${token.at}, found '${token.text}'.`)
      at += 1
      return token.text
    },
    expectSymbol: (symbol: string): void => {
      if (!isSymbol(symbol)) throw badRequest(`Expected '${symbol}' at position ${peek().at}, found '${peek().text}'.`)
      at += 1
    },
    expectEnd: (): void => {
      if (peek().kind !== 'end') throw unsupported(`'${peek().text}' at position ${peek().at} of the query`)
    },
    skipTo: (word: string): void => {
      while (peek().kind !== 'end' && (!isWord(word) || isSymbol('.', -1))) at += 1
    },
  }
}
