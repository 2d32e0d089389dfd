import { WebPubSubServiceClient } from '@azure/web-pubsub'

import type { Connection } from '../settings.ts'
import { appCredential } from './identity.ts'

/** Plain http is only ever a server on this machine; the SDK wants to be told. */
export async function connectWebPubSub(connection: Connection, hub: string): Promise<WebPubSubServiceClient> {
  if (connection.kind === 'connection-string') {
    const allowInsecureConnection = /Endpoint=http:\/\/(localhost|127\.0\.0\.1)[:;]/i.test(connection.connectionString)
    return new WebPubSubServiceClient(connection.connectionString, hub, { allowInsecureConnection })
  }
  return new WebPubSubServiceClient(connection.host, await appCredential(connection.clientId), hub)
}
