import type { WebPubSubServiceClient } from '@azure/web-pubsub'

import { clientsGroup, groupPattern } from '../../infra/names.ts'
import type { Doorkeeper } from './api/ports.ts'

/** Long enough to open a socket with; the socket itself outlives it. */
const tokenMinutes = 5

export function webPubSubDoorkeeper(client: WebPubSubServiceClient): Doorkeeper {
  return {
    async clientUrl(userId) {
      const roles = [`webpubsub.joinLeaveGroups.${groupPattern}`]
      const groups = [clientsGroup]
      const { url } = await client.getClientAccessToken({ userId, roles, groups, expirationTimeInMinutes: tokenMinutes })
      return url
    },
  }
}
