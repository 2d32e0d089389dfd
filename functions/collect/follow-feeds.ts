import type { Connections } from '../connect/connections.ts'
import { tellingOf } from '../connect/put-aside.ts'
import type { Settings } from '../settings.ts'
import { deadLetterStore, feedStore } from './cosmos.ts'
import { eventHubPublisher } from './event-hub.ts'
import { follow, type StreamCircumstances } from './follow.ts'
import { reasonOf } from './one-line.ts'
import type { StreamFeed } from './stream.ts'
import { streamedFeeds } from './streams.ts'
import { collectWatch } from './telemetry.ts'
import { wait } from './wait.ts'

/** After our own code broke, which should not be: a feed that breaks it again must not keep us busy. */
const againAfterMs = 30_000

/**
 * Follows every streamed feed that the settings name until the signal says to stop, each by itself, so that one feed's trouble touches no
 * other. A feed that cannot be opened says so once and stays off.
 */
export async function followFeeds(
  settings: Settings,
  connections: Connections,
  circumstances: StreamCircumstances,
): Promise<void> {
  const { log } = circumstances
  for (const { name, why } of settings.feedsOff) if (streamedFeeds[name] !== undefined) log('feed off', { feed: name, why })
  const feeds = [...settings.feeds].flatMap(([name, { url, key, options }]) => {
    try {
      return streamedFeeds[name]?.open({ url, key, options }) ?? []
    } catch (error) {
      log('feed off', { feed: name, why: reasonOf(error) })
      return []
    }
  })
  log('streams begin', { feeds: feeds.map(({ name }) => name) })
  await Promise.all(feeds.map((feed) => followAlways(feed, connections, circumstances)))
}

async function followAlways(feed: StreamFeed, connections: Connections, circumstances: StreamCircumstances): Promise<void> {
  const { clock, signal, log } = circumstances
  while (!signal.aborted) {
    try {
      const database = await connections.odds()
      const { publishing, putAside } = collectWatch(connections.telemetry)
      const deadLetters = tellingOf(deadLetterStore(database), ({ count, reasons }) => {
        putAside(feed.name, count)
        log('put aside', { feed: feed.name, count, reasons })
      })
      const publisher = eventHubPublisher(connections.producer, deadLetters, clock.nowMs, { ...connections, publishing })
      await follow(feed, { publisher, store: feedStore(database), deadLetters }, circumstances)
      return
    } catch (error) {
      log('stream broke', { feed: feed.name, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      await wait(clock, againAfterMs, signal)
    }
  }
}
