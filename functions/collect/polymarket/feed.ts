import type { Parsed } from '../../book/wire.ts'
import { driftOf } from '../drift.ts'
import type { Feed } from '../feed.ts'
import { type Page, pagedFeed, type PagedLimits, usualPagedLimits, type Venue } from '../paged-feed.ts'
import { listingUrl, pagesOf, withQuery } from '../page-setting.ts'
import { readEach } from '../read-each.ts'
import { toSnapshot } from './map.ts'
import { knownObjects, parseMarket, parsePage, polymarket, readableMarketId } from './raw.ts'

/** More than this a page has never held, whatever `limit` said. */
const marketsPerPage = '100'

/**
 * The first PAGES pages of a listing of markets. Of `GET /markets/keyset` a page names the next by a cursor, which is sent back as
 * `after_cursor`: other names are ignored, and then the first page comes again. Of the older `GET /markets`, which answers a mere list, the
 * next page is had by its offset, up to 2,000.
 */
export function polymarketFeed(options: {
  url: string
  everyMs: number
  options: Readonly<Record<string, string>>
  limits?: Partial<PagedLimits>
}): Feed {
  const url = listingUrl(options.url, 'POLYMARKET_URL')
  const pages = pagesOf(options.options['PAGES'], 'POLYMARKET_PAGES', 100)
  const byId = (closed: string) => (ids: readonly string[]) =>
    withQuery(new URL(url.pathname, url), { limit: marketsPerPage, id: ids, closed })
  const venue: Venue<PolymarketPage> = {
    feed: polymarket,
    first: withQuery(url, { limit: marketsPerPage }),
    read: readPage,
    next: nextPage,
    // Who does not say `closed` is shown what is open alone.
    lookUps: [byId('false'), byId('true')],
    drift: (read) => driftOf(knownObjects(read.flatMap((page) => page.markets))),
  }
  return pagedFeed(venue, options.everyMs, { ...usualPagedLimits, pages, ...options.limits })
}

export type PolymarketPage = Page & { cursor: string | null; isBareList: boolean; markets: readonly unknown[] }

/** One page, its JSON already parsed. */
export function readPage(json: unknown, observedAtMs: number): Parsed<PolymarketPage> {
  const page = parsePage(json)
  if (!page.ok) return { ok: false, reason: `answered JSON that is no page of markets: ${page.reason}` }
  const { markets, next_cursor: cursor } = page.value
  const read = readEach(
    markets,
    (json) => {
      const market = parseMarket(json)
      return market.ok ? { ok: true, value: toSnapshot(market.value, observedAtMs) } : market
    },
    (json) => ({ marketId: readableMarketId(json), json }),
  )
  return { ok: true, value: { ...read, cursor, isBareList: Array.isArray(json), markets } }
}

function nextPage({ cursor, isBareList, markets }: PolymarketPage, asked: URL): URL | null {
  if (cursor !== null) return withQuery(asked, { after_cursor: cursor })
  if (!isBareList || markets.length === 0) return null
  const offset = Number(asked.searchParams.get('offset') ?? 0) + markets.length
  return withQuery(asked, { offset: String(offset) })
}
