/** An object of TMDL: `column 'Best Price' = …`, what is said of it, and the objects inside it. */
export type TmdlObject = {
  kind: string
  name: string
  description: string
  /** What stands after the `=`: DAX, M, or the value of an annotation. Empty where nothing does. */
  value: string
  properties: ReadonlyMap<string, string>
  children: readonly TmdlObject[]
}

/**
 * Reads as much of TMDL as the project uses, and refuses what it does not know. Indentation is by tabs: what belongs to an object is one
 * deeper than it, and the lines of an expression are two deeper than the line that ends with its `=`.
 */
export function readTmdl(text: string): TmdlObject[] {
  const lines = text
    .split('\n')
    .map((line, index) => ({ at: index + 1, depth: /^\t*/.exec(line)?.[0].length ?? 0, text: line.trim(), line }))
  const reader = new Reader(lines)
  return reader.objects(0)
}

type Line = { at: number; depth: number; text: string; line: string }

const kinds = new Set([
  'database',
  'model',
  'table',
  'column',
  'measure',
  'partition',
  'expression',
  'relationship',
  'annotation',
  'ref',
])
/** Properties that are true by being there. */
const flags = new Set(['isHidden', 'isKey', 'discourageImplicitMeasures', 'legacyRedirects', 'returnErrorValuesAsNull'])
/** Properties that hold properties. */
const groups = new Set(['dataAccessOptions'])

class Reader {
  readonly #lines: readonly Line[]
  #next = 0

  constructor(lines: readonly Line[]) {
    this.#lines = lines
  }

  objects(depth: number): TmdlObject[] {
    const found: TmdlObject[] = []
    for (let line = this.#peek(); line !== undefined && line.depth >= depth; line = this.#peek()) {
      if (line.depth > depth) throw new Error(`line ${line.at} is indented too far: ${line.text}`)
      found.push(this.#object(depth))
    }
    return found
  }

  #object(depth: number): TmdlObject {
    const description = this.#description(depth)
    const line = this.#take()
    const declared = /^(\w+)(?:\s+('(?:[^']|'')+'|[^\s=]+(?:\s+[^\s=]+)?))?\s*(?:=\s*(.*))?$/.exec(line.text)
    const [, kind = '', name = '', inline] = declared ?? []
    if (!kinds.has(kind)) throw new Error(`line ${line.at} declares nothing that is known: ${line.text}`)
    const value = inline === undefined ? '' : inline === '' ? this.#expression(depth + 2) : inline
    const properties = new Map<string, string>()
    const children: TmdlObject[] = []
    for (let inside = this.#peek(); inside !== undefined && inside.depth > depth; inside = this.#peek()) {
      if (inside.depth > depth + 1) throw new Error(`line ${inside.at} is indented too far: ${inside.text}`)
      if (inside.text.startsWith('///') || kinds.has(inside.text.split(/\s/)[0] ?? '')) children.push(this.#object(depth + 1))
      else this.#property(depth + 1, properties)
    }
    return { kind, name: unquoted(name), description, value, properties, children }
  }

  #property(depth: number, properties: Map<string, string>): void {
    const { at, text } = this.#take()
    const [, name = '', separator = '', said = ''] = /^(\w+)\s*([:=]?)\s*(.*)$/.exec(text) ?? []
    if (properties.has(name)) throw new Error(`line ${at} says ${name} again`)
    if (separator === '' && groups.has(name)) {
      properties.set(name, '')
      for (let line = this.#peek(); line !== undefined && line.depth > depth; line = this.#peek())
        this.#property(depth + 1, properties)
    } else if (separator === '') {
      if (!flags.has(name)) throw new Error(`line ${at} is no property that is known: ${text}`)
      properties.set(name, 'true')
    } else properties.set(name, separator === '=' && said === '' ? this.#expression(depth + 2) : said)
  }

  #description(depth: number): string {
    const said: string[] = []
    for (let line = this.#peek(); line?.text.startsWith('///') === true && line.depth === depth; line = this.#peek()) {
      said.push(this.#take().text.slice(3).trim())
    }
    return said.join('\n')
  }

  #expression(depth: number): string {
    const found: string[] = []
    for (let line = this.#lines[this.#next]; line !== undefined; line = this.#lines[this.#next]) {
      if (line.text !== '' && line.depth < depth) break
      found.push(line.line.slice(depth))
      this.#next++
    }
    return found.join('\n').trimEnd()
  }

  #peek(): Line | undefined {
    while (this.#lines[this.#next]?.text === '') this.#next++
    return this.#lines[this.#next]
  }

  #take(): Line {
    const line = this.#peek()
    if (line === undefined) throw new Error('the text ends in the middle of an object')
    this.#next++
    return line
  }
}

const unquoted = (name: string) => (name.startsWith("'") ? name.slice(1, -1).replaceAll("''", "'") : name)
