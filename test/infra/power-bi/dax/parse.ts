import { type Token, tokensOf } from './tokens.ts'

export type Dax =
  | { kind: 'literal'; value: number | string | boolean }
  | { kind: 'name'; name: string }
  | { kind: 'column'; table: string; column: string }
  | { kind: 'measure'; name: string }
  | { kind: 'call'; name: string; args: readonly Dax[] }
  | { kind: 'binary'; operator: string; left: Dax; right: Dax }
  | { kind: 'not'; of: Dax }
  | { kind: 'let'; variables: readonly (readonly [name: string, value: Dax])[]; result: Dax }

/** From the loosest to the tightest. */
const operators: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['=', '<>', '<', '<=', '>', '>='],
  ['&'],
  ['+', '-'],
  ['*', '/'],
]

export function parseDax(dax: string): Dax {
  const tokens = tokensOf(dax)
  let next = 0
  const peek = (): Token | undefined => tokens[next]
  const isNext = (text: string) => peek()?.text.toUpperCase() === text && peek()?.kind !== 'text'
  const take = (text?: string): Token => {
    const token = tokens[next++]
    if (token === undefined || (text !== undefined && token.text.toUpperCase() !== text)) {
      throw new Error(`${text ?? 'more'} is missing at "${dax.slice(token?.at ?? dax.length).slice(0, 20)}"`)
    }
    return token
  }

  function expression(): Dax {
    const variables: (readonly [string, Dax])[] = []
    while (isNext('VAR')) {
      take('VAR')
      const { text: name } = take()
      take('=')
      variables.push([name, expression()])
    }
    if (variables.length === 0) return binary(0)
    take('RETURN')
    return { kind: 'let', variables, result: expression() }
  }

  function binary(level: number): Dax {
    if (level === operators.length) return primary()
    // NOT binds looser than a comparison, and tighter than && and ||.
    if (level === 2 && isNext('NOT')) {
      take('NOT')
      return { kind: 'not', of: binary(level) }
    }
    let left = binary(level + 1)
    for (let token = peek(); token?.kind === 'sign' && operators[level]?.includes(token.text) === true; token = peek()) {
      next++
      left = { kind: 'binary', operator: token.text, left, right: binary(level + 1) }
    }
    return left
  }

  function primary(): Dax {
    const token = take()
    if (token.kind === 'number') return { kind: 'literal', value: Number(token.text) }
    if (token.kind === 'text') return { kind: 'literal', value: token.text }
    if (token.kind === 'bracketed') return { kind: 'measure', name: token.text }
    if (token.kind === 'sign') {
      if (token.text !== '(') throw new Error(`"${token.text}" begins nothing, at ${token.at}`)
      const inside = expression()
      take(')')
      return inside
    }
    if (peek()?.kind === 'bracketed') return { kind: 'column', table: token.text, column: take().text }
    if (token.kind === 'name' && isNext('(')) return { kind: 'call', name: token.text.toUpperCase(), args: args() }
    return { kind: 'name', name: token.text }
  }

  function args(): Dax[] {
    take('(')
    const found: Dax[] = []
    while (!isNext(')')) {
      if (found.length > 0) take(',')
      found.push(expression())
    }
    take(')')
    return found
  }

  const whole = expression()
  if (next < tokens.length) throw new Error(`the expression is over before "${dax.slice(peek()?.at)}"`)
  return whole
}
