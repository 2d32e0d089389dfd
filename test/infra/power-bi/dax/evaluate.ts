import { parseDax, type Dax } from './parse.ts'

/** A date and time is a number of days, as it is in DAX; null is BLANK. */
export type Scalar = null | number | string | boolean
export type DaxTable = { columns: readonly string[]; rows: readonly (readonly Scalar[])[] }
export type DaxModel = {
  tables: ReadonlyMap<string, DaxTable>
  measures: ReadonlyMap<string, string>
  /** From the many to the one. */
  relationships: readonly { from: ColumnName; to: ColumnName }[]
}
type ColumnName = { table: string; column: string }

type Row = ReadonlyMap<string, ColumnName & { value: Scalar }>

/** What a filter context says of one column. */
export type Filter = ColumnName & { keeps: (value: Scalar) => boolean }
export const only = (table: string, column: string, ...values: Scalar[]): Filter => ({
  table,
  column,
  keeps: (value) => values.some((kept) => same(kept, value)),
})

/** A measure of the model, in the filter context that a cell of a report has. */
export function measured(model: DaxModel, name: string, filters: readonly Filter[] = []): Scalar {
  return new Evaluation(model, filters, new Map(), new Map()).measure(name)
}

const parsed = new Map<string, Dax>()
function parsedOnce(dax: string): Dax {
  const known = parsed.get(dax) ?? parseDax(dax)
  parsed.set(dax, known)
  return known
}

/**
 * Works DAX out as its reference says, for the functions that the measures call. A filter on a table filters the tables on the many side
 * of its relationships; `CALCULATE` turns the row that an iteration is at into filters, and a measure is inside a `CALCULATE` of its own.
 */
class Evaluation {
  readonly #model: DaxModel
  readonly #filters: readonly Filter[]
  /** The columns that an iteration is at a value of. */
  readonly #row: Row
  readonly #variables: ReadonlyMap<string, Scalar>
  readonly #visible = new Map<string, readonly (readonly Scalar[])[]>()

  constructor(model: DaxModel, filters: readonly Filter[], row: Row, variables: ReadonlyMap<string, Scalar>) {
    this.#model = model
    this.#filters = filters
    this.#row = row
    this.#variables = variables
  }

  measure(name: string): Scalar {
    const dax = this.#model.measures.get(name)
    if (dax === undefined) throw new Error(`there is no measure [${name}]`)
    return new Evaluation(this.#model, this.#afterTransition(), new Map(), new Map()).scalar(parsedOnce(dax))
  }

  scalar(dax: Dax): Scalar {
    switch (dax.kind) {
      case 'literal':
        return dax.value
      case 'measure':
        return this.measure(dax.name)
      case 'name': {
        const found = this.#variables.get(dax.name)
        if (found === undefined) throw new Error(`${dax.name} is no variable`)
        return found
      }
      case 'column': {
        const at = this.#row.get(keyOf(dax))
        if (at === undefined) throw new Error(`there is no row that ${keyOf(dax)} could be of`)
        return at.value
      }
      case 'not':
        return this.scalar(dax.of) !== true
      case 'let': {
        const inside = dax.variables.reduce<Evaluation>((so, [name, value]) => so.#knowing(name, so.scalar(value)), this)
        return inside.scalar(dax.result)
      }
      case 'binary':
        return this.#binary(dax)
      case 'call':
        return this.#call(dax)
    }
  }

  #knowing(name: string, value: Scalar): Evaluation {
    return new Evaluation(this.#model, this.#filters, this.#row, new Map(this.#variables).set(name, value))
  }

  #binary({ operator, left, right }: Extract<Dax, { kind: 'binary' }>): Scalar {
    if (operator === '&&') return this.scalar(left) === true && this.scalar(right) === true
    if (operator === '||') return this.scalar(left) === true || this.scalar(right) === true
    const [a, b] = [this.scalar(left), this.scalar(right)]
    if (operator === '=') return same(a, b)
    if (operator === '<>') return !same(a, b)
    if (operator === '<') return order(a, b) < 0
    if (operator === '<=') return order(a, b) <= 0
    if (operator === '>') return order(a, b) > 0
    if (operator === '>=') return order(a, b) >= 0
    // To add a blank is to add nothing, and two blanks are blank; to multiply with one is blank.
    if (operator === '*') return a === null || b === null ? null : numberOf(a) * numberOf(b)
    if (a === null && b === null) return null
    if (operator === '+') return numberOf(a) + numberOf(b)
    if (operator === '-') return numberOf(a) - numberOf(b)
    throw new Error(`the operator ${operator} is not known here`)
  }

  #call({ name, args: [first, ...rest] }: Extract<Dax, { kind: 'call' }>): Scalar {
    if (first === undefined) throw new Error(`${name}() is not known here`)
    const [second, third] = rest
    switch (name) {
      case 'ABS': {
        const value = this.scalar(first)
        return value === null ? null : Math.abs(numberOf(value))
      }
      case 'CALCULATE':
        return this.#calculate(rest).scalar(first)
      case 'COUNTROWS':
        return this.#rows(tableIn(first)).length || null
      case 'DISTINCTCOUNT':
        return this.#values(columnIn(first)).length || null
      case 'DIVIDE': {
        const [over, under] = [this.scalar(first), second === undefined ? null : this.scalar(second)]
        return over === null || under === null || under === 0 ? null : numberOf(over) / numberOf(under)
      }
      case 'HASONEVALUE':
        return this.#values(columnIn(first)).length === 1
      case 'IF':
        if (this.scalar(first) === true) return second === undefined ? null : this.scalar(second)
        return third === undefined ? null : this.scalar(third)
      case 'ISBLANK':
        return this.scalar(first) === null
      case 'MAX':
        return most(this.#cells(columnIn(first)), 1)
      case 'MIN':
        return most(this.#cells(columnIn(first)), -1)
      case 'MAXX':
        return most(this.#iterated(first, second), 1)
      case 'MINX':
        return most(this.#iterated(first, second), -1)
      case 'SUM': {
        const cells = this.#cells(columnIn(first)).filter((cell) => cell !== null)
        return cells.length === 0 ? null : cells.reduce<number>((sum, cell) => sum + numberOf(cell), 0)
      }
      default:
        throw new Error(`${name} is not known here`)
    }
  }

  /** One value of a column after the other, in the row that it makes. */
  #iterated(over: Dax, each: Dax | undefined): Scalar[] {
    if (over.kind !== 'call' || over.name !== 'VALUES' || each === undefined) throw new Error('only VALUES is iterated here')
    const column = columnIn(over.args[0])
    return this.#values(column).map((value) => {
      const row = new Map(this.#row).set(keyOf(column), { ...column, value })
      return new Evaluation(this.#model, this.#filters, row, this.#variables).scalar(each)
    })
  }

  #calculate(modifiers: readonly Dax[]): Evaluation {
    let filters = this.#afterTransition()
    const added: Filter[] = []
    for (const modifier of modifiers) {
      const call = modifier.kind === 'call' ? modifier : undefined
      const [first] = call?.args ?? []
      if (call?.name === 'REMOVEFILTERS') {
        const table = tableIn(first)
        filters = filters.filter((filter) => filter.table !== table)
      } else if (call?.name === 'KEEPFILTERS' && first !== undefined) added.push(this.#condition(first))
      else {
        const condition = this.#condition(modifier)
        filters = filters.filter((filter) => keyOf(filter) !== keyOf(condition))
        added.push(condition)
      }
    }
    return new Evaluation(this.#model, [...filters, ...added], new Map(), this.#variables)
  }

  /** A condition on one column, whose other parts have their value where the condition stands. */
  #condition(dax: Dax): Filter {
    const columns = new Map(columnsIn(dax).map((column) => [keyOf(column), column]))
    const [column] = columns.values()
    if (column === undefined || columns.size > 1) throw new Error('a condition is on one column here')
    return {
      ...column,
      keeps: (value) => {
        const row = new Map(this.#row).set(keyOf(column), { ...column, value })
        return new Evaluation(this.#model, this.#filters, row, this.#variables).scalar(dax) === true
      },
    }
  }

  #afterTransition(): readonly Filter[] {
    const at = [...this.#row.values()].map(({ table, column, value }) => only(table, column, value))
    const replaced = new Set(at.map(keyOf))
    return [...this.#filters.filter((filter) => !replaced.has(keyOf(filter))), ...at]
  }

  #values(column: ColumnName): Scalar[] {
    return [...new Set(this.#cells(column))]
  }

  #cells({ table, column }: ColumnName): Scalar[] {
    const at = placeOf(this.#table(table), column)
    return this.#rows(table).map((row) => row[at] ?? null)
  }

  #rows(name: string): readonly (readonly Scalar[])[] {
    const known = this.#visible.get(name)
    if (known !== undefined) return known
    const table = this.#table(name)
    const own = this.#filters
      .filter((filter) => filter.table === name)
      .map(({ column, keeps }) => ({ at: placeOf(table, column), keeps }))
    const related = this.#model.relationships
      .filter(({ from }) => from.table === name)
      .map(({ from, to }) => {
        const one = this.#table(to.table)
        const isFiltered = this.#isFiltered(to.table)
        // A row that refers to nothing belongs to a row of blanks.
        const seesBlank = this.#filters.every((filter) => filter.table !== to.table || filter.keeps(null))
        const all = new Set(one.rows.map((row) => row[placeOf(one, to.column)] ?? null))
        const seen = new Set(this.#cells(to))
        return {
          at: placeOf(table, from.column),
          keeps: (key: Scalar) => !isFiltered || (all.has(key) ? seen.has(key) : seesBlank),
        }
      })
    const rows = table.rows.filter((row) => [...own, ...related].every(({ at, keeps }) => keeps(row[at] ?? null)))
    this.#visible.set(name, rows)
    return rows
  }

  #isFiltered(name: string): boolean {
    if (this.#filters.some((filter) => filter.table === name)) return true
    return this.#model.relationships.some(({ from, to }) => from.table === name && this.#isFiltered(to.table))
  }

  #table(name: string): DaxTable {
    const found = this.#model.tables.get(name)
    if (found === undefined) throw new Error(`there is no table ${name}`)
    return found
  }
}

const keyOf = ({ table, column }: ColumnName) => `${table}[${column}]`

function placeOf({ columns }: DaxTable, name: string): number {
  const at = columns.indexOf(name)
  if (at < 0) throw new Error(`there is no column ${name}`)
  return at
}

function columnIn(dax: Dax | undefined): ColumnName {
  if (dax?.kind !== 'column') throw new Error('a column belongs here')
  return dax
}

function tableIn(dax: Dax | undefined): string {
  if (dax?.kind !== 'name') throw new Error('a table belongs here')
  return dax.name
}

function columnsIn(dax: Dax): ColumnName[] {
  if (dax.kind === 'column') return [dax]
  if (dax.kind === 'binary') return [...columnsIn(dax.left), ...columnsIn(dax.right)]
  if (dax.kind === 'not') return columnsIn(dax.of)
  return dax.kind === 'call' ? dax.args.flatMap(columnsIn) : []
}

/** A blank counts as 0 among numbers, and as an empty text among texts. */
const same = (a: Scalar, b: Scalar) => a === b || (typeof a !== 'boolean' && typeof b !== 'boolean' && order(a, b) === 0)

function order(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' || typeof b === 'string') {
    const [x, y] = [String(a ?? ''), String(b ?? '')]
    return x === y ? 0 : x < y ? -1 : 1
  }
  return numberOf(a) - numberOf(b)
}

function most(values: readonly Scalar[], sign: 1 | -1): Scalar {
  return values.reduce(
    (found, value) => (found === null || (value !== null && sign * order(value, found) > 0) ? value : found),
    null,
  )
}

function numberOf(value: Scalar): number {
  if (value === null) return 0
  if (typeof value !== 'number') throw new Error(`${String(value)} is no number`)
  return value
}
