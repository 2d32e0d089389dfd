import { EventHubProducerClient, type EventHubClientOptions } from '@azure/event-hubs'

import type { Connection } from '../settings.ts'
import { appCredential } from './identity.ts'

/** The SDK's defaults let a send that is in flight when the broker goes away hang for 90 s; with these it is over in about 5. */
const options: EventHubClientOptions = { retryOptions: { timeoutInMs: 8_000, retryDelayInMs: 300, maxRetries: 4 } }

export async function connectProducer(connection: Connection, hub: string): Promise<EventHubProducerClient> {
  return connection.kind === 'connection-string'
    ? new EventHubProducerClient(connection.connectionString, hub, options)
    : new EventHubProducerClient(connection.host, hub, await appCredential(connection.clientId), options)
}
