import { type FeedState, feedState } from '../../book/feed-health.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json } from '../../http/reply.ts'
import { endpoint } from './endpoint.ts'

export type HealthAnswer = { status: 'ok'; storeMs: number; feeds: Record<string, FeedState> }

export const getHealth = endpoint({
  name: 'apiHealth',
  method: 'GET',
  route: 'api/health',
  says: '200 while the store answers; for load balancers and for people.',
  answers: { 200: { says: 'The store answers.', schema: 'health-answer' } },
  async answer(_asked, { odds, nowMs }) {
    const startedMs = nowMs()
    const { feeds } = await (await odds()).feeds()
    const states = Object.fromEntries(feeds.map((feed) => [feed.feed, feedState(feed, nowMs())]))
    const answer: HealthAnswer = { status: 'ok', storeMs: nowMs() - startedMs, feeds: states }
    return json(answer, { schema: schemaId('health-answer'), cache: 'no-store' })
  },
})
