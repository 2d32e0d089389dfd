import type { WebPubSubServiceClient } from '@azure/web-pubsub'

import type { Broadcaster } from './fanout.ts'

const deadlineMs = 10_000

export function webPubSubBroadcaster(client: WebPubSubServiceClient): Broadcaster {
  return {
    async send(group, message) {
      await client.group(group).sendToAll(message, { abortSignal: AbortSignal.timeout(deadlineMs) })
    },
  }
}
