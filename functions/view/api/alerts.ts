import { type Alert, type AlertKind, alertKinds } from '../../book/alert.ts'
import { schemaId } from '../../book/schema-ids.ts'
import { json, problem, type Reply } from '../../http/reply.ts'
import type { ApiRequest } from './request.ts'

/** The newest first. */
export type AlertStore = { newest(wanted: WantedAlerts): Promise<Alert[]> }
export type WantedAlerts = { topic: string | undefined; kind: AlertKind | undefined; limit: number }

const usualLimit = 50
const mostAlerts = 500

/** `GET /api/alerts?topic=&kind=&limit=` */
export async function getAlerts({ query, ifNoneMatch }: ApiRequest, store: AlertStore): Promise<Reply> {
  const kind = query.get('kind') ?? undefined
  if (kind !== undefined && !isAlertKind(kind))
    return problem(400, 'Unknown kind', `kind is "${kind.slice(0, 100)}"; it takes ${alertKinds.join(', ')}`)
  const limit = Number(query.get('limit') ?? usualLimit)
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostAlerts)
    return problem(400, 'Unknown limit', `limit takes a whole number from 1 to ${mostAlerts}`)
  const alerts = await store.newest({ topic: query.get('topic') ?? undefined, kind, limit })
  return json({ alerts }, { schema: schemaId('alerts-answer'), tagged: alerts.map(({ id }) => id).join('\n'), ifNoneMatch })
}

const isAlertKind = (word: string): word is AlertKind => (alertKinds as readonly string[]).includes(word)
