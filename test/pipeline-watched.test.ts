import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { EventHubProducerClient } from '@azure/event-hubs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { followFeeds } from '../functions/collect/follow-feeds.ts'
import { streamedFeeds } from '../functions/collect/streams.ts'
import { connections } from '../functions/connect/connections.ts'
import { readSettings } from '../functions/settings.ts'
import { systemClock } from '../infra/local/clock.ts'
import { topicNames, topics } from '../infra/names.ts'
import { betfairFixture } from './support/betfair.ts'
import { beats, fakeStream, following, settled } from './support/following.ts'
import { type LogLine, logLines, strangersIn } from './support/log-lines.ts'
import { otlpReceiver, type Receiver, type Span } from './support/otlp.ts'
import { ownMarket } from './support/pushed-bodies.ts'
import { queryFiles } from './support/query-files.ts'
import { idle, neverSchedule } from './support/recorded-day.ts'
import { builtApp, eventually, readHub, readOdds, startWhole, type WholeStack } from './support/whole-stack.ts'

const key = 'a-key-for-tests'
const streamWorker = [{ name: 'stream', file: path.resolve(import.meta.dirname, '../scripts/stream.ts') }]

describe('the pipeline, while somebody listens', () => {
  let whole: WholeStack
  let receiver: Receiver
  let isListening = true

  beforeAll(async () => {
    receiver = await otlpReceiver((_, response) => {
      if (isListening) response.writeHead(200).end()
    })
    const env = {
      FEEDS: 'simulated,kalshi,betfair',
      SIMULATED_SCHEDULE: neverSchedule,
      KALSHI_SCHEDULE: neverSchedule,
      KALSHI_URL: 'http://127.0.0.1:9/',
      BETFAIR_URL: pathToFileURL(betfairFixture).href,
      FUNCTIONS_LOCAL_KEY: key,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRIC_EXPORT_INTERVAL: '50',
    }
    whole = await startWhole(await builtApp(), env, streamWorker)
    await whole.poll('collectSimulated')
    await eventually('markets of both feeds are stored', async () => {
      const { ticks } = await readOdds(whole.database)
      return ['simulated', 'betfair'].every((feed) => ticks.some((tick) => tick.feed === feed))
    })
    await whole.poll('collectKalshi')
    for (const back of [1.9, 1.9, 2.2]) await push(ownMarket('m1', back))
    await push([ownMarket('m3', 1.5), { marketId: 'm4' }])
    await poison()
    await idle(whole)
  })
  afterAll(async () => {
    await whole.stop()
    await receiver[Symbol.asyncDispose]()
  })

  async function push(odds: unknown): Promise<void> {
    const url = new URL('/api/feeds/my-odds/odds', whole.stack.url)
    const body = JSON.stringify(odds)
    expect(await fetch(url, { method: 'PUT', headers: { 'x-functions-key': key }, body })).toMatchObject({ status: 202 })
  }

  async function poison(): Promise<void> {
    const producer = new EventHubProducerClient(whole.stack.settings['EVENT_HUBS'] ?? '', topics.sports.hub)
    await producer.sendBatch([{ body: { v: 7 } }])
    await producer.close()
  }

  const events = async () =>
    (await Promise.all(topicNames.map((topic) => readHub(whole.stack.settings['EVENT_HUBS'] ?? '', topics[topic].hub)))).flat()

  const spanOf = (traceparent: string | undefined) => receiver.spans.find(({ spanId }) => traceparent?.split('-')[2] === spanId)
  const linkedTo = ({ links }: Span) => receiver.spans.filter(({ spanId }) => links.some((link) => link.spanId === spanId))
  const parentOf = ({ parentSpanId }: Span) => receiver.spans.find(({ spanId }) => spanId === parentSpanId)
  const partsOf = (whole: Span) => receiver.spans.filter(({ parentSpanId }) => parentSpanId === whole.spanId)

  it('tells each tick’s way from its feed to the browsers, step by step, over the hub and the change feed', async () => {
    const { ticks } = await readOdds(whole.database)
    const ofEachFeed = ['simulated', 'betfair', 'my-odds'].map((feed) => ticks.findLast((tick) => tick.feed === feed))
    for (const tick of ofEachFeed) {
      const page = await eventually('its page is told', async () =>
        receiver.spans.find(
          (span) => span.name === 'fanout page' && linkedTo(span).some((cause) => cause === spanOf(tick?.traceparent)),
        ),
      )
      const batch = spanOf(tick?.traceparent)
      expect(batch).toMatchObject({ name: 'dedupe batch', kind: 5, error: undefined })
      expect(batch?.facts).toMatchObject({ 'messaging.destination.name': `odds-${tick?.topic}`, rejected: expect.any(Number) })
      const publishes = batch === undefined ? [] : linkedTo(batch)
      expect(publishes.map(({ name, facts }) => `${name} ${String(facts['feed'])}`)).toContain(`publish ${tick?.feed}`)
      expect(batch === undefined ? [] : partsOf(batch)).toMatchObject([{ name: 'save', kind: 3 }])
      expect(partsOf(page)).toMatchObject([{ name: 'send', kind: 4, error: undefined }])
      expect(page.facts['sentTicks']).toBeGreaterThan(0)
      expect(page.facts['faas.invocation_id']).toMatch(/^[0-9a-f-]{36}$/)
    }
    const polled = receiver.spans.filter(({ name }) => name === 'publish').flatMap((span) => parentOf(span) ?? [])
    expect(polled).toMatchObject([{ name: 'collect poll', facts: { feed: 'simulated', outcome: 'complete' }, parentSpanId: '' }])
  })

  it('tells where alerts were looked for, and which requests were answered, by their routes alone', async () => {
    const batch = await eventually('a batch is told', async () =>
      receiver.spans.find((span) => span.name === 'detect batch' && linkedTo(span).some(({ name }) => name === 'publish')),
    )
    expect(batch).toMatchObject({
      kind: 5,
      error: undefined,
      facts: { followed: expect.any(Number), raised: expect.any(Number) },
    })
    await fetch(new URL('/api/markets/no-such:market?code=a-key-that-nobody-may-see', whole.stack.url))
    const request = await eventually('the request is told', async () =>
      receiver.spans.find((span) => span.name === 'GET api/markets/{id}'),
    )
    expect(request).toMatchObject({ kind: 2, facts: { 'http.response.status_code': 400, 'http.route': 'api/markets/{id}' } })
    await eventually('and counted', async () => receiver.total('oddscast.requests', 'route=api/markets/{id} status=400') === 1)
    expect(JSON.stringify(receiver.spans)).not.toContain('nobody-may-see')
  })

  it('counts what there was: messages, verdicts, ticks, letters, request units, frames, bytes and lags', async () => {
    const [{ ticks }, all] = [await readOdds(whole.database), await events()]
    const own = all.filter(({ body }) => !String(body).includes('{"v":7}')).length
    expect(own).toBe(all.length - 1)
    const total = (metric: string, of?: string) => receiver.total(`oddscast.${metric}`, of)
    await eventually('all is told', async () => total('ticks.followed') === ticks.length)
    const told = {
      published: total('messages.published'),
      messages: total('messages'),
      rejected: total('messages', 'topic=sports verdict=rejected'),
      duplicate: total('messages', 'topic=sports verdict=duplicate'),
      stored: total('ticks.stored'),
      letters: total('dead_letters', 'stage=dedupe topic=sports'),
      pushedLetters: total('dead_letters', 'feed=my-odds stage=collect'),
      failedPolls: total('polls', 'feed=kalshi outcome=failed'),
      polls: total('polls'),
    }
    expect(told).toEqual({
      published: own,
      messages: all.length,
      rejected: 1,
      duplicate: 1,
      stored: ticks.length,
      letters: 1,
      pushedLetters: 1,
      failedPolls: 1,
      polls: 2,
    })
    const fresh = told.messages - told.rejected - told.duplicate
    const lags = (hop: string) =>
      [...receiver.points.values()]
        .filter(({ metric, of }) => metric === 'oddscast.lag' && of.startsWith(`hop=${hop}`))
        .flatMap(({ buckets }) => buckets)
        .reduce((sum, [, times]) => sum + times, 0)
    expect([lags('observed to stored'), lags('stored to sent'), lags('observed to sent')]).toEqual([
      fresh,
      ticks.length,
      ticks.length,
    ])
    const logged = (event: string, field: string) =>
      logLines(whole.lines)
        .filter((line) => line.event === event)
        .reduce((sum, { facts }) => sum + Number(facts[field]), 0)
    expect(total('request_units')).toBeCloseTo(logged('ticks saved', 'requestUnits'), 0)
    // More than the 5 that a document costs at least, since each market's book is one too.
    expect(total('request_units') / ticks.length).toBeGreaterThan(5)
    expect([total('frames'), total('frame_bytes')]).toEqual([logged('ticks sent', 'frames'), logged('ticks sent', 'bytes')])
  })

  it('goes on as ever when whoever listens does not answer any more', async () => {
    isListening = false
    const heard = receiver.requests.length
    await eventually('nothing is answered', async () => receiver.requests.length > heard + 1)
    const startedMs = Date.now()
    await push(ownMarket('m2', 1.5))
    await eventually('it is stored', async () =>
      (await readOdds(whole.database)).ticks.some(({ marketId }) => marketId === 'my-odds:m2'),
    )
    expect(Date.now() - startedMs).toBeLessThan(5_000)
    isListening = true
  })

  it('logs every line, and in it every field, that a question to the logs asks for', async () => {
    const lines: LogLine[] = [...logLines(whole.lines), ...(await linesOfStreams())]
    expect(queryFiles().flatMap(({ name, text }) => strangersIn(text, lines).map((stranger) => `${name}: ${stranger}`))).toEqual(
      [],
    )
    const lags = lines.flatMap(({ facts }) => Object.keys(facts['lags'] ?? {}))
    expect([...new Set(lags)].sort()).toEqual(['observedToSent', 'observedToStored', 'publishedToObserved', 'storedToSent'])
    // What would be seen if a query or the code changed alone.
    const spoilt = 'AppTraces | where Message startswith "ticks saved {" | extend x = facts.tiks, y = facts.ticks'
    expect(strangersIn(spoilt, lines)).toEqual(['ticks saved: tiks'])
    expect(strangersIn(spoilt.replace('saved', 'kept'), lines)).toEqual(['ticks kept', 'ticks kept: tiks', 'ticks kept: ticks'])
  })
})

/** Of the worker that follows streams, which is no part of that stack. */
async function linesOfStreams(): Promise<LogLine[]> {
  const stream = fakeStream()
  const worker = following(stream)
  stream.says({ rejected: [{ marketId: null, reason: 'not readable', body: '{}' }] })
  await settled()
  await beats(worker, stream, 6_000)
  stream.drops('the other end is gone')
  await settled()
  await worker.stop()
  const stop = new AbortController()
  const broken: LogLine[] = []
  const settings = readSettings({ EVENT_HUBS: 'a', COSMOS: 'b', WEB_PUBSUB: 'c', FEEDS: 'polymarket-clob' }, streamedFeeds)
  const away = { ...connections(settings), odds: () => Promise.reject(new Error('the store is away')) }
  await followFeeds(settings, away, {
    clock: systemClock,
    random: () => 0.5,
    signal: stop.signal,
    log(event, facts) {
      broken.push({ event, facts: { ...facts } })
      if (event === 'stream broke') stop.abort()
    },
  })
  return [...worker.logged.map(({ what, facts }) => ({ event: what, facts })), ...broken]
}
