import { type Alert, alertKinds } from '../../book/alert.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json } from '../../http/reply.ts'
import { topicNames } from '../../../infra/names.ts'
import { endpoint } from './endpoint.ts'
import { oneOf, whole } from './kinds.ts'
import { nextPage, token } from './page-token.ts'
import { optional, usually } from './parameters.ts'
import type { AlertPlace } from './ports.ts'

/** `next` is the address of older ones, null when there are none. */
export type AlertsAnswer = { alerts: Alert[]; next: string | null }

export const getAlerts = endpoint({
  name: 'apiAlerts',
  method: 'GET',
  route: 'api/alerts',
  tagged: true,
  says: 'What was worth a look, the newest first, each with the quotes that it was concluded from.',
  query: {
    topic: optional(oneOf(topicNames), 'Alerts of markets of this topic.'),
    kind: optional(oneOf(alertKinds), 'Alerts of this kind.'),
    limit: usually(50, whole(1, 500), 'At most this many, and next is the address of older ones.'),
    token: optional(token(isPlace), 'Where to go on; it comes in next.'),
  },
  answers: { 200: { says: 'The alerts.', schema: 'alerts-answer' } },
  async answer({ query: { topic, kind, limit, token: place }, ifNoneMatch }, { alerts: store }) {
    const { alerts, next: end } = await (await store()).newest({ topic, kind, place }, limit)
    const next = end === undefined ? null : nextPage('alerts', { topic, kind, limit }, end)
    const answer: AlertsAnswer = { alerts, next }
    const tagged = [...alerts.map(({ id }) => id), next].join('\n')
    return json(answer, { schema: schemaId('alerts-answer'), tagged, ifNoneMatch })
  },
})

function isPlace(place: unknown): place is AlertPlace {
  if (!Array.isArray(place) || place.length !== 2) return false
  return place.every((part) => Number.isSafeInteger(part) && part >= 0)
}
