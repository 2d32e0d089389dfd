import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos'

import type { Connection } from '../settings.ts'
import { appCredential } from './identity.ts'

/**
 * 429s are waited out by the SDK for a little while only: past that the trigger's own retry policy is the better place to wait, since the
 * host then sees that this partition stands still.
 */
const options: Partial<CosmosClientOptions> = {
  connectionPolicy: {
    requestTimeout: 10_000,
    retryOptions: { maxRetryAttemptCount: 5, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 5 },
  },
}

export async function connectCosmos(connection: Connection): Promise<CosmosClient> {
  if (connection.kind === 'connection-string') {
    const parts = new Map(connection.connectionString.split(';').flatMap(setting))
    const endpoint = parts.get('AccountEndpoint')
    const key = parts.get('AccountKey')
    if (endpoint === undefined || key === undefined) {
      throw new Error('COSMOS is no Cosmos DB connection string: it needs AccountEndpoint=…;AccountKey=…;')
    }
    return new CosmosClient({ ...options, endpoint, key })
  }
  return new CosmosClient({ ...options, endpoint: connection.host, aadCredentials: await appCredential(connection.clientId) })
}

function setting(part: string): [string, string][] {
  const at = part.indexOf('=')
  return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()]]
}
