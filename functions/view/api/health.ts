import { feedState } from '../../book/feed-health.ts'
import { json, type Reply } from '../../http/reply.ts'
import type { OddsStore } from './odds-store.ts'

/** `GET /api/health`: 200 while the store answers; for load balancers and for people. */
export async function getHealth(store: OddsStore, nowMs: () => number): Promise<Reply> {
  const startedMs = nowMs()
  const { feeds } = await store.feeds()
  const states = Object.fromEntries(feeds.map((feed) => [feed.feed, feedState(feed, nowMs())]))
  return json({ status: 'ok', storeMs: nowMs() - startedMs, feeds: states })
}
