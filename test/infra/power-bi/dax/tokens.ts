export type Token = { kind: 'text' | 'name' | 'quoted' | 'bracketed' | 'number' | 'sign'; text: string; at: number }

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['text', /"(?:[^"]|"")*"/y],
  ['quoted', /'(?:[^']|'')+'/y],
  ['bracketed', /\[(?:[^\]]|\]\])+\]/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_.]*/y],
  ['sign', /&&|\|\||<>|<=|>=|[-+*/^=<>&(),{}]/y],
]

/** Names, texts and columns come without what they are quoted with. */
export function tokensOf(dax: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < dax.length;) {
    const blank = /\s+/y
    blank.lastIndex = at
    if (blank.test(dax)) {
      at = blank.lastIndex
      continue
    }
    const found = patterns.flatMap(([kind, pattern]) => {
      pattern.lastIndex = at
      const text = pattern.exec(dax)?.[0]
      return text === undefined ? [] : [{ kind, text }]
    })[0]
    if (found === undefined) throw new Error(`no DAX from "${dax.slice(at, at + 20)}" on`)
    const inner = ['text', 'quoted', 'bracketed'].includes(found.kind) ? found.text.slice(1, -1) : found.text
    tokens.push({ kind: found.kind, text: inner, at })
    at += found.text.length
  }
  return tokens
}
