import type { Change, Definitions } from './betfair-moments.ts'
import type { Place } from './in-time.ts'

export type Request = { op?: string; id?: number } & Record<string, unknown>
/** `after`: the last place that the reader has seen, and `undefined` of one that begins. */
export type Subscription = { id: number; wants(change: Change): boolean; after: Place | undefined; heartbeatMs: number }

export function requestOf(line: string): Request | undefined {
  try {
    const json = JSON.parse(line) as unknown
    return typeof json === 'object' && json !== null ? (json as Request) : undefined
  } catch {
    return undefined
  }
}

export const clkOf = ({ round, index }: Place) => `${round}.${index}`

/** `undefined`: its clk is none of ours. */
export function subscriptionOf(request: Request, definitions: Definitions): Subscription | undefined {
  const { clk, id = 0, marketFilter } = request
  const place = typeof clk === 'string' ? /^(\d+)\.(\d+)$/.exec(clk) : null
  if (typeof clk === 'string' && place === null) return undefined
  return {
    id,
    wants: wantsOf(marketFilter, definitions),
    after: place === null ? undefined : { round: Number(place[1]), index: Number(place[2]) },
    heartbeatMs: Math.min(Math.max(Number(request['heartbeatMs'] ?? 5_000), 500), 5_000),
  }
}

/** Those lists of the filter that ask for what a market's definition says. */
const fields: Readonly<Record<string, string>> = {
  eventTypeIds: 'eventTypeId',
  eventIds: 'eventId',
  marketTypes: 'marketType',
  countryCodes: 'countryCode',
  bettingTypes: 'bettingType',
  venues: 'venue',
}

function wantsOf(filter: unknown, definitions: Definitions): (change: Change) => boolean {
  const lists = Object.entries(typeof filter === 'object' && filter !== null ? filter : {}).filter(
    (entry): entry is [string, string[]] => Array.isArray(entry[1]) && entry[1].length > 0,
  )
  const isWanted = (id: string) =>
    lists.every(([name, values]) => {
      if (name === 'marketIds') return values.includes(id)
      const field = fields[name]
      return field === undefined || values.includes(String(definitions.get(id)?.[field]))
    })
  const wanted = new Set([...definitions.keys()].filter(isWanted))
  return ({ id }) => wanted.has(id)
}
