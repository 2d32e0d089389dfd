import { feedName, type MarketId, topicOf } from '../../book/ids.ts'
import { marketStatuses } from '../../book/quote.ts'
import type { Filter } from './arrange.ts'

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

/** What the board is narrowed to, behind its path: nothing, or a question mark and what was chosen. */
export function queryOf({ words, ...choices }: Filter): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ q: words || null, ...choices })) if (value !== null) query.set(name, value)
  return query.size === 0 ? '' : `?${query}`
}

/** What the board knows nothing of matches no market, and the reader is told so. */
export function filterOf(query: string): Filter {
  const asked = new URLSearchParams(query)
  const [topic, feed] = [asked.get('topic') || null, asked.get('feed') || null]
  return {
    words: asked.get('q') ?? '',
    topic: topic === null ? null : topicOf(topic),
    feed: feed === null ? null : feedName(feed),
    status: marketStatuses.find((status) => status === asked.get('status')) ?? null,
  }
}

/** Anyone may write anything behind a slash. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
