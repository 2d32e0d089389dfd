import { type Token, tokensOf } from './tokens.ts'

/** What a DAX expression refers to. `bare`: `[Name]` without a table before it, which is a measure. */
export type DaxReferences = {
  columns: readonly { table: string; column: string }[]
  bare: readonly string[]
  tables: readonly string[]
  functions: readonly string[]
}

/** Refuses what is no token of DAX, and brackets that do not match. */
export function readDax(dax: string): DaxReferences {
  const tokens = tokensOf(dax)
  const variables = new Set(tokens.flatMap((token, i) => (isWord(token, 'VAR') ? [tokens[i + 1]?.text ?? ''] : [])))
  const columns: { table: string; column: string }[] = []
  const bare: string[] = []
  const tables: string[] = []
  const functions: string[] = []
  let depth = 0
  for (const [i, token] of tokens.entries()) {
    const [before, after] = [tokens[i - 1], tokens[i + 1]]
    if (token.text === '(' && token.kind === 'sign') depth++
    if (token.text === ')' && token.kind === 'sign') depth--
    if (depth < 0) throw new Error(`a bracket closes that was not opened, at ${token.at}`)
    const isTable =
      token.kind === 'quoted' || (token.kind === 'name' && !keywords.has(token.text.toUpperCase()) && !variables.has(token.text))
    if (token.kind === 'bracketed') {
      const table = before?.kind === 'quoted' || before?.kind === 'name' ? before.text : undefined
      if (table === undefined || keywords.has(table.toUpperCase())) bare.push(token.text)
      else columns.push({ table, column: token.text })
    } else if (isTable && after?.kind === 'sign' && after.text === '(' && token.kind === 'name')
      functions.push(token.text.toUpperCase())
    else if (isTable && after?.kind !== 'bracketed') tables.push(token.text)
  }
  if (depth !== 0) throw new Error('a bracket is not closed')
  return { columns, bare, tables, functions }
}

const keywords = new Set(['VAR', 'RETURN', 'TRUE', 'FALSE', 'IN', 'NOT'])
const isWord = (token: Token, word: string) => token.kind === 'name' && token.text.toUpperCase() === word
