import type { Database, ErrorResponse } from '@azure/cosmos'
import * as v from '@badrap/valita'

import { parse } from '../../book/wire.ts'
import { type Client, type ClientRegister, expiresAfterMs, type KeptClient } from './client.ts'

type Gone = { id: string; gone: true; ttl: number }
type ClientDocument = Client & { connectedAt: string; seenAt: string; ttl: number }

/** The service tries an event again for some seconds; a `connected` that comes later than this after its `disconnected` is not expected. */
const goneForSeconds = 300
const deadlineMs = 8_000

export function clientRegister(database: Database, unreadable: (reason: string) => void): ClientRegister {
  const clients = database.container('clients')
  return {
    async add(client) {
      await unless([409], clients.items.create(documentOf(client), deadline()))
    },
    async remove(id) {
      await clients.items.upsert({ id, gone: true, ttl: goneForSeconds } satisfies Gone, deadline())
    },
    async renew({ etag, ...client }, seenAtMs) {
      const accessCondition = { type: 'IfMatch', condition: etag }
      const renewed = clients
        .item(client.id, client.id)
        .replace(documentOf({ ...client, seenAtMs }), { ...deadline(), accessCondition })
      await unless([404, 412], renewed)
    },
    async all() {
      const { resources } = await clients.items
        .query<unknown>('SELECT * FROM c', { maxItemCount: 1_000, ...deadline() })
        .fetchAll()
      const gone = resources.flatMap((document) => (isGone(document) ? [document.id] : []))
      const kept = resources.flatMap((document): KeptClient[] => {
        if (isGone(document)) return []
        const client = parse(stored, document)
        if (!client.ok) unreadable(client.reason)
        if (!client.ok) return []
        const { _etag: etag, ...fields } = client.value
        return [{ ...fields, etag }]
      })
      return { clients: kept, gone: new Set(gone) }
    },
  }
}

/** Each write sets the time anew from which `ttl` counts. */
const documentOf = (client: Client): ClientDocument => ({
  ...client,
  connectedAt: new Date(client.connectedAtMs).toISOString(),
  seenAt: new Date(client.seenAtMs).toISOString(),
  ttl: expiresAfterMs / 1_000,
})

const stored = v.object({
  id: v.string(),
  userId: v.string().nullable(),
  protocol: v.string().nullable(),
  connectedAtMs: v.number(),
  seenAtMs: v.number(),
  _etag: v.string(),
})

const isGone = (document: unknown): document is Gone =>
  typeof document === 'object' && document !== null && 'gone' in document && document.gone === true

async function unless(codes: readonly number[], written: Promise<unknown>): Promise<void> {
  await written.catch((error: unknown) => {
    if (!codes.includes(Number((error as Partial<ErrorResponse>).code))) throw error
  })
}

const deadline = () => ({ abortSignal: AbortSignal.timeout(deadlineMs) })
