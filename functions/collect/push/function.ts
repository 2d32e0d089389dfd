import { app } from '@azure/functions'

import type { Connections } from '../../connect/connections.ts'
import { tellingOf } from '../../connect/put-aside.ts'
import { bodyOf } from '../../http/json-body.ts'
import { unavailable } from '../../http/reply.ts'
import { deadLetterStore, feedStore } from '../cosmos.ts'
import { polledFeeds } from '../feeds.ts'
import { reasonOf } from '../one-line.ts'
import { streamedFeeds } from '../streams.ts'
import { collectWatch } from '../telemetry.ts'
import { pushPublisher } from './event-hub.ts'
import { healthKeeper } from './health.ts'
import { pushMemories } from './memory.ts'
import { type PushDesk, putOdds } from './put-odds.ts'

/** For providers that push: whoever has the function key is one. */
export function registerPush(connections: Connections): void {
  let opened: Promise<PushDesk> | undefined
  const desk = () => (opened ??= openDesk(connections))

  app.http('apiFeedOddsPut', {
    methods: ['PUT'],
    authLevel: 'function',
    route: 'api/feeds/{feed}/odds',
    async handler(request, context) {
      const startedMs = Date.now()
      try {
        const { reply, pushed } = await putOdds(request.params['feed'] ?? '', bodyOf(request), await desk(), Date.now)
        const { feed } = request.params
        if (pushed?.kind === 'taken') {
          const { accepted, rejected, troubles } = pushed
          if (troubles.length > 0) context.error('feed troubles', JSON.stringify({ feed, troubles }))
          context.log('odds pushed', JSON.stringify({ feed, accepted, rejected, tookMs: Date.now() - startedMs }))
        } else if (pushed !== undefined) {
          context.error('odds not published', JSON.stringify({ feed, why: pushed.kind, reason: pushed.reason }))
        }
        return reply
      } catch (error) {
        context.error('push failed', reasonOf(error))
        return unavailable
      }
    },
  })
}

async function openDesk(connections: Connections): Promise<PushDesk> {
  const database = await connections.odds()
  const watch = collectWatch(connections.telemetry)
  const clock = { nowMs: Date.now, after: (delayMs: number, act: () => void) => setTimeout(act, delayMs) }
  const trouble = (reason: string) => console.error('feed troubles', JSON.stringify({ troubles: [reason] }))
  return {
    ports: {
      publisher: pushPublisher(connections.producer, Date.now, connections.snapshotSchemaId, watch.publishing),
      deadLetters: tellingOf(deadLetterStore(database), (putAside, [letter]) => {
        const feed = letter?.feed ?? ''
        watch.putAside(feed, putAside.count)
        console.warn('put aside', JSON.stringify({ feed, ...putAside }))
      }),
      health: healthKeeper(feedStore(database), clock, trouble),
    },
    memoryOf: pushMemories(),
    readsItself: (feed) => Object.hasOwn(polledFeeds, feed) || Object.hasOwn(streamedFeeds, feed),
  }
}
