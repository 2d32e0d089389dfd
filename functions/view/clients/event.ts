import type { Parsed } from '../../book/wire.ts'

/** What Web PubSub tells of a connection (CloudEvents 1.0, in the headers). */
export type ConnectionEvent =
  | { kind: 'connected'; connectionId: string; userId: string | null; protocol: string | null }
  | { kind: 'disconnected'; connectionId: string }

type Header = (name: string) => string | null

export function readEvent(header: Header): Parsed<ConnectionEvent> {
  const connectionId = text(header('ce-connectionid'))
  if (connectionId === null || !/^[^/\\?#\s]{1,200}$/.test(connectionId)) return { ok: false, reason: 'ce-connectionId is no id' }
  switch (header('ce-type')) {
    case 'azure.webpubsub.sys.connected':
      return {
        ok: true,
        value: { kind: 'connected', connectionId, userId: text(header('ce-userid')), protocol: text(header('ce-subprotocol')) },
      }
    case 'azure.webpubsub.sys.disconnected':
      return { ok: true, value: { kind: 'disconnected', connectionId } }
    default:
      return { ok: false, reason: 'ce-type is neither azure.webpubsub.sys.connected nor azure.webpubsub.sys.disconnected' }
  }
}

const longestText = 256

const text = (said: string | null) => (said === null || said === '' ? null : said.slice(0, longestText).toWellFormed())
