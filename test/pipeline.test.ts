import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { EventHubProducerClient } from '@azure/event-hubs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { topics, webPubSubHub } from '../infra/names.ts'
import { countBodies } from './support/count.ts'
import { expectSound, idle, neverSchedule, pollTo, type ReplayedDay, replayedDay, storedTicks } from './support/recorded-day.ts'
import { predictItBodies, recordingsFolder } from './support/recordings.ts'
import { builtApp, eventually, readHub, readOdds, startWhole, type WholeStack } from './support/whole-stack.ts'

const recordings = recordingsFolder()
if (recordings === undefined) console.warn('No recordings found (ODDS_RECORDINGS): the pipeline tests on real bodies are skipped')

describe.skipIf(recordings === undefined)('the pipeline, on recorded bodies', () => {
  let whole: WholeStack
  let replay: ReplayedDay

  beforeAll(async () => {
    replay = await replayedDay()
    whole = await startWhole(await builtApp(), {
      FEEDS: 'predictit',
      PREDICTIT_URL: replay.url,
      PREDICTIT_SCHEDULE: neverSchedule,
    })
  })
  afterAll(async () => {
    await whole.stop()
    await replay.close()
  })

  it('stores every change once: as many ticks as the bodies hold, and books that their ticks give again (I1, I11)', async () => {
    const bodies = await predictItBodies()
    const { opened, changed } = countBodies(bodies.map(({ text }) => text))
    expect({ opened, changed }).toEqual({ opened: 851, changed: 874 })
    await pollTo(whole, replay, bodies.length)
    const odds = await storedTicks(whole, opened + changed)
    expect(odds.ticks.filter(({ kind }) => kind === 'opened')).toHaveLength(opened)
    expect(odds.ticks.filter(({ kind }) => kind === 'moved')).toHaveLength(changed)
    expect(odds.ticks).toHaveLength(opened + changed)
    expectSound(odds)
  })

  it('writes nothing when the feed says the same again, or the hub brings the same again (I2, I5)', async () => {
    const before = await readOdds(whole.database)
    const served = replay.served()
    await pollTo(whole, replay, served + 2)
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
    expect(letters.map(({ reason, bytes }) => `${reason}${bytes > 900_000 ? ', large' : ''}`).sort()).toEqual([
      'message: expected object',
      'message: expected object, large',
      'v: version 2, and this reader takes 1',
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
