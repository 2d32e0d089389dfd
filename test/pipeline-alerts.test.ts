import { EventHubProducerClient } from '@azure/event-hubs'
import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Alert } from '../functions/book/alert.ts'
import { shardOf, topicOf } from '../functions/book/ids.ts'
import { type BoardMessage, parseBoardMessage, type SnapshotMessage } from '../functions/book/wire.ts'
import { topics, webPubSubHub } from '../infra/names.ts'
import { heard, inShort, type Prices, second } from './support/watching.ts'
import { builtApp, eventually, startWhole, type WholeStack } from './support/whole-stack.ts'

const sports = topicOf('sports')

describe('alerts, on the whole stack', () => {
  let whole: WholeStack
  let socket: WebSocket
  const heardOnSocket: Alert[] = []

  beforeAll(async () => {
    whole = await startWhole(await builtApp(), { FEEDS: '' })
    // Before anything is judged: what is known of links is up to a minute old.
    await whole.database.container('fixtures').items.create(linkedFixture(Date.now() + 3_600_000))
    const service = new WebPubSubServiceClient(whole.stack.settings['WEB_PUBSUB'] ?? '', webPubSubHub, {
      allowInsecureConnection: true,
    })
    const { url } = await service.getClientAccessToken({ roles: ['webpubsub.joinLeaveGroup'] })
    socket = new WebSocket(url, 'json.webpubsub.azure.v1')
    let isIn = false
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as { type: string; ackId?: number; data?: unknown }
      if (frame.type === 'ack') isIn = true
      if (frame.type === 'message') heardOnSocket.push(...alertsIn(frame.data))
    })
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    socket.send(JSON.stringify({ type: 'joinGroup', group: 'odds.sports', ackId: 1 }))
    await eventually('the group is joined', async () => isIn)
  })
  afterAll(async () => {
    socket.close()
    await whole.stop()
  })

  async function say(...messages: SnapshotMessage[]): Promise<void> {
    const producer = new EventHubProducerClient(whole.stack.settings['EVENT_HUBS'] ?? '', topics.sports.hub)
    for (const body of messages) await producer.sendBatch([{ body }], { partitionKey: shardOf(body.marketId) })
    await producer.close()
  }
  const message = (market: string, agoMs: number, prices: Prices) =>
    heard(Date.now() - agoMs, prices, { market, topic: sports, priceFormat: 'decimal' })
  const heardOf = (market: string) => heardOnSocket.filter(({ marketId }) => marketId === `testfeed:${market}`)
  const stored = async (query = '') => ((await whole.api(`/api/alerts?topic=sports${query}`)) as { alerts: Alert[] }).alerts

  const arbitrage: Prices = { home: { alpha: 2.1, beta: 1.8 }, away: { alpha: 1.8, beta: 2.1 } }

  it('reach a plain WebSocket once, with their evidence, however often the hub brings the same prices (I5)', async () => {
    await say(message('arbitrage', 3 * second, arbitrage), message('arbitrage', 2 * second, arbitrage))
    await eventually('the alert arrives', async () => heardOf('arbitrage').length > 0)
    await say(message('arbitrage', second, arbitrage), message('later', 0, arbitrage))
    await eventually('the one after it arrives', async () => heardOf('later').length > 0)
    expect(heardOf('arbitrage').map(inShort)).toEqual(['arbitrage 5'])
    expect(heardOf('arbitrage')[0]?.evidence.map(({ bookmaker, price }) => `${bookmaker} ${price}`)).toEqual([
      'alpha 2.1',
      'beta 2.1',
    ])
  })

  it('are answered over HTTP, the newest first', async () => {
    const alerts = await stored('&kind=arbitrage')
    expect(alerts.map(({ marketId }) => marketId)).toEqual(['testfeed:later', 'testfeed:arbitrage'])
    expect(alerts[1]).toEqual(heardOf('arbitrage')[0])
  })

  it('are raised across venues where a fixture links them', async () => {
    await say(message('venue-one', second, { yes: { alpha: 2.2 } }))
    await eventually('it is stored', async () => {
      const { resource } = await whole.database.container('odds').item('book', 'testfeed:venue-one').read<object>()
      return resource !== undefined
    })
    await say(message('venue-two', 0, { yes: { beta: 2.1 } }))
    const found = await eventually('the alert arrives', async () => heardOf('venue-one')[0])
    expect(found).toMatchObject({ kind: 'arbitrage', marketName: 'A at B: Who wins?', topic: 'sports' })
  })

  it('come when the store does, if it was away: the move is judged again, and once (I6)', async () => {
    await say(message('move', 20 * second, { home: { alpha: 2 } }))
    await say(message('before', 0, arbitrage))
    await eventually('what was said before is judged', async () => heardOf('before').length > 0)
    whole.kill('cosmos')
    await say(message('move', 0, { home: { alpha: 2.5 } }))
    await eventually('the alert arrives', async () => heardOf('move').length > 0, 60_000)
    await say(message('after', 0, arbitrage))
    await eventually('the one after it arrives', async () => heardOf('after').length > 0)
    expect(heardOf('move').map(inShort)).toEqual(['move home -10'])
    expect((await stored('&kind=move')).map(inShort)).toEqual(['move home -10'])
  })
})

function linkedFixture(startsAtMs: number) {
  const quote = (market: string) => ({ marketId: `testfeed:${market}`, selectionId: 'testfeed:yes' })
  const selections = [
    { name: 'A', quotes: [quote('venue-one')] },
    { name: 'B', quotes: [quote('venue-two')] },
  ]
  const startsAt = new Date(startsAtMs).toISOString()
  const links = [{ question: 'Who wins?', selections }]
  return { id: 'final', topic: 'sports', name: 'A at B', startsAt, startsAtMs, status: 'scheduled', links, updatedAtMs: 1 }
}

function alertsIn(raw: unknown): readonly Alert[] {
  const parsed = parseBoardMessage(raw)
  const message: BoardMessage | undefined = parsed.ok ? parsed.value : undefined
  return message?.kind === 'alert' ? message.alerts : []
}
