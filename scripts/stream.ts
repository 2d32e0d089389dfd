import { parseArgs } from 'node:util'

import { polledFeeds } from '../functions/collect/feeds.ts'
import { followFeeds } from '../functions/collect/follow-feeds.ts'
import { streamedFeeds } from '../functions/collect/streams.ts'
import { connections } from '../functions/connect/connections.ts'
import { readSettings } from '../functions/settings.ts'
import { systemClock } from '../infra/local/clock.ts'

/**
 * The worker of the feeds that keep a connection open, which a Function cannot: it follows them, and publishes to the same event hubs, with
 * the same code and the same settings as the app.
 */
const help = `Follows the feeds that keep a connection open, and publishes what they say to the event hubs.

  npm run stream

FEEDS names what is followed: ${Object.keys(streamedFeeds).join(', ')}; the app polls the others that it names. The other settings
are the app's: EVENT_HUBS, COSMOS and WEB_PUBSUB, each a connection string or the identity form, and <FEED>_URL, <FEED>_KEY and those
of each feed alone. \`npm start\` runs this worker by itself where FEEDS names such a feed; this is for running one beside it, or elsewhere.

On Azure it is a container app (infra/azure/stream-worker.ts): a plain image of Node 24 runs the bundle that \`npm run build\` leaves in
dist/stream/main.cjs; one replica at least and at most, for two would say everything twice; and an identity that may send to the event
hubs and write to Cosmos DB. On SIGTERM it hands over what it has read, for which it takes four seconds at most, and ends.

Every five seconds, or when something happens, it writes one line of facts a feed.
`

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } })
  if (values.help) return console.log(help)
  const settings = readSettings(process.env, { ...polledFeeds, ...streamedFeeds })
  const stop = stopped()
  // To whoever supervises this process.
  process.send?.({ ready: true, port: 0 })
  const services = connections(settings)
  await followFeeds(settings, services, { clock: systemClock, random: Math.random, signal: stop, log })
  // A worker that ended by itself would only be started again.
  if (!stop.aborted) {
    log('streams over', { why: 'nothing is left to be followed; waiting to be stopped' })
    await new Promise((resolve) => stop.addEventListener('abort', resolve))
  }
  await services.telemetry?.close()
  process.exit(0)
}

function log(what: string, facts: object): void {
  const line = `${what} ${JSON.stringify(facts)}`
  if ('reason' in facts || 'why' in facts) console.error(line)
  else console.log(line)
}

function stopped(): AbortSignal {
  const stop = new AbortController()
  const once = () => {
    if (stop.signal.aborted) process.exit(1)
    stop.abort()
  }
  for (const event of ['SIGTERM', 'SIGINT'] as const) process.on(event, once)
  // It ends with the process that started it.
  process.on('disconnect', () => stop.abort())
  // A promise that waits keeps no process alive.
  const alive = setInterval(() => undefined, 60_000)
  stop.signal.addEventListener('abort', () => clearInterval(alive))
  return stop.signal
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
