import type { BoardMessage } from '../../../functions/book/wire.ts'
import type { Connections } from '../../../functions/connect/connections.ts'
import { fanoutTicks } from '../../../functions/fanout/fanout.ts'
import { webPubSubBroadcaster } from '../../../functions/fanout/web-pubsub.ts'
import { inLanes, type Stage } from './cost.ts'
import { pagesOf } from './rounds.ts'

export type Sent = { group: string; message: BoardMessage }

/** Pages of the change feed → Web PubSub. */
export async function fanoutStage(services: Connections): Promise<Stage> {
  const client = await services.webPubSub()
  const broadcaster = webPubSubBroadcaster(client, new AbortController().signal)
  const pages = pagesOf('fanout')
  const ready = await Promise.all(pages.map(framesOf))
  return {
    name: 'fanout',
    bareIs: `the SDK sends the ${ready.at(-1)?.length} frames of a page, ready made`,
    async stage(round) {
      await fanoutTicks(pages[round] ?? [], broadcaster, Date.now)
    },
    bare: (round) => inLanes(16, ready[round] ?? [], ({ group, message }) => client.group(group).sendToAll(message)),
  }
}

/** All that a page is sent as. */
export async function framesOf(page: readonly object[]): Promise<Sent[]> {
  const sent: Sent[] = []
  await fanoutTicks(page, { send: async (group, message) => void sent.push({ group, message }) }, Date.now)
  return sent
}
