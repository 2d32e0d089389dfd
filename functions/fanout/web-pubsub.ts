import type { WebPubSubServiceClient } from '@azure/web-pubsub'

import type { Broadcaster } from './fanout.ts'

export function webPubSubBroadcaster(client: WebPubSubServiceClient, abortSignal: AbortSignal): Broadcaster {
  return {
    async send(group, message) {
      await client.group(group).sendToAll(message, { abortSignal })
    },
  }
}
