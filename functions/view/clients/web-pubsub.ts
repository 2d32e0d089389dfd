import type { WebPubSubServiceClient } from '@azure/web-pubsub'

import { clientsGroup } from '../../../infra/names.ts'
import type { Connected, ListConnected } from './refresh.ts'

/** More than one refresh should read (I9); beyond, the register keeps to what events tell it. */
const maxListed = 10_000
const deadlineMs = 30_000

export const listConnected =
  (client: WebPubSubServiceClient): ListConnected =>
  async () => {
    const connected: Connected[] = []
    const listed = await client.group(clientsGroup).listConnections({ abortSignal: AbortSignal.timeout(deadlineMs) })
    for await (const { connectionId, userId } of listed) {
      if (connected.length === maxListed) return { connected, complete: false }
      connected.push({ id: connectionId, userId: userId ?? null })
    }
    return { connected, complete: true }
  }
