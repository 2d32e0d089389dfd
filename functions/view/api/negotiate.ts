import * as v from '@badrap/valita'

import { schemaId } from '../../book/schema-ids.ts'
import { parse } from '../../book/wire.ts'
import { readJson, type RequestBody } from '../../http/json-body.ts'
import { json, problem, type Reply } from '../../http/reply.ts'
import type { NegotiateSettings } from '../../settings.ts'
import { addressIn, type Caller, principalIn } from './caller.ts'
import { endpoint } from './endpoint.ts'
import { clientName } from './kinds.ts'
import { optional } from './parameters.ts'

const maxBodyBytes = 1_000

export const postNegotiate = endpoint({
  name: 'apiNegotiate',
  method: 'POST',
  route: 'api/negotiate',
  says: 'The address of a socket whose token may join the groups of the board for a while, and send nothing. Each caller is given so many a minute.',
  query: {
    client: optional(
      clientName,
      'The name to be known by among the clients. It may stand in the body instead, as {"client":"…"}.',
    ),
  },
  answers: { 200: { says: 'The address.', schema: 'negotiate-answer' } },
  async answer({ query, header, body }, { negotiating: { settings, limit }, doorkeeper, nowMs, newId }) {
    const caller = callerOf(header, settings)
    if (caller.kind === 'refused') return caller.reply
    const waitSeconds = limit.take(keyOf(caller), nowMs())
    if (waitSeconds > 0) {
      const detail = `One caller is given ${settings.perMinute} addresses a minute. Keep the socket that you have, or ask again in ${waitSeconds} s`
      return problem(429, 'Too many', detail, { retryAfterSeconds: waitSeconds })
    }
    const client = query.client === undefined ? await clientIn(body) : { ok: true as const, name: query.client }
    if (!client.ok) return client.reply
    const url = await (await doorkeeper()).clientUrl(userIdOf(caller, client.name, newId))
    return json({ url }, { schema: schemaId('negotiate-answer'), cache: 'no-store' })
  },
})

type Refused = { kind: 'refused'; reply: Reply }

function callerOf(header: (name: string) => string | null, settings: NegotiateSettings): Caller | Refused {
  if (settings.callers === 'anonymous') return addressIn(header, settings.trustedProxies)
  const principal = principalIn(header)
  if (!principal.ok) return { kind: 'refused', reply: problem(400, 'Not understood', principal.reason) }
  if (principal.value !== undefined) return principal.value
  const { headers, ...refusal } = problem(401, 'Sign in first', 'The board is for those who are signed in: /.auth/login/aad')
  return { kind: 'refused', reply: { ...refusal, headers: { ...headers, 'www-authenticate': 'Bearer' } } }
}

const keyOf = (caller: Caller) => (caller.kind === 'principal' ? `principal ${caller.id}` : `address ${caller.address}`)

/** A name is what a client says of itself. Beside one that signed in it stands behind, so that nobody can say to be another. */
function userIdOf(caller: Caller, client: string | undefined, newId: () => string): string {
  if (caller.kind === 'address') return client ?? `anonymous-${newId()}`
  return client === undefined ? caller.id : `${caller.id}/${client}`
}

const named = v.object({
  client: v
    .string()
    .assert((name) => clientName.read(name) !== undefined, `takes ${clientName.takes}`)
    .optional(),
})

async function clientIn(body: RequestBody): Promise<{ ok: true; name: string | undefined } | { ok: false; reply: Reply }> {
  if (Number(body.contentLength ?? 0) === 0) return { ok: true, name: undefined }
  const read = await readJson(body, maxBodyBytes)
  if (!read.ok) return read
  const said = parse(named, read.json)
  if (said.ok) return { ok: true, name: said.value.client }
  return { ok: false, reply: problem(400, 'Not understood', said.reason) }
}
