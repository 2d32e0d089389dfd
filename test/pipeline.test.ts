import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { EventHubProducerClient } from '@azure/event-hubs'

import type { Tick } from '../functions/book/tick.ts'
import { type Book, applyTicks } from '../functions/book/market.ts'
import { systemClock } from '../infra/local/clock.ts'
import { topics, webPubSubHub } from '../infra/names.ts'
import { startReplay } from '../scripts/replay/server.ts'
import { countBodies, countMessages } from './support/count.ts'
import { predictItBodies, recordingsFolder } from './support/recordings.ts'
import { valuesOf, valuesOfTicks } from './support/replay.ts'
import {
  builtApp,
  eventually,
  type OddsDocuments,
  readHub,
  readOdds,
  startWhole,
  type WholeStack,
} from './support/whole-stack.ts'

const recordings = recordingsFolder()
if (recordings === undefined) console.warn('No recordings found (ODDS_RECORDINGS): the pipeline tests on real bodies are skipped')

/** One body a poll; after the last, the last again. */
const onceEach = { pace: { kind: 'each-poll' }, loop: false } as const
/** Never by itself: these tests say when a feed is polled. */
const neverSchedule = '0 0 0 1 1 *'

let appDir: string
beforeAll(async () => {
  appDir = await builtApp()
})

/** I1 and I11 over everything that is stored. */
function expectSound({ books, ticks }: OddsDocuments): void {
  const byMarket = Map.groupBy(ticks, ({ marketId }) => marketId)
  expect(books).toHaveLength(byMarket.size)
  for (const book of books) {
    const own: Tick[] = byMarket.get(book.marketId) ?? []
    expect(own.map(({ seq }) => seq)).toEqual(own.map((_, i) => i + 1))
    expect(valuesOf(book)).toEqual(valuesOfTicks(own))
    expect(valuesOf(applyTicks({ ...book, seq: 0, selections: [] } as Book, own))).toEqual(valuesOf(book))
  }
}

/** Polls until the feed has served `count` bodies and the last poll has been counted. */
async function pollTo(whole: WholeStack, served: () => number, count: number): Promise<void> {
  while (served() < count) {
    const before = served()
    await eventually(`poll ${before + 1} of ${count}`, async () => {
      await whole.poll('collectPredictit')
      return eventually('the feed is asked', async () => served() > before, 2_000).catch(() => false)
    })
  }
}

/** Until as many ticks are stored as `expected` says, and then for a little longer, in case there are more. */
async function storedTicks(whole: WholeStack, expected: number): Promise<OddsDocuments> {
  await eventually(`${expected} ticks are stored`, async () => (await countTicks(whole)) >= expected, 60_000)
  await idle(whole)
  return readOdds(whole.database)
}

async function countTicks(whole: WholeStack): Promise<number> {
  const { resources } = await whole.database
    .container('odds')
    .items.query<number>("SELECT VALUE COUNT(1) FROM c WHERE c.type = 'tick'")
    .fetchAll()
  return resources[0] ?? 0
}

/** Until every event on the hub has been through dedupe. */
async function idle(whole: WholeStack): Promise<void> {
  type Described = { name: string; checkpoints?: Record<string, number>; running: number; succeeded: number }
  let before = ''
  await eventually('dedupe has nothing left to do', async () => {
    const response = await fetch(new URL('/admin/functions', whole.stack.url))
    const functions = (await response.json()) as Described[]
    const now = JSON.stringify(
      functions.filter(({ name }) => name.startsWith('dedupe')).map(({ running, succeeded }) => [running, succeeded]),
    )
    const same = now === before
    before = now
    await new Promise((resolve) => setTimeout(resolve, 400))
    return same
  })
}

describe.skipIf(recordings === undefined)('the pipeline, on recorded bodies', () => {
  let whole: WholeStack
  let replay: Awaited<ReturnType<typeof startReplay>>

  beforeAll(async () => {
    replay = await startReplay({
      folder: `${recordings}/predictit`,
      port: 0,
      mode: onceEach,
      log: () => undefined,
      clock: systemClock,
    })
    whole = await startWhole(appDir, { FEEDS: 'predictit', PREDICTIT_URL: replay.url, PREDICTIT_SCHEDULE: neverSchedule })
  })
  afterAll(async () => {
    await whole.stop()
    await replay.close()
  })

  it('stores every change once: as many ticks as the bodies hold, and books that their ticks give again (I1, I11)', async () => {
    const bodies = await predictItBodies()
    const { opened, changed } = countBodies(bodies.map(({ text }) => text))
    expect({ opened, changed }).toEqual({ opened: 851, changed: 874 })
    await pollTo(whole, replay.served, bodies.length)
    const odds = await storedTicks(whole, opened + changed)
    expect(odds.ticks.filter(({ kind }) => kind === 'opened')).toHaveLength(opened)
    expect(odds.ticks.filter(({ kind }) => kind === 'moved')).toHaveLength(changed)
    expect(odds.ticks).toHaveLength(opened + changed)
    expectSound(odds)
  })

  it('writes nothing when the feed says the same again, or the hub brings the same again (I2, I5)', async () => {
    const before = await readOdds(whole.database)
    const served = replay.served()
    await pollTo(whole, replay.served, served + 2)
    const hub = topics.politics.hub
    const published = await readHub(whole.stack.settings['EVENT_HUBS'] ?? '', hub)
    const producer = new EventHubProducerClient(whole.stack.settings['EVENT_HUBS'] ?? '', hub)
    for (const event of published) {
      await producer.sendBatch([{ body: JSON.parse(Buffer.from(event.body as Uint8Array).toString()) }], {
        partitionKey: event.partitionKey ?? '',
      })
    }
    await producer.close()
    await idle(whole)
    const after = await readOdds(whole.database)
    expect(after.books.map(({ _etag }) => _etag)).toEqual(before.books.map(({ _etag }) => _etag))
    expect(after.ticks).toHaveLength(before.ticks.length)
  })

  it('goes on with its neighbours when an event cannot be read (I7)', async () => {
    const { hub } = topics.politics
    const producer = new EventHubProducerClient(whole.stack.settings['EVENT_HUBS'] ?? '', hub)
    const [sample] = await readHub(whole.stack.settings['EVENT_HUBS'] ?? '', hub)
    const partitionKey = sample?.partitionKey ?? ''
    const good = {
      ...JSON.parse(Buffer.from((sample?.body ?? '') as Uint8Array).toString()),
      asOfMs: Date.now(),
      marketId: 'predictit:poisoned',
    }
    await producer.sendBatch([{ body: Buffer.from('{"v":1,') }], { partitionKey })
    await producer.sendBatch([{ body: { ...good, v: 2 } }], { partitionKey })
    await producer.sendBatch([{ body: Buffer.alloc(1_000_000, 1) }], { partitionKey })
    await producer.sendBatch([{ body: good }], { partitionKey })
    await producer.close()
    await eventually('the good one is stored', async () => {
      const { resource } = await whole.database.container('odds').item('book', 'predictit:poisoned').read()
      return resource !== undefined
    })
    type Letter = { reason: string; bytes: number; hub: string }
    const letters = await eventually('three letters are kept', async () => {
      const { resources } = await whole.database.container('dead-letters').items.query<Letter>('SELECT * FROM c').fetchAll()
      return resources.length >= 3 && resources
    })
    expect(letters.map(({ reason, bytes }) => [reason, bytes > 900_000]).sort()).toEqual([
      ['message: expected object', false],
      ['message: expected object', true],
      ['v: invalid literal', false],
    ])
  })

  it('speaks to any client, with no code of ours: a plain WebSocket sees what the SDK published', async () => {
    const settings = whole.stack.settings
    const service = new WebPubSubServiceClient(settings['WEB_PUBSUB'] ?? '', webPubSubHub, { allowInsecureConnection: true })
    const { url } = await service.getClientAccessToken({ roles: ['webpubsub.joinLeaveGroup'] })
    const socket = new WebSocket(url, 'json.webpubsub.azure.v1')
    const frames: { type: string; ackId?: number; data?: { kind: string; markets: { id: string }[] } }[] = []
    socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))))
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    socket.send(JSON.stringify({ type: 'joinGroup', group: 'odds.politics', ackId: 1 }))
    await eventually('the group is joined', async () => frames.some(({ type, ackId }) => type === 'ack' && ackId === 1))
    const nowMs = Date.now()
    const market = {
      v: 1,
      feed: 'predictit',
      topic: 'politics',
      marketId: 'predictit:plain',
      asOfMs: nowMs,
      observedAtMs: nowMs,
      complete: true,
      priceFormat: 'probability',
      market: { name: 'A market by hand', url: null, image: null, status: 'open' },
      selections: [{ id: 'predictit:yes', name: 'Yes', quotes: [{ bookmaker: 'predictit', last: 0.5 }] }],
    }
    const producer = new EventHubProducerClient(settings['EVENT_HUBS'] ?? '', topics.politics.hub)
    await producer.sendBatch([{ body: market }], { partitionKey: 's1' })
    await producer.close()
    const frame = await eventually('the delta arrives', async () =>
      frames.find(({ data }) => data?.markets?.some(({ id }) => id === 'predictit:plain')),
    )
    expect(frame.data).toMatchObject({
      kind: 'delta',
      topic: 'politics',
      markets: [{ id: 'predictit:plain', from: 1, to: 1, ticks: [{ last: 0.5 }] }],
    })
    socket.close()
  })
})

describe.skipIf(recordings === undefined)('the pipeline, killed in the middle', () => {
  it('has every published body once, without holes, whoever dies (I1, I5, I6, I11)', async () => {
    const replay = await startReplay({
      folder: `${recordings}/predictit`,
      port: 0,
      mode: onceEach,
      log: () => undefined,
      clock: systemClock,
    })
    const whole = await startWhole(appDir, { FEEDS: 'predictit', PREDICTIT_URL: replay.url, PREDICTIT_SCHEDULE: '* * * * * *' })
    try {
      const total = (await predictItBodies()).length
      const kills = ['event-hubs', 'cosmos', 'web-pubsub', 'functions-host', 'cosmos', 'event-hubs'] as const
      for (const [i, name] of kills.entries()) {
        await pollTo(whole, replay.served, Math.floor(((i + 1) * total) / 10))
        // In the middle of a poll's way through the stages, not after it.
        await whole.poll('collectPredictit')
        whole.kill(name)
      }
      await pollTo(whole, replay.served, Math.floor(total * 0.8))
      await whole.restart()
      await pollTo(whole, replay.served, total)
      const settings = whole.stack.settings
      await idle(whole)
      const published = await readHub(settings['EVENT_HUBS'] ?? '', topics.politics.hub)
      const messages = published.map(({ body }) => JSON.parse(Buffer.from(body as Uint8Array).toString()))
      const counted = countMessages(messages)
      const odds = await storedTicks(whole, counted.ticks)
      expect(odds.ticks).toHaveLength(counted.ticks)
      expectSound(odds)
      const stored = new Map(
        odds.books.flatMap(({ selections }) =>
          selections.map(
            ({ id, quotes }) =>
              [id, JSON.stringify(quotes.map(({ last, back, lay, status }) => [last, back, lay, status]))] as const,
          ),
        ),
      )
      expect(stored).toEqual(counted.values)
    } finally {
      await whole.stop()
      await replay.close()
    }
  })
})
