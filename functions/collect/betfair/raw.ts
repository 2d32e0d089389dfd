import * as v from '@badrap/valita'

import { type Parsed, parse } from '../../book/wire.ts'
import { instant, name, words } from '../raw-fields.ts'

/**
 * Betfair's Exchange Stream in Betfair's words: one JSON message a line. Several hundred a second come, and most are one price of one
 * runner, which a schema takes longer to read than `JSON.parse` does (measured); so changes of prices are looked at by hand, and only what
 * is rare, the definition of a market, has a schema.
 */
export type RawMessage = {
  op: string
  id: number | null
  /** The clock of their side, when the changes were made. */
  pt: number | null
  clk: string | null
  initialClk: string | null
  ct: string | null
  segmentType: string | null
  /** 503 while they cannot say everything that happens. */
  status: number | null
  /** Each is to be read alone. */
  mc: readonly unknown[]
  statusCode: string | null
  errorCode: string | null
  errorMessage: string | null
  /** As it came. */
  json: object
}

export function parseMessage(line: string): Parsed<RawMessage> {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return failed('not JSON')
  }
  if (!isObject(json)) return failed('not a message')
  const { op, id, pt, ct, segmentType, status, mc = null } = json
  if (typeof op !== 'string') return failed('op: expected string')
  if (mc !== null && !Array.isArray(mc)) return failed('mc: expected array')
  const message: RawMessage = {
    op,
    id: typeof id === 'number' ? id : null,
    pt: typeof pt === 'number' && Number.isSafeInteger(pt) && pt > 0 ? pt : null,
    clk: textOf(json['clk']),
    initialClk: textOf(json['initialClk']),
    ct: textOf(ct),
    segmentType: textOf(segmentType),
    status: typeof status === 'number' ? status : null,
    mc: mc ?? none,
    statusCode: textOf(json['statusCode']),
    errorCode: textOf(json['errorCode']),
    errorMessage: textOf(json['errorMessage']),
    json,
  }
  return { ok: true, value: message }
}

export type RawChange = {
  id: string
  img: boolean
  /** Several changes in one, since we were too slow for them. */
  con: boolean
  marketDefinition: object | null
  rc: readonly RawRunnerChange[]
}
/** Null is what did not change. An entry of size 0 is taken away. (`NaN` and `Infinity` come as text, in prices that are not used here.) */
export type RawRunnerChange = {
  id: number
  hc: number | null
  ltp: number | null
  /** All offers by price: [price, size]. */
  atb: Entries | null
  atl: Entries | null
  /** The best few by level: [level, price, size]; `bd…` with those that cross-matching makes. */
  batb: Entries | null
  batl: Entries | null
  bdatb: Entries | null
  bdatl: Entries | null
}
export type Entries = readonly (readonly number[])[]

/** The id of a change that cannot be read otherwise. */
export function changedId(raw: unknown): string | undefined {
  const id = isObject(raw) ? raw['id'] : undefined
  return typeof id === 'string' && isMarketId(id) ? id : undefined
}

/** Whether a market may be called so; of one that is known already nobody need ask. */
export const isMarketId = (id: string) => /^[\w.-]{1,100}$/.test(id)

export function parseChange(raw: unknown): Parsed<RawChange> {
  if (!isObject(raw)) return failed('not a change of a market')
  const { id, img = null, con = null, marketDefinition = null, rc = null } = raw
  if (typeof id !== 'string') return failed('id: expected string')
  if (img !== null && typeof img !== 'boolean') return failed('img: expected boolean')
  if (con !== null && typeof con !== 'boolean') return failed('con: expected boolean')
  if (marketDefinition !== null && !isObject(marketDefinition)) return failed('marketDefinition: expected object')
  if (rc !== null && !Array.isArray(rc)) return failed('rc: expected array')
  const changes: RawRunnerChange[] = []
  for (let i = 0; i < (rc?.length ?? 0); i++) {
    const change = runnerChange(rc?.[i])
    if (typeof change === 'string') return failed(`rc.${i}.${change}`)
    changes.push(change)
  }
  return { ok: true, value: { id, img: img === true, con: con === true, marketDefinition, rc: changes } }
}

/** Or what is wrong with it. Goes by the few fields that are there: to look for each that may be would take several times as long. */
function runnerChange(raw: unknown): RawRunnerChange | string {
  if (!isObject(raw)) return 'expected object'
  const read: RawRunnerChange = {
    id: -1,
    hc: null,
    ltp: null,
    atb: null,
    atl: null,
    batb: null,
    batl: null,
    bdatb: null,
    bdatl: null,
  }
  for (const field in raw) {
    const value = raw[field]
    if (value === null) continue
    switch (field) {
      case 'id':
        if (!isId(value)) return 'id: not a whole number'
        read.id = value
        break
      case 'hc':
        if (!isNumber(value)) return 'hc: not a number'
        read.hc = value
        break
      case 'ltp':
        if (!isNumber(value) || !(value === 0 || isPrice(value))) return 'ltp: not a price'
        read.ltp = value
        break
      case 'atb':
      case 'atl':
        if (!isEntries(value, 2)) return `${field}: not a list of prices and sizes`
        read[field] = value
        break
      case 'batb':
      case 'batl':
      case 'bdatb':
      case 'bdatl':
        if (!isEntries(value, 3)) return `${field}: not a list of levels, prices and sizes`
        read[field] = value
        break
      default:
    }
  }
  return read.id === -1 ? 'id: missing' : read
}

function isEntries(entries: unknown, length: 2 | 3): entries is Entries {
  if (!Array.isArray(entries)) return false
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as unknown
    if (!Array.isArray(entry) || entry.length !== length) return false
    const size = entry[length - 1] as unknown
    const price = entry[length - 2] as unknown
    if (!isNumber(size) || !isNumber(price) || size < 0) return false
    // One that is taken away may have lost its price.
    if (size > 0 && !isPrice(price)) return false
    if (length === 3 && !isId(entry[0])) return false
  }
  return true
}

const status = v.union(v.literal('INACTIVE'), v.literal('OPEN'), v.literal('SUSPENDED'), v.literal('CLOSED'))
const runnerStatus = v.union(
  v.literal('ACTIVE'),
  v.literal('WINNER'),
  v.literal('PLACED'),
  v.literal('LOSER'),
  v.literal('REMOVED'),
  v.literal('REMOVED_VACANT'),
  v.literal('HIDDEN'),
)
const orNull = <T>(type: v.Type<T>) => type.nullable().optional(() => null)
const runnerId = v.number().assert(isId, 'not a whole number')
const finite = v.number().assert(isNumber, 'not a number')
const named = orNull(name.map((text) => text || null))

const definition = v
  .object({
    status,
    inPlay: orNull(v.boolean()),
    eventId: orNull(v.string().assert((id) => /^[\w.-]{1,100}$/.test(id), 'not an id')),
    eventTypeId: orNull(v.string()),
    bettingType: orNull(v.string()),
    marketType: named,
    name: named,
    eventName: named,
    venue: named,
    marketTime: instant.optional(() => null),
    settledTime: instant.optional(() => null),
    version: orNull(finite),
    runners: v.array(
      v.object({ id: runnerId, hc: orNull(finite), status: runnerStatus, sortPriority: orNull(finite), name: named }),
    ),
  })
  .chain((read) => {
    const keys = new Set(read.runners.map(({ id, hc }) => runnerKey(id, hc)))
    if (keys.size < read.runners.length) return v.err('one runner twice')
    return keys.size === 0 ? v.err('no runners') : v.ok(read)
  })

export type RawDefinition = v.Infer<typeof definition>
export type RawRunner = RawDefinition['runners'][number]

export const parseDefinition = (raw: unknown): Parsed<RawDefinition> => parse<RawDefinition>(definition, raw)

/** A runner in a market: in a market of handicaps one id comes once a handicap. */
export type RunnerKey = number | string
export const runnerKey = (id: number, hc: number | null | undefined): RunnerKey => (hc ? `${id}/${hc}` : id)

const isObject = (raw: unknown): raw is Record<string, unknown> => typeof raw === 'object' && raw !== null && !Array.isArray(raw)
const isPrice = (price: number) => price > 1

function isNumber(raw: unknown): raw is number {
  return typeof raw === 'number' && Number.isFinite(raw)
}

function isId(raw: unknown): raw is number {
  return isNumber(raw) && Number.isSafeInteger(raw) && raw >= 0
}

const textOf = (raw: unknown) => (typeof raw === 'string' ? raw : null)
const none: readonly unknown[] = []
const failed = (reason: string) => ({ ok: false, reason }) as const

/** What is known of their objects: read here, or seen, or documented. */
export const knownObjects = {
  message: {
    always: words('op'),
    sometimes: words(`
      id pt clk initialClk ct segmentType status mc conflateMs heartbeatMs
      connectionId statusCode errorCode errorMessage connectionClosed connectionsAvailable`),
  },
  market: { always: words('id'), sometimes: words('img con tv rc marketDefinition _stream_id') },
  definition: {
    always: words('status inPlay eventId eventTypeId bettingType marketType marketTime version runners'),
    sometimes: words(`
      betDelay bspMarket bspReconciled complete countryCode crossMatching discountAllowed eachWayDivisor eventName
      keyLineDefinition lineInterval lineMaxUnit lineMinUnit marketBaseRate name numberOfActiveRunners numberOfWinners openDate
      persistenceEnabled priceLadderDefinition raceType regulators runnersVoidable settledTime suspendTime timezone
      turnInPlayEnabled venue`),
  },
  runner: { always: words('id status sortPriority'), sometimes: words('hc name adjustmentFactor bsp removalDate') },
  change: {
    always: words('id'),
    sometimes: words('hc ltp tv trd atb atl batb batl bdatb bdatl spb spl spn spf'),
  },
}
