import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { handClock, type HandClock } from '../../infra/local/clock.ts'
import { json, type RawClient, reliable, Rig, soon, until } from './web-pubsub-rig.ts'

let clock: HandClock
let rig: Rig
beforeEach(async () => {
  clock = handClock(Date.now())
  rig = await Rig.start({ clock })
})
afterEach(() => rig.stop())

async function recover(lost: RawClient, token = String(lost.connected['reconnectionToken'])): Promise<RawClient> {
  const query = `awps_connection_id=${lost.id}&awps_reconnection_token=${token}`
  const client = rig.dial(`ws://127.0.0.1:${rig.server.port}/client/hubs/odds?access_token=long-expired&${query}`, reliable)
  await client.opened
  return client
}

async function lose(client: RawClient): Promise<void> {
  client.socket.terminate()
  await until(() => rig.server.stats().connections.live === 0, 'the loss to be noticed')
}

const sendNumbers = async (from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++) await rig.rest.sendToAll(n)
}

describe('a reliable connection', () => {
  it('gets what it has not acknowledged again, in order, ahead of what is new', async () => {
    const lost = await rig.open(reliable, { groups: ['g'] })
    await sendNumbers(1, 3)
    lost.say({ type: 'sequenceAck', sequenceId: 2 })
    await lost.soFar()
    await lose(lost)
    await rig.rest.group('g').sendToAll(4)
    const client = await recover(lost)
    await sendNumbers(5, 5)
    const [connected, ...messages] = await client.soFar()
    expect(connected).toMatchObject({ event: 'connected', connectionId: lost.id, reconnectionToken: expect.anything() as string })
    expect(messages.map(({ sequenceId, data }) => [sequenceId, data])).toEqual([
      [3, 3],
      [4, 4],
      [5, 5],
    ])
  })

  it('ignores an acknowledgement of what was never sent', async () => {
    const lost = await rig.open(reliable)
    await sendNumbers(1, 1)
    lost.say({ type: 'sequenceAck', sequenceId: 99 })
    await lost.soFar()
    await lose(lost)
    const client = await recover(lost)
    expect((await client.soFar()).slice(1)).toMatchObject([{ sequenceId: 1 }])
  })

  it('does not get what has outlived its time', async () => {
    const lost = await rig.open(reliable)
    await lose(lost)
    await rig.rest.sendToAll('brief', { messageTtlSeconds: 5 })
    await rig.rest.sendToAll('lasting', { messageTtlSeconds: 25 })
    clock.advance(5_000)
    const client = await recover(lost)
    expect((await client.soFar()).slice(1)).toMatchObject([{ sequenceId: 2, data: 'lasting' }])
  })

  it('remembers which ackIds it has carried out', async () => {
    const lost = await rig.open(reliable, { roles: ['webpubsub.sendToGroup'] })
    await lost.ask({ type: 'sendToGroup', group: 'g', data: 1, ackId: 1 })
    await lose(lost)
    const client = await recover(lost)
    await client.next()
    expect(await client.ask({ type: 'sendToGroup', group: 'g', data: 1, ackId: 1 })).toMatchObject({
      error: { name: 'Duplicate' },
    })
  })

  it('can be recovered for 30 seconds, and not longer', async () => {
    const lost = await rig.open(reliable, { userId: 'ann' })
    await lose(lost)
    clock.advance(29_999)
    expect(await rig.rest.userExists('ann')).toBe(true)
    const client = await recover(lost)
    await lose(client)
    clock.advance(30_000)
    expect(await rig.rest.userExists('ann')).toBe(false)
    const refused = await recover(lost)
    expect(await refused.closed).toEqual({ code: 1008, reason: 'There is no such connection any more.' })
  })

  it.each([
    ['a forged token', async () => 'ey.ey.x'],
    ['an access token', async () => (await rig.rest.getClientAccessToken()).token],
    ['the token of another connection', async () => String((await rig.open(reliable)).connected['reconnectionToken'])],
  ])('is refused to %s by upgrade and 1008, never by an HTTP error', async (_, token) => {
    const lost = await rig.open(reliable)
    const refused = await recover(lost, await token())
    expect((await refused.closed).code).toBe(1008)
    expect(await lost.soFar()).toEqual([])
  })

  it('retires the old socket, which may still look open, and is deaf to it', async () => {
    const old = await rig.open(reliable, { roles: ['webpubsub.sendToGroup'], groups: ['g'] })
    const client = await recover(old)
    old.say({ type: 'sendToGroup', group: 'g', data: 'from the grave' })
    expect((await old.closed).code).toBe(1008)
    await sendNumbers(1, 1)
    expect((await client.soFar()).slice(1)).toMatchObject([{ sequenceId: 1, data: 1 }])
    expect(rig.server.stats()).toMatchObject({ connections: { live: 1, recoverable: 0 } })
  })

  it.each([
    ['1000', 1000],
    ['no code', undefined],
  ])('that closes with %s is gone at once', async (_, code) => {
    const client = await rig.open(reliable, { userId: 'ann' })
    client.socket.close(code)
    await client.closed
    await expect.poll(() => rig.server.stats().connections, soon).toEqual({ live: 0, recoverable: 0 })
  })

  it('that closes with 1001 may come back', async () => {
    const client = await rig.open(reliable)
    client.socket.close(1001)
    await client.closed
    await expect.poll(() => rig.server.stats().connections, soon).toEqual({ live: 0, recoverable: 1 })
  })

  it('that never acknowledges is thrown out at 1,001 messages, for good', async () => {
    const publisher = await rig.open(json, { roles: ['webpubsub.sendToGroup'] })
    const client = await rig.open(reliable, { groups: ['g'] })
    for (let n = 1; n <= 1_000; n++) publisher.say({ type: 'sendToGroup', group: 'g', data: n })
    await publisher.soFar()
    expect((await client.soFar()).at(-1)).toMatchObject({ sequenceId: 1_000 })
    publisher.say({ type: 'sendToGroup', group: 'g', data: 1_001 })
    expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringMatching(/More than 1000 messages/) as string })
    expect((await (await recover(client)).closed).code).toBe(1008)
  })

  it('that is forgotten by the service cannot be recovered', async () => {
    const lost = await rig.open(reliable)
    expect(rig.server.faults.forget()).toBe(1)
    expect((await lost.closed).code).toBe(1006)
    expect((await (await recover(lost)).closed).code).toBe(1008)
  })
})

describe('a plain JSON connection', () => {
  it('is gone with its socket', async () => {
    const client = await rig.open(json, { userId: 'ann' })
    await lose(client)
    expect(await rig.rest.userExists('ann')).toBe(false)
  })

  it('that does not read is dropped once too much waits for it', async () => {
    const client = await rig.open(json, { groups: ['g'] })
    client.socket.pause()
    const text = 'x'.repeat(1_000_000)
    const stillThere = () => rig.rest.groupExists('g')
    let sent = 0
    while ((await stillThere()) && sent < 100) {
      await rig.rest.group('g').sendToAll(text, { contentType: 'text/plain' })
      sent++
    }
    expect(sent).toBeGreaterThan(16)
    client.socket.resume()
    expect(await client.closed).toMatchObject({ code: 1008, reason: expect.stringMatching(/waits to be read/) as string })
  })
})

describe('a peer that is gone without a word', () => {
  it('is found by a ping that it does not answer', async () => {
    const [quiet, well] = await Promise.all([rig.open(json, { userId: 'quiet' }), rig.open(json, { userId: 'well' })])
    quiet.socket.pause()
    for (let round = 0; round < 2; round++) {
      clock.advance(20_000)
      await well.soFar()
    }
    await expect.poll(() => rig.server.stats().connections.live, soon).toBe(1)
    expect(await rig.rest.userExists('well')).toBe(true)
  })
})

describe('the official client', () => {
  it('loses, doubles and reorders nothing while its sockets break in mid-frame', async () => {
    let breaks = 0
    const reroute = await rig.weakLink(() => {
      breaks++
      return breaks > 12 ? Number.POSITIVE_INFINITY : 700 + ((breaks * 977) % 2_000)
    })
    const client = rig.sdk({ groups: ['g'] }, {}, reroute)
    const got: unknown[] = []
    let connections = 0
    client.on('group-message', ({ message }) => got.push(message.data))
    client.on('connected', () => connections++)
    await client.start()
    await until(() => connections === 1, 'the first connection')
    const sent = Array.from({ length: 300 }, (_, n) => n)
    for (const n of sent) await rig.rest.group('g').sendToAll(n)
    await until(() => got.length >= sent.length, 'all messages')
    expect(got).toEqual(sent)
    expect(breaks).toBeGreaterThan(10)
    expect(connections).toBe(1)
  })

  it('recovers from dropped connections without its user noticing', async () => {
    const client = rig.sdk({ userId: 'ann' })
    const got: unknown[] = []
    const seen: string[] = []
    client.on('server-message', ({ message }) => got.push(message.data))
    client.on('connected', () => seen.push('connected'))
    client.on('disconnected', () => seen.push('disconnected'))
    await client.start()
    await until(() => seen.length === 1, 'the first connection')
    for (let n = 0; n < 100; n++) {
      if (n % 20 === 10) rig.server.faults.dropConnections()
      await rig.rest.sendToUser('ann', n)
    }
    await until(() => got.length >= 100, 'all messages')
    expect(got).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(seen).toEqual(['connected'])
  })

  it('starts anew, in its old groups, when the service has forgotten it', async () => {
    const client = rig.sdk({ roles: ['webpubsub.joinLeaveGroups.odds.**'] })
    const seen: string[] = []
    client.on('connected', ({ connectionId }) => seen.push(connectionId))
    client.on('disconnected', () => seen.push('disconnected'))
    await client.start()
    await client.joinGroup('odds.politics')
    rig.server.faults.forget()
    await until(() => seen.length === 3, 'the second connection')
    expect(seen[1]).toBe('disconnected')
    expect(seen[2]).not.toBe(seen[0])
    expect(await rig.rest.groupExists('odds.politics')).toBe(true)
  })
})
