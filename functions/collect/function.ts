import { app, type InvocationContext, type Timer } from '@azure/functions'

import type { Connections } from '../connect/connections.ts'
import { tellingOf } from '../connect/put-aside.ts'
import type { Settings } from '../settings.ts'
import { collect } from './collect.ts'
import { deadLetterStore, feedStore } from './cosmos.ts'
import { eventHubPublisher } from './event-hub.ts'
import { openFeed } from './feeds.ts'
import { newMemory } from './memory.ts'
import { streamedFeeds } from './streams.ts'
import { collectWatch } from './telemetry.ts'
import { timerName } from './timer-name.ts'

/** Less than the five minutes that host.json gives an invocation. */
const pollDeadlineMs = 120_000

/** One timer function a feed, so that one feed's trouble touches no other. */
export function registerCollect(settings: Settings, connections: Connections): void {
  for (const { name, why } of settings.feedsOff) console.warn(`feed off ${JSON.stringify({ feed: name, why })}`)
  for (const [name, feedSettings] of settings.feeds) {
    if (streamedFeeds[name] !== undefined) continue
    const feed = openFeed(name, feedSettings)
    const memory = newMemory()
    app.timer(timerName(name), {
      schedule: feedSettings.schedule,
      runOnStartup: false,
      async handler(_timer: Timer, context: InvocationContext) {
        const database = await connections.odds()
        const signal = AbortSignal.timeout(pollDeadlineMs)
        const watch = collectWatch(connections.telemetry, context.invocationId)
        const report = await watch.poll(feed.name, (publishing) => {
          const deadLetters = tellingOf(deadLetterStore(database), ({ count, reasons }) => {
            watch.putAside(name, count)
            context.warn('put aside', JSON.stringify({ feed: name, count, reasons }))
          })
          const publisher = eventHubPublisher(connections.producer, deadLetters, Date.now, { ...connections, publishing })
          const ports = { publisher, store: feedStore(database), deadLetters }
          return collect(feed, memory, ports, { nowMs: Date.now, random: Math.random, signal })
        })
        const { troubles, ...facts } = report
        if (troubles.length > 0) context.error('feed troubles', JSON.stringify({ feed: name, troubles }))
        context.log('feed polled', JSON.stringify(facts))
      },
    })
  }
}
