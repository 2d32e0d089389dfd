import { SendMessageError } from '@azure/web-pubsub-client'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { readRequest } from '../../infra/local/web-pubsub/client/frames.ts'
import { json, reliable, Rig, soon } from './web-pubsub-rig.ts'

const everything = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup']

let rig: Rig
beforeEach(async () => {
  rig = await Rig.start()
})
afterEach(() => rig.stop())

describe('groups', () => {
  it('carries what one client sends to the others, and acknowledges after delivering', async () => {
    const [ann, bob] = await Promise.all([
      rig.open(json, { userId: 'ann', roles: everything, groups: ['g'] }),
      rig.open(reliable, { groups: ['g'] }),
    ])
    ann.say({ type: 'sendToGroup', group: 'g', dataType: 'json', data: { price: 1.5 }, ackId: 1 })
    const message = { type: 'message', from: 'group', fromUserId: 'ann', group: 'g', dataType: 'json', data: { price: 1.5 } }
    expect(await ann.next()).toEqual(message)
    expect(await ann.next()).toEqual({ type: 'ack', ackId: 1, success: true })
    expect(await bob.next()).toEqual({ ...message, sequenceId: 1 })
  })

  it('spares the sender with noEcho', async () => {
    const ann = await rig.open(json, { roles: everything, groups: ['g'] })
    ann.say({ type: 'sendToGroup', group: 'g', dataType: 'text', data: 'hi', noEcho: true })
    expect(await ann.soFar()).toEqual([])
  })

  it('are joined and left', async () => {
    const ann = await rig.open(json, { roles: everything })
    expect(await ann.ask({ type: 'joinGroup', group: 'g', ackId: 1 })).toEqual({ type: 'ack', ackId: 1, success: true })
    ann.say({ type: 'sendToGroup', group: 'g', dataType: 'text', data: 'in' })
    expect(await ann.next()).toMatchObject({ data: 'in', fromUserId: null })
    await ann.ask({ type: 'leaveGroup', group: 'g', ackId: 2 })
    ann.say({ type: 'sendToGroup', group: 'g', dataType: 'text', data: 'out' })
    expect(await ann.soFar()).toEqual([])
  })

  it('keep binary data as base64, and raw for a client without a subprotocol', async () => {
    const [ann, raw] = await Promise.all([
      rig.open(json, { roles: everything, groups: ['g'] }),
      rig.open(undefined, { groups: ['g'] }),
    ])
    ann.say({ type: 'sendToGroup', group: 'g', dataType: 'binary', data: 'AQID' })
    expect(await ann.next()).toMatchObject({ dataType: 'binary', data: 'AQID' })
    expect(await raw.nextRaw()).toEqual(Buffer.from([1, 2, 3]))
    ann.say({ type: 'sendToGroup', group: 'g', data: { a: [1] } })
    expect((await raw.nextRaw()).toString()).toBe('{"a":[1]}')
  })

  it('take what a plain client sends in sendToGroup mode', async () => {
    const ann = await rig.open(json, { groups: ['g'] })
    const raw = await rig.open(undefined, { roles: everything, userId: 'raw' }, '&webpubsub_mode=sendToGroup&group=g')
    raw.socket.send('hello')
    expect(await ann.next()).toMatchObject({ from: 'group', fromUserId: 'raw', dataType: 'text', data: 'hello' })
  })
})

describe('frames', () => {
  it.each([125, 126, 127, 65_535, 65_536, 200_000])('of %i bytes arrive whole', async (bytes) => {
    const clients = await Promise.all([rig.open(json), rig.open(reliable), rig.open(undefined)])
    const envelope = JSON.stringify({ type: 'message', from: 'server', dataType: 'text', data: '' }).length
    const text = 'x'.repeat(bytes - envelope)
    await rig.rest.sendToAll(text, { contentType: 'text/plain' })
    expect(await clients[0].next()).toMatchObject({ data: text })
    expect(await clients[1].next()).toMatchObject({ data: text, sequenceId: 1 })
    expect((await clients[2].nextRaw()).toString()).toBe(text)
  })

  it("keep each connection's own numbers when many leave in one write", async () => {
    const groups = ['g']
    const early = await rig.open(reliable, { groups })
    await rig.rest.sendToAll('before')
    const [late, plain] = await Promise.all([rig.open(reliable, { groups }), rig.open(json, { groups })])
    const publisher = await rig.open(json, { roles: everything })
    for (let n = 1; n <= 20; n++) publisher.say({ type: 'sendToGroup', group: 'g', data: n })
    await publisher.soFar()
    const numbers = Array.from({ length: 20 }, (_, at) => at + 1)
    expect((await early.soFar()).slice(1).map(({ data, sequenceId }) => [data, sequenceId])).toEqual(
      numbers.map((n) => [n, n + 1]),
    )
    expect((await late.soFar()).map(({ data, sequenceId }) => [data, sequenceId])).toEqual(numbers.map((n) => [n, n]))
    expect((await plain.soFar()).map(({ data, sequenceId }) => [data, sequenceId])).toEqual(numbers.map((n) => [n, undefined]))
  })

  it('are read or refused, whatever they hold, and never break the reader', () => {
    const type = fc.constantFrom('joinGroup', 'leaveGroup', 'sendToGroup', 'event', 'ping', 'sequenceAck')
    const oddFrame = fc
      .record(
        { type, group: fc.jsonValue(), ackId: fc.jsonValue(), data: fc.jsonValue(), dataType: fc.jsonValue() },
        { requiredKeys: [] },
      )
      .map((frame) => JSON.stringify(frame))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), oddFrame), (text) => {
        expect(['request', 'bad', 'malformed']).toContain(readRequest(text).kind)
      }),
    )
  })
})

describe('permission', () => {
  const forbidden = (doing: string, group: string) => ({
    success: false,
    error: { name: 'Forbidden', message: `The client does not have permission to ${doing} group '${group}'.` },
  })

  it('is denied without a role', async () => {
    const ann = await rig.open(json)
    expect(await ann.ask({ type: 'joinGroup', group: 'g', ackId: 1 })).toMatchObject(forbidden('join', 'g'))
    expect(await ann.ask({ type: 'leaveGroup', group: 'g', ackId: 2 })).toMatchObject(forbidden('leave', 'g'))
    expect(await ann.ask({ type: 'sendToGroup', group: 'g', data: 1, ackId: 3 })).toMatchObject(forbidden('send to', 'g'))
  })

  it('reaches as far as its wildcard', async () => {
    const ann = await rig.open(reliable, { roles: ['webpubsub.joinLeaveGroups.odds.**'] })
    expect(await ann.ask({ type: 'joinGroup', group: 'odds.politics.predictit:7053', ackId: 1 })).toMatchObject({ success: true })
    expect(await ann.ask({ type: 'joinGroup', group: 'odds-5s.politics', ackId: 2 })).toMatchObject(
      forbidden('join', 'odds-5s.politics'),
    )
    expect(await ann.ask({ type: 'sendToGroup', group: 'odds.politics', data: 1, ackId: 3 })).toMatchObject({ success: false })
  })

  it('reaches the official client as a named error', async () => {
    const client = rig.sdk({}, { messageRetryOptions: { maxRetries: 0 } })
    await client.start()
    const failure = await client.joinGroup('g').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(SendMessageError)
    expect((failure as SendMessageError).errorDetail?.name).toBe('Forbidden')
  })
})

describe('acknowledgements', () => {
  it('say Duplicate for an ackId already carried out, and do not carry it out again', async () => {
    const ann = await rig.open(json, { roles: everything, groups: ['g'] })
    const frame = { type: 'sendToGroup', group: 'g', dataType: 'text', data: 'once', ackId: 7 }
    ann.say(frame)
    ann.say(frame)
    expect(await ann.soFar()).toEqual([
      expect.objectContaining({ data: 'once' }),
      { type: 'ack', ackId: 7, success: true },
      {
        type: 'ack',
        ackId: 7,
        success: false,
        error: { name: 'Duplicate', message: 'Message with ack-id: 7 has been processed' },
      },
    ])
  })

  it('let a refused request be repeated once it is allowed', async () => {
    const ann = await rig.open(json)
    expect(await ann.ask({ type: 'joinGroup', group: 'g', ackId: 1 })).toMatchObject({ success: false })
    await rig.rest.grantPermission(ann.id, 'joinLeaveGroup', { targetName: 'g' })
    expect(await ann.ask({ type: 'joinGroup', group: 'g', ackId: 1 })).toMatchObject({ success: true })
  })

  it('are silent without an ackId', async () => {
    const ann = await rig.open(json)
    ann.say({ type: 'joinGroup', group: 'g' })
    ann.say({ type: 'sendToGroup', group: ' ', data: 1 })
    expect(await ann.soFar()).toEqual([])
  })

  it.each([
    [{ type: 'joinGroup', group: ' ' }, /1 to 1024 characters/],
    [{ type: 'sendToGroup', group: 'g', dataType: 'text', data: 5 }, /must be a string/],
    [{ type: 'sendToGroup', group: 'g', dataType: 'binary', data: '***' }, /must be base64/],
    [{ type: 'sendToGroup', group: 'g', dataType: 'protobuf', data: 'AA==' }, /dataType 'protobuf' is not supported/],
    [{ type: 'sendToGroup', group: 'g', data: 1, ttlSeconds: 301 }, /from 0 to 300/],
    [{ type: 'sendToGroup', group: 'g', stream: { streamId: 's' } }, /'stream' is not supported/],
    [{ type: 'event', event: '1', data: 1 }, /'1' is not an event name/],
  ])('say BadRequest to %j', async (frame, problem) => {
    const ann = await rig.open(json, { roles: everything })
    expect(await ann.ask({ ...frame, ackId: 1 })).toMatchObject({
      success: false,
      error: { name: 'BadRequest', message: expect.stringMatching(problem) as string },
    })
  })

  it('say by name that nobody handles an event', async () => {
    const ann = await rig.open(json)
    expect(await ann.ask({ type: 'event', event: 'bet', dataType: 'text', data: 'x', ackId: 1 })).toMatchObject({
      success: false,
      error: {
        name: 'InternalServerError',
        message: expect.stringMatching(/Hub 'odds' has no event handler for 'bet'/) as string,
      },
    })
  })
})

describe('ending', () => {
  it.each([
    ['not JSON', 'not json', 1007, /must be one JSON object/],
    ['no object', '[1]', 1007, /JSON object with a type/],
    ['an unknown type', '{"type":"dance"}', 1007, /Frames of type 'dance' are not supported/],
    ['a frame only newer services know', '{"type":"invoke","invocationId":"1"}', 1007, /'invoke' are not supported/],
    ['a field of a wrong kind', '{"type":"joinGroup","group":1}', 1007, /'joinGroup' frame is malformed/],
    ['sequenceAck outside the reliable protocol', '{"type":"sequenceAck","sequenceId":1}', 1007, /belongs to json.reliable/],
  ])('with a reason after %s', async (_, text, code, reason) => {
    const ann = await rig.open(json)
    ann.say(text)
    expect(await ann.next()).toMatchObject({
      type: 'system',
      event: 'disconnected',
      message: expect.stringMatching(reason) as string,
    })
    const closed = await ann.closed
    expect(closed.code).toBe(code)
    expect(closed.reason).toMatch(reason)
  })

  it('with 1003 after a binary frame', async () => {
    const ann = await rig.open(json)
    ann.socket.send(Buffer.from([1]))
    expect((await ann.closed).code).toBe(1003)
  })

  it('with 1009 after a frame of more than a megabyte', async () => {
    const ann = await rig.open(reliable)
    ann.say('x'.repeat(1_048_577))
    expect((await ann.closed).code).toBe(1009)
    await expect.poll(() => rig.server.stats().connections, soon).toEqual({ live: 0, recoverable: 0 })
  })

  it('with 1011 when a plain client sends an event that nobody handles', async () => {
    const raw = await rig.open(undefined)
    raw.socket.send('hello')
    expect(await raw.closed).toEqual({ code: 1011, reason: expect.stringMatching(/no event handler for 'message'/) as string })
  })

  it('with 1001 when the server goes', async () => {
    const other = await Rig.start()
    const ann = await other.open(json)
    await other.server.close()
    expect((await ann.closed).code).toBe(1001)
  })
})
