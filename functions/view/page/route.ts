import type { MarketId } from '../../book/ids.ts'

/** What the page shows, as its address says it. */
export type Route = { at: 'board' } | { at: 'market'; market: MarketId }

const marketsPath = '/markets/'

export function routeOf(path: string): Route {
  const name = path.startsWith(marketsPath) ? decoded(path.slice(marketsPath.length)) : undefined
  return name === undefined || name === '' ? { at: 'board' } : { at: 'market', market: name as MarketId }
}

export function pathOf(route: Route): string {
  if (route.at === 'board') return '/'
  // The colon after the feed's name need not be escaped, and addresses are read by people.
  return marketsPath + encodeURIComponent(route.market).replaceAll('%3A', ':')
}

/** Anyone may write anything behind a slash. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
