import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { handClock } from '../../infra/local/clock.ts'
import { json, Rig } from './web-pubsub-rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.stop())

describe('on demand', () => {
  const ask = async (fault: object) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${rig.server.endpoint}/_local/faults`, { method: 'POST', headers, body: JSON.stringify(fault) })
    return { status: answer.status, body: (await answer.json()) as object }
  }

  it('sends are refused as often as asked, and the official client tries again', async () => {
    expect(await ask({ kind: 'refuse-sends', status: 503, count: 2, retryAfterMs: 1 })).toEqual({
      status: 200,
      body: { count: 2 },
    })
    const ann = await rig.open(json)
    await rig.rest.sendToAll(1)
    expect((await ann.soFar()).map(({ data }) => data)).toEqual([1])
    expect(rig.server.stats()).toMatchObject({ refused: 2 })
  })

  it('handshakes are refused', async () => {
    rig.server.faults.refuseConnections({ status: 503, count: 1 })
    await expect(rig.open(json)).rejects.toThrow(/503.*a fault was asked for/)
    await rig.open(json)
  })

  it('only known faults, and only as JSON, since a web page may post anything else to this port', async () => {
    expect((await ask({ kind: 'melt' })).status).toBe(400)
    const plain = await fetch(`${rig.server.endpoint}/_local/faults`, { method: 'POST', body: '{"kind":"forget"}' })
    expect(plain.status).toBe(415)
  })

  it('the service says how it is', async () => {
    const ann = await rig.open(json, { groups: ['g'] })
    await rig.rest.sendToAll('x')
    const frame = await ann.next()
    expect((await fetch(`${rig.server.endpoint}/api/health`, { method: 'HEAD' })).status).toBe(200)
    const stats = (await (await fetch(`${rig.server.endpoint}/_local/stats`)).json()) as { bytesOut: number }
    expect(stats).toMatchObject({ connections: { live: 1, recoverable: 0 }, hubs: 1, groups: 1, messagesIn: 1, messagesOut: 1 })
    expect(stats.bytesOut).toBe(JSON.stringify(ann.connected).length + JSON.stringify(frame).length + 4)
  })

  it('an expired REST token is told by the clock of the server', async () => {
    const clock = handClock(Date.now())
    const other = await Rig.start({ clock })
    await other.rest.sendToAll(1)
    clock.advance(2 * 3_600_000)
    await expect(other.rest.sendToAll(1)).rejects.toMatchObject({ statusCode: 401 })
    await other.stop()
  })
})
