import { createWriteStream } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

import { streamedFeeds } from '../functions/collect/streams.ts'
import { timerName } from '../functions/collect/timer-name.ts'
import { readSettings } from '../functions/settings.ts'
import { coreToolsLack } from '../infra/local/core-tools/lacks.ts'
import { lockFolder } from '../infra/local/folder-lock.ts'
import { type ServerName, type Stack, startStack } from '../infra/local/stack.ts'
import { buildApp } from './build.ts'
import { chooseFeed } from './dev/choose-feed.ts'
import { knownFeeds } from './dev/known-feeds.ts'
import { writeLocalSettings } from './dev/local-settings.ts'
import { optionsOf } from './dev/options.ts'
import { forgetLastReplay, recordedFeeds, replayDataDir, startRecordedFeeds } from './dev/replayed.ts'
import { summarise } from './dev/summary.ts'

const root = path.resolve(import.meta.dirname, '..')
const localSettings = path.join(root, 'local.settings.json')
const titles: Record<ServerName | 'stream', string> = {
  'event-hubs': 'Event Hubs',
  cosmos: 'Cosmos DB',
  'web-pubsub': 'Web PubSub',
  'functions-host': 'Functions',
  stream: 'Streams',
}
const title = (name: string) => titles[name as keyof typeof titles]

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2))
  if ('help' in options) return console.log(options.help)
  const lacks = options.func ? await coreToolsLack(process.env) : []
  if (lacks.length > 0) throw new Error(`func start needs\n${lacks.map((lack) => `  - ${lack}`).join('\n')}`)
  const dataDir = path.resolve(root, options.dataDir)
  const lock = await lockFolder(dataDir)
  const log = await openLog(path.join(dataDir, 'log'))
  console.log('Oddscast starts.')
  const replay = options.replay && (await startRecordedFeeds(options.replay, options.feed))
  if (replay && options.dataDir === replayDataDir) await forgetLastReplay(dataDir)
  const env = { ...process.env, ...replay?.settings }
  const feedChosen = replay ? recordedFeeds(replay) : chooseFeed(options.feed, env)
  const buildStartedMs = Date.now()
  const built = await buildApp(root)
  const pageKb = built.page.reduce((sum, file) => sum + file.gzipBytes, 0) / 1024
  step('App', Date.now() - buildStartedMs, `page ${pageKb.toFixed(0)} KB gzipped`)
  const { feeds, why } = await feedChosen
  const summary = summarise((line) => console.log(line))
  // Core Tools want it there before they start; what is in the environment wins over it.
  await writeLocalSettings(localSettings, {})
  const stack = await startStack({
    host: options.func ? 'core-tools' : 'functions-host',
    appDir: root,
    dataDir,
    pagePort: options.port,
    env: { ...env, FEEDS: feeds },
    workers: feedsIn(feeds).some(isStreamed) ? [{ name: 'stream', file: path.join(root, 'scripts/stream.ts') }] : [],
    onStarted: (name, tookMs) => step(title(name), tookMs),
    onLine(name, line) {
      log.write(`${new Date().toISOString()} ${name} ${line}\n`)
      if (options.verbose) console.log(`${name}: ${line}`)
      else summary.line(line)
    },
    onDeath: (name, how, inMs) => console.log(`${title(name)} died (${how}); it is started again in ${inMs} ms`),
  })
  await writeLocalSettings(localSettings, { ...stack.settings, ...(replay ? {} : { FEEDS: feeds }) })
  if (stack.problem !== undefined) {
    await stack.stop()
    await replay?.close()
    await lock.release()
    throw new Error(withoutStack(stack.problem))
  }
  const polled = feedsIn(feeds).filter((feed) => !isStreamed(feed))
  await Promise.all(polled.map((feed) => pollNow(stack.url, feed)))
  const { feedsOff } = readSettings({ ...env, ...stack.settings, FEEDS: feeds }, knownFeeds)
  const off = feedsOff.map((feed) => `\n  ! ${feed.name} is off: ${feed.why}`).join('')
  announce(stack, `${why}${off}`, path.relative(process.cwd(), dataDir))
  stopOnSignal(async () => {
    summary.stop()
    await stack.stop()
    await replay?.close()
    await lock.release()
    log.end()
  })
}

/** What is wrong, without the way through the code: that is in the log. */
const withoutStack = (problem: string) =>
  problem
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')

const feedsIn = (feeds: string) => feeds.split(',').map((feed) => feed.trim().toLowerCase())
const isStreamed = (feed: string) => Object.hasOwn(streamedFeeds, feed)

/** Nobody should look at an empty board until the schedule comes round. A feed that has no timer is not ours to complain of here. */
async function pollNow(url: string, feed: string): Promise<void> {
  await fetch(new URL(`/admin/functions/${timerName(feed)}`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined)
}

function step(what: string, tookMs: number, more = ''): void {
  console.log(`  ✓ ${what.padEnd(11)} ${String(tookMs).padStart(5)} ms${more === '' ? '' : `   ${more}`}`)
}

function announce(stack: Stack, why: string, dataDir: string): void {
  const keyFile = process.env['FUNCTIONS_LOCAL_KEY']
    ? 'FUNCTIONS_LOCAL_KEY'
    : path.join(dataDir, 'functions-host', 'functions-key')
  console.log(`
${why}

  The board   ${stack.url}
  Event Hubs  ${stack.settings['EVENT_HUBS']}
  Cosmos DB   ${stack.settings['COSMOS']}
  Web PubSub  ${stack.settings['WEB_PUBSUB']}
  Push odds   PUT ${stack.url}api/feeds/<name>/odds with x-functions-key, which is in ${keyFile}

The same strings are in local.settings.json; everything is kept in ${dataDir}. Ctrl-C stops it all.
`)
}

/** One file, begun anew when it has grown large; the run before is kept beside it. */
async function openLog(folder: string) {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, 'oddscast.log')
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  )
  if (size > 20_000_000) await writeFile(path.join(folder, 'oddscast.1.log'), await readFile(file))
  return createWriteStream(file, { flags: size > 20_000_000 ? 'w' : 'a' })
}

function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false
  const once = () => {
    if (stopping) process.exit(1)
    stopping = true
    console.log('\nStopping …')
    void stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', once)
  process.on('SIGTERM', once)
}

main().catch((error: unknown) => {
  console.error(`\nOddscast could not start: ${error instanceof Error ? error.message : String(error)}`)
  if (error instanceof TypeError && 'code' in error) console.error('npm start -- --help lists the options')
  process.exit(1)
})
