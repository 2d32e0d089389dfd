import { schemaId } from '../../book/schema-ids.ts'
import { json } from '../../http/reply.ts'
import { type Client, expiresAfterMs } from '../clients/client.ts'
import { endpoint } from './endpoint.ts'
import { whole } from './kinds.ts'
import { afterToken, nextPage } from './page-token.ts'
import { optional, usually } from './parameters.ts'

export type ClientsAnswer = { readAtMs: number; clients: (Client & { expiresAtMs: number })[]; next: string | null }

export const getClients = endpoint({
  name: 'apiClients',
  method: 'GET',
  route: 'api/clients',
  level: 'function',
  says: 'Who is connected to the socket, in the order of their connections’ ids; for holders of a function key.',
  query: {
    limit: usually(1_000, whole(1, 1_000), 'At most this many, and next is the address of the rest.'),
    token: optional(afterToken, 'Where to go on; it comes in next.'),
  },
  answers: { 200: { says: 'The clients.', schema: 'clients-answer' } },
  async answer({ query: { limit, token } }, { clients, nowMs }) {
    const readAtMs = nowMs()
    const all = (await (await clients()).all()).clients.filter(({ id }) => token === undefined || id > token)
    const shown = all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
    const last = shown.length < all.length ? shown.at(-1) : undefined
    const answer: ClientsAnswer = {
      readAtMs,
      clients: shown.map(({ etag: _etag, ...client }) => ({ ...client, expiresAtMs: client.seenAtMs + expiresAfterMs })),
      next: last === undefined ? null : nextPage('clients', { limit }, last.id),
    }
    return json(answer, { schema: schemaId('clients-answer'), cache: 'no-store' })
  },
})
