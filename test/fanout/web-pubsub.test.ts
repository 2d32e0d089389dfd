import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { topicOf } from '../../functions/book/ids.ts'
import { type BoardMessage, parseBoardMessage } from '../../functions/book/wire.ts'
import { webPubSubBroadcaster } from '../../functions/fanout/web-pubsub.ts'
import { reliable, Rig } from '../local/web-pubsub-rig.ts'

describe('the broadcaster, on Web PubSub', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(async () => {
    await rig.stop()
  })

  it('says in each message which schema it keeps to, and any reader still reads it', async () => {
    const browser = await rig.open(reliable, { groups: ['odds.politics'] })
    const message: BoardMessage = { v: 1, kind: 'delta', topic: topicOf('politics'), sentAtMs: 5, markets: [] }
    await webPubSubBroadcaster(rig.rest, AbortSignal.timeout(5_000)).send('odds.politics', message)
    const { data } = await browser.next()
    expect(data).toEqual({ ...message, schema: 'urn:oddscast:board-message:1.0' })
    expect(parseBoardMessage(data)).toMatchObject({ ok: true, value: message })
  })
})
