import { orderOf, rowOf, type Scope, truth } from './evaluate.ts'
import {
  fromJson,
  isA,
  isFunction,
  isList,
  type List,
  MError,
  type MFunction,
  type RecordValue,
  table,
  type TableValue,
  typeName,
  type Value,
} from './values.ts'
import { csvRows } from './csv.ts'

/** What the queries reach outside themselves: the address of the app, the mirrored database, the clock. */
export type Outside = {
  webContents: MFunction
  sqlDatabase: MFunction
  nowMs: number
}

/** The functions of M that the project's queries call; each does what Microsoft's reference says of it, for the arguments that it is given there. */
export function library({ webContents, sqlDatabase, nowMs }: Outside): Scope {
  const functions: Record<string, MFunction> = {
    ...tableFunctions,
    ...otherFunctions,
    'Web.Contents': webContents,
    'Sql.Database': sqlDatabase,
    'DateTimeZone.FixedUtcNow': () => ({ type: 'datetimezone', ms: nowMs }),
  }
  return new Map(
    [...Object.entries(functions), ...Object.entries(constants)].map(([name, value]) => [name, () => value] as const),
  )
}

const constants: Record<string, Value> = {
  'Int64.Type': { type: 'type', name: 'Int64' },
  'JoinKind.Inner': 0,
  'Order.Ascending': 0,
  'Order.Descending': 1,
  'QuoteStyle.Csv': 1,
  'MissingField.UseNull': 2,
}

const tableFunctions: Record<string, MFunction> = {
  'Table.AddColumn'(from = null, name = null, make = null) {
    const t = asTable(from)
    return table(
      [...t.columns, asText(name)],
      t.rows.map((row) => [...row, asFunction(make)(rowOf(t.columns, row))]),
      t.types,
    )
  },
  'Table.ColumnNames': (from = null) => asTable(from).columns,
  'Table.Combine'(from = null) {
    const all = asList(from).map(asTable)
    const columns = [...new Set(all.flatMap((t) => t.columns))]
    return table(
      columns,
      all.flatMap((t) => t.rows.map((row) => columns.map((name) => cell(t, row, name)))),
    )
  },
  'Table.Distinct'(from = null, criteria = null) {
    const t = asTable(from)
    const [first = null, comparer] = asList(criteria)
    const seen = new Set<string>()
    const rows = t.rows.filter((row) => {
      const key = comparer === ignoreCase ? asText(cell(t, row, asText(first))).toUpperCase() : keyOf(t, row, texts(criteria))
      return !seen.has(key) && seen.add(key)
    })
    return table(t.columns, rows, t.types)
  },
  'Table.ExpandListColumn'(from = null, column = null) {
    const t = asTable(from)
    const at = placeOf(t, asText(column))
    const rows = t.rows.flatMap((row) => {
      const list = row[at] ?? null
      const items = list === null || asList(list).length === 0 ? [null] : asList(list)
      return items.map((item) => row.toSpliced(at, 1, item))
    })
    return table(t.columns, rows)
  },
  'Table.ExpandRecordColumn': (from = null, column = null, names = null, newNames = names) =>
    expanded(asTable(from), asText(column), texts(names), texts(newNames), (value) => [
      value === null ? undefined : asRecord(value),
    ]),
  'Table.ExpandTableColumn': (from = null, column = null, names = null, newNames = names) =>
    expanded(asTable(from), asText(column), texts(names), texts(newNames), (value) => {
      const inner = value === null ? undefined : asTable(value)
      const rows = inner?.rows.map((row) => rowOf(inner.columns, row)) ?? []
      return rows.length === 0 ? [undefined] : rows
    }),
  'Table.FirstN': (from = null, count = null) => {
    const t = asTable(from)
    return table(t.columns, t.rows.slice(0, asNumber(count)), t.types)
  },
  'Table.FromList'(from = null, splitter = null, columns = null) {
    if (splitter !== byNothing) throw new Error('Table.FromList is only known with Splitter.SplitByNothing()')
    return table(
      texts(columns),
      asList(from).map((item) => [item]),
    )
  },
  'Table.FromRecords'(from = null, columns = null, missing = null) {
    const names = texts(columns)
    const rows = asList(from).map((item) => {
      const { fields } = asRecord(item)
      const absent = names.find((name) => !fields.has(name))
      if (absent !== undefined && missing === null) throw new MError(`The field '${absent}' of the record wasn't found.`)
      return names.map((name) => fields.get(name) ?? null)
    })
    return table(names, rows)
  },
  'Table.Group'(from = null, keys = null, aggregations = null) {
    const t = asTable(from)
    const names = texts(keys)
    const groups = new Map<string, List[]>()
    for (const row of t.rows) {
      const key = keyOf(t, row, names)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [row])
      else group.push(row)
    }
    const added = asList(aggregations).map(asList)
    const rows = [...groups.values()].map((group) => [
      ...names.map((name) => cell(t, group[0] ?? [], name)),
      ...added.map(([, make = null]) => asFunction(make)(table(t.columns, group))),
    ])
    return table([...names, ...added.map(([name = null]) => asText(name))], rows)
  },
  'Table.Join'(left = null, leftKeys = null, right = null, rightKeys = null, kind = null) {
    if (kind !== constants['JoinKind.Inner']) throw new Error('Table.Join is only known with JoinKind.Inner')
    const [a, b] = [asTable(left), asTable(right)]
    const matches = index(b, texts(rightKeys))
    const rows = a.rows.flatMap((row) => (matches.get(keyOf(a, row, texts(leftKeys))) ?? []).map((other) => [...row, ...other]))
    return table([...a.columns, ...b.columns], rows)
  },
  'Table.PromoteHeaders'(from = null) {
    const [header = [], ...rows] = asTable(from).rows
    return table(header.map(asText), rows)
  },
  'Table.RenameColumns'(from = null, renames = null) {
    const t = asTable(from)
    const renamed = new Map(asList(renames).map((pair) => pairOf(pair)))
    for (const old of renamed.keys()) placeOf(t, old)
    const called = (name: string) => renamed.get(name) ?? name
    return table(t.columns.map(called), t.rows, new Map([...t.types].map(([name, type]) => [called(name), type])))
  },
  'Table.ReplaceValue'(from = null, old = null, replacement = null, replacer = null, columns = null) {
    if (replacer !== replaceValue) throw new Error('Table.ReplaceValue is only known with Replacer.ReplaceValue')
    const t = asTable(from)
    const places = new Set(texts(columns).map((name) => placeOf(t, name)))
    return table(
      t.columns,
      t.rows.map((row) => row.map((value, i) => (places.has(i) && value === old ? replacement : value))),
    )
  },
  'Table.SelectColumns'(from = null, columns = null) {
    const t = asTable(from)
    const names = texts(columns)
    const places = names.map((name) => placeOf(t, name))
    return table(
      names,
      t.rows.map((row) => places.map((at) => row[at] ?? null)),
      t.types,
    )
  },
  'Table.SelectRows'(from = null, condition = null) {
    const t = asTable(from)
    return table(
      t.columns,
      t.rows.filter((row) => truth(asFunction(condition)(rowOf(t.columns, row)))),
      t.types,
    )
  },
  'Table.Sort'(from = null, by = null) {
    const t = asTable(from)
    const [name = null, order = null] = asList(asList(by)[0] ?? null)
    const sign = order === constants['Order.Descending'] ? -1 : 1
    return table(
      t.columns,
      t.rows.toSorted((a, b) => sign * orderOf(cell(t, a, asText(name)), cell(t, b, asText(name)))),
      t.types,
    )
  },
  'Table.TransformColumns'(from = null, transforms = null) {
    const t = asTable(from)
    const made = new Map(
      asList(transforms).map((pair) => {
        const [name = null, make = null] = asList(pair)
        return [placeOf(t, asText(name)), asFunction(make)] as const
      }),
    )
    return table(
      t.columns,
      t.rows.map((row) => row.map((value, i) => made.get(i)?.(value) ?? (made.has(i) ? null : value))),
    )
  },
  'Table.TransformColumnTypes'(from = null, typed = null) {
    const t = asTable(from)
    const types = new Map(
      asList(typed).map((pair) => {
        const [name = null, type = null] = asList(pair)
        if (!isA(type, 'type')) throw new Error('a type is no type')
        return [asText(name), type.name] as const
      }),
    )
    for (const name of types.keys()) placeOf(t, name)
    const rows = t.rows.map((row) => row.map((value, i) => converted(value, types.get(t.columns[i] ?? ''))))
    return table(t.columns, rows, new Map([...t.types, ...types]))
  },
}

const byNothing: MFunction = (value = null) => [value]
const ignoreCase: MFunction = (a = null, b = null) => (asText(a).toUpperCase() === asText(b).toUpperCase() ? 0 : 1)
const replaceValue: MFunction = (value = null, old = null, replacement = null) => (value === old ? replacement : value)

const otherFunctions: Record<string, MFunction> = {
  '#datetime': (year, month, day, hour, minute, second) => ({
    type: 'datetime',
    ms: utcMs(year, month, day, hour, minute, second),
  }),
  '#datetimezone': (year, month, day, hour, minute, second, offsetHours, offsetMinutes) => {
    if (offsetHours !== 0 || offsetMinutes !== 0) throw new Error('#datetimezone is only known in UTC')
    return { type: 'datetimezone', ms: utcMs(year, month, day, hour, minute, second) }
  },
  '#duration': (days = null, hours = null, minutes = null, seconds = null) => ({
    type: 'duration',
    ms: (((asNumber(days) * 24 + asNumber(hours)) * 60 + asNumber(minutes)) * 60 + asNumber(seconds)) * 1_000,
  }),
  'Comparer.OrdinalIgnoreCase': ignoreCase,
  'Csv.Document'(from = null, options = null) {
    if (!(from instanceof Uint8Array)) throw new MError('Csv.Document takes binary here')
    const { fields } = asRecord(options)
    if (
      fields.get('Delimiter') !== ',' ||
      fields.get('Encoding') !== 65_001 ||
      fields.get('QuoteStyle') !== constants['QuoteStyle.Csv']
    ) {
      throw new Error('Csv.Document is only known with commas, UTF-8 and quotes')
    }
    const rows = csvRows(new TextDecoder('utf-8', { fatal: true }).decode(from))
    const width = rows[0]?.length ?? 0
    return table(
      Array.from({ length: width }, (_, i) => `Column${i + 1}`),
      rows,
    )
  },
  'DateTimeZone.FromText'(text = null) {
    const ms = Date.parse(asText(text))
    if (Number.isNaN(ms)) throw new MError("We couldn't parse the input provided as a DateTimeZone value.")
    return { type: 'datetimezone', ms }
  },
  'DateTimeZone.ToUtc': (zoned = null) => (isA(zoned, 'datetimezone') ? zoned : mismatch(zoned, 'DateTimeZone')),
  'DateTimeZone.RemoveZone': (zoned = null) => {
    return isA(zoned, 'datetimezone') ? { type: 'datetime', ms: zoned.ms } : mismatch(zoned, 'DateTimeZone')
  },
  'Duration.TotalSeconds': (span = null) => msOf(span) / 1_000,
  'Json.Document'(from = null) {
    try {
      return fromJson(JSON.parse(from instanceof Uint8Array ? new TextDecoder().decode(from) : asText(from)))
    } catch (error) {
      throw new MError('We found extra characters at the end of JSON input.', { cause: error })
    }
  },
  'List.DateTimes'(start = null, count = null, step = null) {
    if (!isA(start, 'datetime')) throw new MError('List.DateTimes takes a datetime')
    return Array.from({ length: asNumber(count) }, (_, i) => ({ type: 'datetime' as const, ms: start.ms + i * msOf(step) }))
  },
  'List.Max': (from = null) =>
    asList(from).reduce<Value>((most, item) => (most === null || (item !== null && orderOf(item, most) > 0) ? item : most), null),
  'Number.Round': (value = null) => Math.round(asNumber(value)),
  'Number.RoundDown': (value = null) => Math.floor(asNumber(value)),
  'Number.ToText': (value = null) => String(asNumber(value)),
  'Record.Field'(from = null, name = null) {
    const found = asRecord(from).fields.get(asText(name))
    if (found === undefined) throw new MError(`The field '${asText(name)}' of the record wasn't found.`)
    return found
  },
  'Replacer.ReplaceValue': replaceValue,
  'Splitter.SplitByNothing': () => byNothing,
  'Uri.EscapeDataString': (text = null) =>
    encodeURIComponent(asText(text)).replaceAll(/[!'()*]/g, (c) => `%${c.codePointAt(0)?.toString(16).toUpperCase() ?? ''}`),
}

/** To the type that the model is told a column has. Text that is no number is an error, as it is there: an empty cell must be null before. */
function converted(value: Value, type: string | undefined): Value {
  if (value === null || type === undefined) return value
  switch (type) {
    case 'text':
      return typeof value === 'string' || typeof value === 'number' ? String(value) : wrong(value, type)
    case 'number':
    case 'Int64': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number !== 'number' || Number.isNaN(number)) return wrong(value, type)
      return type === 'Int64' ? Math.round(number) : number
    }
    case 'logical':
      if (typeof value === 'boolean') return value
      return value === 'true' ? true : value === 'false' ? false : wrong(value, type)
    case 'datetime':
      return isA(value, 'datetime') ? value : wrong(value, type)
    default:
      throw new Error(`the type ${type} is not known here`)
  }
}

function wrong(value: Value, type: string): never {
  throw new MError(`We couldn't convert to ${type}: ${typeof value === 'string' ? value : typeName(value)}`)
}

function expanded(
  t: TableValue,
  column: string,
  names: readonly string[],
  newNames: readonly string[],
  records: (value: Value) => readonly (RecordValue | undefined)[],
): TableValue {
  const at = placeOf(t, column)
  const rows = t.rows.flatMap((row) =>
    records(row[at] ?? null).map((found) => row.toSpliced(at, 1, ...names.map((name) => found?.fields.get(name) ?? null))),
  )
  return table(t.columns.toSpliced(at, 1, ...newNames), rows)
}

function placeOf(t: TableValue, name: string): number {
  const at = t.columns.indexOf(name)
  if (at < 0) throw new MError(`The column '${name}' of the table wasn't found.`)
  return at
}

const cell = (t: TableValue, row: List, name: string) => row[t.columns.indexOf(name)] ?? null
const keyOf = (t: TableValue, row: List, names: readonly string[]) =>
  JSON.stringify(names.map((name) => row[placeOf(t, name)] ?? null))

function index(t: TableValue, names: readonly string[]): Map<string, List[]> {
  const found = new Map<string, List[]>()
  for (const row of t.rows) {
    const key = keyOf(t, row, names)
    found.set(key, [...(found.get(key) ?? []), row])
  }
  return found
}

function pairOf(pair: Value): readonly [string, string] {
  const [a = null, b = null] = asList(pair)
  return [asText(a), asText(b)]
}

function utcMs(
  year: Value = null,
  month: Value = null,
  day: Value = null,
  hour: Value = null,
  minute: Value = null,
  second: Value = null,
) {
  return Date.UTC(asNumber(year), asNumber(month) - 1, asNumber(day), asNumber(hour), asNumber(minute), asNumber(second))
}

function asTable(value: Value): TableValue {
  return isA(value, 'table') ? value : mismatch(value, 'Table')
}
export function asRecord(value: Value): RecordValue {
  return isA(value, 'record') ? value : mismatch(value, 'Record')
}
export function asText(value: Value = null): string {
  return typeof value === 'string' ? value : mismatch(value, 'Text')
}
function asNumber(value: Value): number {
  return typeof value === 'number' ? value : mismatch(value, 'Number')
}
function asList(value: Value): List {
  return isList(value) ? value : mismatch(value, 'List')
}
function asFunction(value: Value): MFunction {
  return isFunction(value) ? value : mismatch(value, 'Function')
}
const msOf = (value: Value) => (isA(value, 'duration') ? value.ms : mismatch(value, 'Duration'))
const texts = (value: Value) => asList(value).map((item) => asText(item))

function mismatch(value: Value, wanted: string): never {
  throw new MError(`We cannot convert a value of type ${typeName(value)} to type ${wanted}.`)
}
