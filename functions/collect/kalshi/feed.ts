import type { Parsed } from '../../book/wire.ts'
import type { Rejected } from '../dead-letter.ts'
import { driftOf } from '../drift.ts'
import type { Feed } from '../feed.ts'
import { type Page, pagedFeed, type PagedLimits, usualPagedLimits, type Venue } from '../paged-feed.ts'
import { listingUrl, pagesOf, withQuery } from '../page-setting.ts'
import { readEach } from '../read-each.ts'
import { toSnapshot } from './map.ts'
import { kalshi, knownObjects, parseEvent, parseMarket, parsePage, type RawEvent, readableMarketId } from './raw.ts'

/** The first PAGES pages of a listing of markets, or of events with their markets: the most that either gives in one page. */
export function kalshiFeed(options: {
  url: string
  everyMs: number
  options: Readonly<Record<string, string>>
  limits?: Partial<PagedLimits>
}): Feed {
  const url = listingUrl(options.url, 'KALSHI_URL')
  const pages = pagesOf(options.options['PAGES'], 'KALSHI_PAGES', 20)
  const marketsUrl = new URL(url.pathname.replace(/\/[^/]*\/?$/, '/markets'), url)
  const venue: Venue<KalshiPage> = {
    feed: kalshi,
    first: withQuery(
      url,
      url.pathname === marketsUrl.pathname ? { limit: '1000' } : { limit: '200', with_nested_markets: 'true' },
    ),
    read: readPage,
    next: ({ cursor }, asked) => (cursor === null ? null : withQuery(asked, { cursor })),
    lookUps: [(tickers) => withQuery(marketsUrl, { limit: '1000', tickers: tickers.join(',') })],
    drift: (read) =>
      driftOf(
        knownObjects(
          read.flatMap((page) => page.markets),
          read.flatMap((page) => page.events),
        ),
      ),
  }
  return pagedFeed(venue, options.everyMs, { ...usualPagedLimits, pages, ...options.limits })
}

export type KalshiPage = Page & { cursor: string | null; markets: readonly unknown[]; events: readonly unknown[] }

/** One page, its JSON already parsed. */
export function readPage(json: unknown, observedAtMs: number): Parsed<KalshiPage> {
  const page = parsePage(json)
  if (!page.ok) return { ok: false, reason: `answered JSON that is no page of markets, nor of events: ${page.reason}` }
  const events = 'events' in page.value ? page.value.events : []
  const unreadable: Rejected[] = []
  const listed: Listed[] =
    'markets' in page.value
      ? page.value.markets.map((json) => ({ json, event: null }))
      : events.flatMap((json) => {
          const event = parseEvent(json)
          if (event.ok) return (event.value.markets ?? []).map((json) => ({ json, event: event.value }))
          unreadable.push({ marketId: null, reason: `event: ${event.reason}`, body: JSON.stringify(json) })
          return []
        })
  const { snapshots, rejected } = readEach(
    listed,
    ({ json, event }) => {
      const market = parseMarket(json)
      return market.ok ? { ok: true, value: toSnapshot(market.value, event, observedAtMs) } : market
    },
    ({ json }) => ({ marketId: readableMarketId(json), json }),
  )
  const markets = listed.map(({ json }) => json)
  return { ok: true, value: { snapshots, rejected: [...unreadable, ...rejected], cursor: page.value.cursor, markets, events } }
}

type Listed = { json: unknown; event: RawEvent | null }
