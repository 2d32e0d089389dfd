import { feedState } from '../../book/feed-health.ts'
import { feedsGroup, topicGroup, topicOf } from '../../book/ids.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json, type Reply } from '../../http/reply.ts'
import type { OddsStore } from './odds-store.ts'

/** `GET /api/feeds`: what is known of each, and what that means now; what dedupe made of its messages; and the topics and groups that a browser may follow. */
export async function getFeeds(store: OddsStore, topics: readonly string[], nowMs: () => number): Promise<Reply> {
  const { feeds, counts } = await store.feeds()
  const readAtMs = nowMs()
  const groups = { feeds: feedsGroup, topics: Object.fromEntries(topics.map((topic) => [topic, topicGroup(topicOf(topic))])) }
  const answer = { readAtMs, topics, groups, feeds: feeds.map((feed) => ({ ...feed, state: feedState(feed, readAtMs) })), counts }
  return json(answer, { schema: schemaId('feeds-answer') })
}
