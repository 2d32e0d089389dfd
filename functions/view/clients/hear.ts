import { problem, type Reply } from '../../http/reply.ts'
import type { EventProof } from '../../settings.ts'
import type { ClientRegister } from './client.ts'
import type { EntraTokens } from './entra-token.ts'
import { readEvent } from './event.ts'
import { isSigned } from './signature.ts'

/** `proof`: as the settings say, and with what is needed to look at it. */
export type EventDesk = {
  hub: string
  /** The host of our Web PubSub service. */
  origin: string
  proof: Exclude<EventProof, { kind: 'token' }> | { kind: 'token'; tokens: EntraTokens }
  register: () => Promise<ClientRegister>
  nowMs: () => number
}
type Header = (name: string) => string | null

/**
 * Before it sends events the service asks whether we want any from it (CloudEvents webhooks, "abuse protection"). Only ours is told yes: to
 * everybody else it is as if this were no webhook at all.
 */
export function allowOrigin(header: Header, { origin }: EventDesk): Reply {
  const asking = header('webhook-request-origin')?.toLowerCase().split(/,\s*/) ?? []
  if (!asking.includes(origin.toLowerCase())) return problem(403, 'Not yours', 'This takes events of another Web PubSub service')
  return { status: 200, headers: { 'webhook-allowed-origin': origin, 'cache-control': 'no-store' }, body: '' }
}

/** An event of a connection goes into the register. Any may come again, so each is kept as if it were the first time (I5). */
export async function hearEvent(hub: string, header: Header, desk: EventDesk): Promise<Reply> {
  const why = await whyNotBelieved(header, desk)
  if (why !== undefined) return problem(401, 'Not believed', why)
  if (hub.toLowerCase() !== desk.hub) return problem(404, 'Not here', `The hub here is ${desk.hub}`)
  const event = readEvent(header)
  if (!event.ok) return problem(400, 'Not understood', event.reason)
  const register = await desk.register()
  if (event.value.kind === 'disconnected') await register.remove(event.value.connectionId)
  else {
    const { connectionId: id, userId, protocol } = event.value
    const nowMs = desk.nowMs()
    await register.add({ id, userId, protocol, connectedAtMs: nowMs, seenAtMs: nowMs })
  }
  return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
}

async function whyNotBelieved(header: Header, { proof, nowMs }: EventDesk): Promise<string | undefined> {
  switch (proof.kind) {
    case 'function-key':
      // The host has looked at it.
      return undefined
    case 'signature':
      if (isSigned(header('ce-signature'), header('ce-connectionid'), proof.accessKey)) return undefined
      return 'ce-signature is not made with the key of our Web PubSub service'
    case 'token': {
      const checked = await proof.tokens.check(header('authorization'), nowMs())
      return checked.ok ? undefined : checked.reason
    }
  }
}
