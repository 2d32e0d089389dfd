import type { AddressInfo } from 'node:net'

import { WebPubSubServiceClient } from '@azure/web-pubsub'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WebSocket as PeerSocket, WebSocketServer } from 'ws'

import { startWebPubSub, type WebPubSubServer } from '../../../infra/local/web-pubsub/server.ts'
import { OddsSocket, type SocketListener } from '../../../functions/view/client/socket.ts'

/** Everything a socket told, in order, as `name` or `name: text`. */
class Told implements SocketListener {
  readonly all: string[] = []
  readonly received = (data: unknown) => void this.all.push(`received: ${JSON.stringify(data)}`)
  readonly joined = () => void this.all.push('joined')
  readonly recovered = () => void this.all.push('recovered')
  readonly dropped = (reason: string) => void this.all.push(`dropped: ${reason}`)
  readonly lost = (reason: string) => void this.all.push(`lost: ${reason}`)
  readonly missed = (reason: string) => void this.all.push(`missed: ${reason}`)

  async until(count: number): Promise<string[]> {
    const giveUpAtMs = Date.now() + 5_000
    while (this.all.length < count) {
      if (Date.now() > giveUpAtMs) throw new Error(`only told ${JSON.stringify(this.all)}`)
      await new Promise((resolve) => {
        setTimeout(resolve, 5)
      })
    }
    return this.all
  }
}

let nowMs = 0
const clock = () => nowMs
const closing: (() => unknown)[] = []
beforeEach(() => {
  nowMs = 0
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function open(url: string, groups: readonly string[]): { socket: OddsSocket; told: Told } {
  const told = new Told()
  const socket = new OddsSocket(url, groups, told, clock)
  closing.push(() => socket.close())
  return { socket, told }
}

describe('the socket, at the local Web PubSub service', () => {
  let server: WebPubSubServer
  let rest: WebPubSubServiceClient
  const politics = (n: number) => rest.group('odds.politics').sendToAll({ n })
  const url = async () => (await rest.getClientAccessToken({ roles: ['webpubsub.joinLeaveGroups.odds.**'] })).url

  beforeEach(async () => {
    server = await startWebPubSub({ port: 0 })
    closing.push(() => server.close())
    rest = new WebPubSubServiceClient(server.connectionString, 'odds', { allowInsecureConnection: true })
  })

  it('joins every group before it says so, then gives what is sent there, in order', async () => {
    const { told } = open(await url(), ['odds.politics', 'odds.feeds'])
    await told.until(1)
    await politics(1)
    await rest.group('odds.feeds').sendToAll({ n: 2 })
    await rest.group('odds.sports').sendToAll({ n: 3 })
    await politics(4)
    expect(await told.until(4)).toEqual(['joined', 'received: {"n":1}', 'received: {"n":2}', 'received: {"n":4}'])
  })

  it('goes on after a drop with all that was sent meanwhile, once each (I3)', async () => {
    const { socket, told } = open(await url(), ['odds.politics'])
    await told.until(1)
    await politics(1)
    await told.until(2)
    server.faults.dropConnections()
    await told.until(3)
    await politics(2)
    socket.recover()
    await told.until(5)
    await politics(3)
    expect(await told.until(6)).toEqual([
      'joined',
      'received: {"n":1}',
      'dropped: the server cannot be reached',
      'recovered',
      'received: {"n":2}',
      'received: {"n":3}',
    ])
  })

  it('is told when its place is gone, although the refusal looks like an open socket at first', async () => {
    const { socket, told } = open(await url(), ['odds.politics'])
    await told.until(1)
    server.faults.forget()
    await told.until(2)
    socket.recover()
    const [, dropped, lost] = await told.until(3)
    expect(dropped).toMatch(/^dropped/)
    expect(lost).toMatch(/^lost: /)
    expect(told.all).not.toContain('recovered')
  })

  it('says that it is dropped again when the server cannot be reached for a recovery', async () => {
    const { socket, told } = open(await url(), ['odds.politics'])
    await told.until(1)
    server.faults.dropConnections()
    await told.until(2)
    server.faults.refuseConnections({ status: 503, count: 1 })
    socket.recover()
    expect(await told.until(3)).toEqual(['joined', expect.stringMatching(/^dropped/), 'dropped: the server cannot be reached'])
    socket.recover()
    expect((await told.until(4))[3]).toBe('recovered')
  })

  it('is lost, with the service’s own words, when a group is not for it', async () => {
    const { told } = open(await url(), ['odds.politics', 'secret'])
    expect(await told.until(1)).toEqual([expect.stringMatching(/^lost: .*permission.*secret/)])
  })

  it('is lost when it is not let in at all', async () => {
    server.faults.refuseConnections({ status: 503, count: 1 })
    const { told } = open(await url(), ['odds.politics'])
    expect(await told.until(1)).toEqual(['lost: the server cannot be reached'])
  })

  it('acknowledges by count, so that a burst above the service’s limit of 1,000 does not end it', async () => {
    const { told } = open(await url(), ['odds.politics'])
    await told.until(1)
    for (let i = 0; i < 15; i++) await Promise.all(Array.from({ length: 100 }, (_, k) => politics(i * 100 + k)))
    expect(new Set(await told.until(1_501)).size).toBe(1_501)
  })
})

describe('the socket, at a peer that misbehaves', () => {
  const connected = { type: 'system', event: 'connected', userId: null, connectionId: 'c', reconnectionToken: 't' }

  async function peer(answer: (said: { type: string; ackId?: number }, socket: PeerSocket) => void): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    closing.push(() => {
      for (const client of server.clients) client.terminate()
      server.close()
    })
    server.on('connection', (socket) => {
      socket.send(JSON.stringify(connected))
      socket.on('message', (raw: Buffer) => answer(JSON.parse(raw.toString()) as { type: string }, socket))
    })
    await new Promise((resolve) => {
      server.once('listening', resolve)
    })
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/client/hubs/odds?access_token=x`
  }

  const joins = (more: (socket: PeerSocket) => void) => (said: { type: string; ackId?: number }, socket: PeerSocket) => {
    if (said.type !== 'joinGroup') return
    socket.send(JSON.stringify({ type: 'ack', ackId: said.ackId, success: true }))
    more(socket)
  }
  const sent = (sequenceId: number) =>
    JSON.stringify({ type: 'message', from: 'group', group: 'g', dataType: 'json', data: sequenceId, sequenceId })

  it('notices silence: soon after a probe, else by its ping every 20 s', async () => {
    const url = await peer(joins(() => {}))
    const { socket, told } = open(url, ['g'])
    await told.until(1)
    nowMs = 19_000
    socket.beat()
    socket.probe()
    nowMs = 23_000
    socket.beat()
    expect(told.all).toEqual(['joined'])
    nowMs = 23_001
    socket.beat()
    expect(told.all).toEqual(['joined', 'dropped: the server has gone silent'])

    const other = open(url, ['g'])
    await other.told.until(1)
    nowMs += 20_000
    other.socket.beat()
    nowMs += 10_001
    other.socket.beat()
    expect(other.told.all).toEqual(['joined', 'dropped: the server has gone silent'])
  })

  it('does not wait for ever to be let in', async () => {
    const { socket, told } = open(await peer(() => {}), ['g'])
    nowMs = 10_001
    socket.beat()
    expect(told.all).toEqual(['lost: the server did not answer in time'])
  })

  it('drops what it has seen, and tells of what never came', async () => {
    const url = await peer(
      joins((socket) => {
        for (const sequenceId of [1, 2, 2, 1, 5]) socket.send(sent(sequenceId))
      }),
    )
    const { told } = open(url, ['g'])
    expect(await told.until(5)).toEqual([
      'joined',
      'received: 1',
      'received: 2',
      'missed: 2 messages were not delivered',
      'received: 5',
    ])
  })

  it('tells of a frame that it cannot read, and passes over kinds it does not know', async () => {
    const url = await peer(
      joins((socket) => {
        socket.send('{"type":"invoke"}')
        socket.send('not json')
        socket.send(sent(1))
      }),
    )
    const { told } = open(url, ['g'])
    expect(await told.until(3)).toEqual([
      'joined',
      expect.stringMatching(/^missed: a frame of the stream could not be read/),
      'received: 1',
    ])
  })

  it('is lost in the server’s words when that ends the connection', async () => {
    const url = await peer(
      joins((socket) => {
        socket.send(JSON.stringify({ type: 'system', event: 'disconnected', message: 'closed by an administrator' }))
      }),
    )
    const { told } = open(url, ['g'])
    expect(await told.until(2)).toEqual(['joined', 'lost: closed by an administrator'])
  })
})
