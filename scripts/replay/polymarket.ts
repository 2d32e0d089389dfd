import path from 'node:path'

import { json, text } from './answers.ts'
import { readList } from './bodies.ts'
import { count, wanted } from './paging.ts'
import type { Shape } from './shape.ts'

type Market = Record<string, unknown>

/** One body was recorded, so these markets stand still: movement would have to be made up. */
export const polymarket: Shape = {
  feed: 'polymarket',
  async open(folder, { log }) {
    const markets = await readList(path.join(folder, 'polymarket/dr-manhattan/polymarket_markets.json'))
    if (markets.length === 0) return undefined
    return {
      holds: `${markets.length} markets of one instant`,
      settings: ({ http }) => ({ POLYMARKET_URL: `${http}/markets/keyset?closed=false`, POLYMARKET_SCHEDULE: '*/5 * * * * *' }),
      speaks: {
        kind: 'http',
        under: ['/markets'],
        async answer({ pathname, query }) {
          const byCursor = /^\/markets\/keyset\/?$/.test(pathname)
          if (!byCursor && !/^\/markets\/?$/.test(pathname)) return text(404, 'Only /markets and /markets/keyset are served here')
          const chosen = markets.filter((market) => isWanted(market, query))
          const offset = count(query, byCursor ? 'after_cursor' : 'offset', 0, Infinity)
          const page = chosen.slice(offset, offset + count(query, 'limit', 20, 100))
          const end = offset + page.length
          log(`markets ${offset + 1} to ${end} of ${chosen.length}`)
          if (!byCursor) return json(page)
          return json({ markets: page, ...(end < chosen.length ? { next_cursor: String(end) } : {}) })
        },
      },
    }
  },
}

const flags = ['active', 'archived']
/** Parameters that name values, and the field that may have them; of lists in text whatever they hold. */
const names: Readonly<Record<string, string>> = {
  id: 'id',
  slug: 'slug',
  condition_ids: 'conditionId',
  clob_token_ids: 'clobTokenIds',
}

function isWanted(market: Market, query: URLSearchParams): boolean {
  // Who does not say is shown what is open.
  const isListed = (query.get('closed') ?? 'false') === String(market['closed'])
  const isFlagged = flags.every((flag) => query.get(flag) === null || query.get(flag) === String(market[flag]))
  return (
    isListed && isFlagged && Object.entries(names).every(([parameter, field]) => isNamed(market[field], wanted(query, parameter)))
  )
}

function isNamed(value: unknown, asked: ReadonlySet<string> | undefined): boolean {
  if (asked === undefined || typeof value !== 'string') return asked === undefined
  const values = value.startsWith('[') ? (JSON.parse(value) as string[]) : [value]
  return values.some((one) => asked.has(one))
}
