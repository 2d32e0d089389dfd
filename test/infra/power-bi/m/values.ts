/** A value of M, as far as the project's queries make any. */
export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Instant
  | Duration
  | Zoned
  | List
  | RecordValue
  | TableValue
  | MFunction
  | MType

export type List = readonly Value[]
/** Its fields are worked out when they are asked for; here they have been. */
export type RecordValue = { type: 'record'; fields: ReadonlyMap<string, Value> }
/** `types`: what `Table.TransformColumnTypes` said of a column; a column that it never spoke of has none. */
export type TableValue = { type: 'table'; columns: readonly string[]; rows: readonly List[]; types: ReadonlyMap<string, string> }
export type MFunction = (...args: Value[]) => Value
export type MType = { type: 'type'; name: string }
/** A date and time without a zone, a span, and a date and time with one, all in milliseconds. */
export type Instant = { type: 'datetime'; ms: number }
export type Duration = { type: 'duration'; ms: number }
export type Zoned = { type: 'datetimezone'; ms: number }

/** What `error` raises in M, and `try` catches. A fault of the evaluator itself is any other error, which nothing catches. */
export class MError extends Error {}

export const record = (fields: Iterable<readonly [string, Value]>): RecordValue => ({ type: 'record', fields: new Map(fields) })

export function table(
  columns: readonly string[],
  rows: readonly List[],
  types: ReadonlyMap<string, string> = new Map(),
): TableValue {
  const twice = columns.find((name, i) => columns.indexOf(name) !== i)
  if (twice !== undefined) throw new MError(`The field '${twice}' already exists in the record.`)
  return { type: 'table', columns, rows, types }
}

/** From JSON, as `Json.Document` gives it. */
export function fromJson(json: unknown): Value {
  if (json === null || typeof json === 'boolean' || typeof json === 'number' || typeof json === 'string') return json
  if (Array.isArray(json)) return json.map(fromJson)
  if (typeof json === 'object') return record(Object.entries(json).map(([name, value]) => [name, fromJson(value)]))
  throw new Error(`no JSON: ${typeof json}`)
}

export const isList = (value: Value): value is List => Array.isArray(value)
export const isFunction = (value: Value): value is MFunction => typeof value === 'function'

type Tagged = RecordValue | TableValue | MType | Instant | Duration | Zoned
export function isA<T extends Tagged['type']>(value: Value, type: T): value is Extract<Tagged, { type: T }> {
  return value !== null && typeof value === 'object' && !isList(value) && !(value instanceof Uint8Array) && value.type === type
}

/** The name that M has for the type of a value. */
export function typeName(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'logical'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'string') return 'text'
  if (value instanceof Uint8Array) return 'binary'
  if (isList(value)) return 'list'
  return isFunction(value) ? 'function' : value.type
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null))
  return timeOf(a) !== undefined && typeName(a) === typeName(b) && timeOf(a) === timeOf(b)
}

export const timeOf = (value: Value) =>
  isA(value, 'datetime') || isA(value, 'duration') || isA(value, 'datetimezone') ? value.ms : undefined
