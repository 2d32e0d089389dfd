import type { WebPubSubServiceClient } from '@azure/web-pubsub'

import { schemaId } from '../book/schema-ids.ts'
import type { BoardMessage } from '../book/wire.ts'
import type { Broadcaster } from './fanout.ts'

export function webPubSubBroadcaster(client: WebPubSubServiceClient, abortSignal: AbortSignal): Broadcaster {
  return {
    async send(group, message) {
      await client.group(group).sendToAll(boardFrame(message), { abortSignal })
    },
  }
}

const schema = schemaId('board-message')

/** As it goes out: it says which schema it keeps to. */
export const boardFrame = (message: BoardMessage) => ({ ...message, schema })
