import path from 'node:path'

import { json } from './answers.ts'
import { readList } from './bodies.ts'
import { history2024, listed2024, type Market } from './kalshi-2024.ts'
import { count, wanted } from './paging.ts'
import { isFull, player } from './player.ts'
import type { Answer, Shape } from './shape.ts'

const route = '/trade-api/v2/markets'

/**
 * Markets of 2026 in dollars, of 2024 in cents, and of 2024 with their history: only these move. A walk through the pages sees one instant,
 * which its cursor names.
 */
export const kalshi: Shape = {
  feed: 'kalshi',
  async open(folder, conditions) {
    const of2024 = path.join(folder, 'kalshi/lognorman20-2024')
    const still = [
      ...(await readList(path.join(folder, 'kalshi/dr-manhattan/kalshi_markets.json'))),
      ...(await listed2024(of2024)),
    ]
    const history = await history2024(of2024)
    const instants = isFull(history) ? history : ([{ name: 'the one instant', recordedAtMs: 0, markets: [] }] as const)
    if (still.length === 0 && history.length === 0) return undefined
    const playing = player(instants, conditions)

    function page(index: number, offset: number, query: URLSearchParams): Answer {
      const all = [...still, ...(instants[index]?.markets ?? [])]
      const chosen = all.filter((market) => isWanted(market, query))
      const markets = chosen.slice(offset, offset + count(query, 'limit', 100, 1_000))
      const nextOffset = offset + markets.length
      return json({ cursor: nextOffset < chosen.length ? `${index}.${nextOffset}` : '', markets })
    }

    return {
      holds: `${still.length} markets of one instant, ${history.length} instants of ${history.at(-1)?.markets.length ?? 0} others`,
      settings: ({ http }) => ({ KALSHI_URL: `${http}${route}`, KALSHI_SCHEDULE: '*/2 * * * * *' }),
      speaks: {
        kind: 'http',
        under: ['/trade-api/'],
        async answer({ pathname, query }) {
          if (pathname.replace(/\/$/, '') !== route) return error(404, 'not_found', `Only ${route} is served here`)
          const cursor = /^(?:(\d+)\.(\d+))?$/.exec(query.get('cursor') ?? '')
          if (cursor === null) return error(400, 'invalid_cursor', 'Not a cursor of this replay')
          if (cursor[1] !== undefined) return page(Number(cursor[1]), Number(cursor[2]), query)
          // Who asks for some by name looks up what became of them, in the middle of a walk.
          if (query.has('tickers')) return page(playing.current().position.index, 0, query)
          const { body, position } = playing.next()
          playing.say(position, body.name)
          return page(position.index, 0, query)
        },
      },
    }
  },
}

const error = (status: number, code: string, message: string): Answer => json({ error: { code, message } }, {}, status)

/** The words of the filter, and the statuses of a market that each stands for. */
const statuses: Readonly<Record<string, readonly string[]>> = {
  unopened: ['initialized'],
  open: ['active', 'open'],
  paused: ['inactive'],
  closed: ['closed'],
  settled: ['settled', 'determined', 'finalized'],
}

function isWanted(market: Market, query: URLSearchParams): boolean {
  const status = wanted(query, 'status')
  const meant = status === undefined ? undefined : [...status].flatMap((word) => statuses[word] ?? [])
  const series = String(market['event_ticker']).split('-')[0] ?? ''
  return (
    (query.get('mve_filter') !== 'exclude' || !market['mve_collection_ticker']) &&
    (meant?.includes(String(market['status'])) ?? true) &&
    (wanted(query, 'tickers')?.has(String(market['ticker'])) ?? true) &&
    (wanted(query, 'event_ticker')?.has(String(market['event_ticker'])) ?? true) &&
    (wanted(query, 'series_ticker')?.has(series) ?? true)
  )
}
