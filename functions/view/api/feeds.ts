import { feedState } from '../../book/feed-health.ts'
import { feedsGroup, topicGroup, topicOf } from '../../book/ids.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json } from '../../http/reply.ts'
import { endpoint } from './endpoint.ts'

export const getFeeds = endpoint({
  name: 'apiFeeds',
  method: 'GET',
  route: 'api/feeds',
  says: 'What is known of each feed, and what that means now; what dedupe made of its messages; and the topics and groups that a browser may follow.',
  answers: { 200: { says: 'The feeds.', schema: 'feeds-answer' } },
  async answer(_asked, { odds, topics, nowMs }) {
    const { feeds, counts } = await (await odds()).feeds()
    const readAtMs = nowMs()
    const groups = { feeds: feedsGroup, topics: Object.fromEntries(topics.map((topic) => [topic, topicGroup(topicOf(topic))])) }
    const states = feeds.map((feed) => ({ ...feed, state: feedState(feed, readAtMs) }))
    return json({ readAtMs, topics, groups, feeds: states, counts }, { schema: schemaId('feeds-answer') })
  },
})
