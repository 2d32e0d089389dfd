import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'

import type { Replay } from '../../scripts/replay/server.ts'
import { type Replaying, replaying, timed } from './replaying.ts'

const change = (id: string, ltp: number) => ({ id, rc: [{ id: 7, ltp }] })
const opening = (id: string, eventTypeId: string) => ({
  id,
  marketDefinition: { status: 'OPEN', eventTypeId, runners: [{ id: 7 }] },
})
const frame = (afterMs: number, ...tokens: string[]) => ({
  recv_ms: 5_000 + afterMs,
  payload: JSON.stringify({ timestamp: `${5_000 + afterMs}`, price_changes: tokens.map((asset_id) => ({ asset_id })) }),
})

let recorded: Replaying
beforeAll(async () => {
  recorded = await replaying({
    'betfair/1.1.jsonl.gz': [
      { op: 'mcm', clk: null, pt: 1_000, mc: [opening('1.1', '7')] },
      { op: 'mcm', clk: null, pt: 2_000, mc: [change('1.1', 2)] },
      { op: 'mcm', clk: null, pt: 4_000, mc: [change('1.1', 3)] },
    ],
    'betfair/1.2.jsonl.gz': [
      { op: 'mcm', clk: 'AAA', pt: 90_500, mc: [opening('1.2', '4339')] },
      { op: 'mcm', clk: 'AAB', pt: 92_000, mc: [change('1.2', 9)] },
    ],
    'polymarket/enrico-ws-frames/frames.jsonl': [frame(0, '11', '12'), frame(100, '21'), frame(200, '11')],
  })
})
afterAll(() => recorded.end())

type Line = {
  op: string
  id?: number
  statusCode?: string
  errorCode?: string
  clk?: string
  pt?: number
  ct?: string
  segmentType?: string
  mc?: { id: string; img?: boolean }[]
}

async function reader({ settings }: Replay) {
  const { hostname, port } = new URL(settings['BETFAIR_URL'] ?? '')
  const socket: Socket = connect(Number(port), hostname)
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  return {
    say: (message: object) => socket.write(`${JSON.stringify(message)}\r\n`),
    next: async () => JSON.parse(((await lines.next()) as { value: string }).value) as Line,
    end: () => socket.destroy(),
    async subscribe(more: object = {}) {
      await this.next()
      this.say({ op: 'authentication', id: 1, appKey: 'key', session: 'session' })
      expect(await this.next()).toMatchObject({ op: 'status', id: 1, statusCode: 'SUCCESS' })
      this.say({ op: 'marketSubscription', id: 2, marketFilter: {}, ...more })
      expect(await this.next()).toMatchObject({ op: 'status', id: 2, statusCode: 'SUCCESS' })
    },
  }
}

const shown = ({ pt, ct, mc = [] }: Line) => [pt, ct, mc.map(({ id, img }) => `${id}${img ? ' img' : ''}`).join()]

describe('the replay of Betfair', () => {
  it('greets, wants to know who asks, and then plays all markets as begun together', async () => {
    const own = await reader(await recorded.start())
    await own.subscribe()
    const lines: Line[] = []
    for (let i = 0; i < 5; i++) lines.push(await own.next())
    expect(lines.map(({ segmentType }) => segmentType)).toEqual(['SEG_START', 'SEG_END', undefined, undefined, undefined])
    expect(lines.map(shown)).toEqual([
      [1_000, 'SUB_IMAGE', '1.1 img'],
      [90_500, 'SUB_IMAGE', '1.2 img'],
      [2_000, undefined, '1.1'],
      [92_000, undefined, '1.2'],
      [4_000, undefined, '1.1'],
    ])
    own.end()
  })

  it('goes on after the clk that a subscription brings', async () => {
    const replay = await recorded.start()
    const first = await reader(replay)
    await first.subscribe()
    const clk = [await first.next(), await first.next(), await first.next()][2]?.clk
    first.end()
    const second = await reader(replay)
    await second.subscribe({ clk, initialClk: 'replay' })
    expect([shown(await second.next()), shown(await second.next())]).toEqual([
      [92_000, 'RESUB_DELTA', '1.2'],
      [4_000, undefined, '1.1'],
    ])
    second.end()
  })

  it('shows the markets that the filter asks for', async () => {
    const own = await reader(await recorded.start())
    await own.subscribe({ marketFilter: { eventTypeIds: ['4339'] } })
    expect([shown(await own.next()), shown(await own.next())]).toEqual([
      [90_500, 'SUB_IMAGE', '1.2 img'],
      [92_000, undefined, '1.2'],
    ])
    own.end()
  })

  it('goes by the recorded times, and begins anew later than it ended', async () => {
    const replay = await recorded.start(timed(2, true))
    const own = await reader(replay)
    await own.subscribe({ marketFilter: { marketIds: ['1.1'] } })
    expect(shown(await own.next())).toEqual([1_000, 'SUB_IMAGE', '1.1 img'])
    recorded.clock.advance(500)
    expect(shown(await own.next())).toEqual([2_000, undefined, '1.1'])
    recorded.clock.advance(1_000)
    expect(shown(await own.next())).toEqual([4_000, undefined, '1.1'])
    recorded.clock.advance(1_000)
    expect(shown(await own.next())).toEqual([6_000, undefined, '1.1 img'])
    own.end()
    const late = await reader(replay)
    await late.subscribe({ marketFilter: { marketIds: ['1.1'] } })
    expect(shown(await late.next())).toEqual([6_000, 'SUB_IMAGE', '1.1 img'])
    late.end()
  })

  it('beats while nothing is said', async () => {
    const own = await reader(await recorded.start(timed(0.1)))
    await own.subscribe({ heartbeatMs: 600 })
    for (const opened of ['1.1 img', '1.2 img']) expect(shown(await own.next())[2]).toBe(opened)
    recorded.clock.advance(600)
    expect(await own.next()).toEqual({ op: 'mcm', id: 2, clk: '0.1', pt: 90_500, ct: 'HEARTBEAT' })
    own.end()
  })

  it.each([
    ['NO_SESSION', { op: 'authentication', id: 1, appKey: 'key' }],
    ['NO_APP_KEY', { op: 'authentication', id: 1, session: 'session' }],
    ['NOT_AUTHORIZED', { op: 'marketSubscription', id: 1 }],
    ['INVALID_INPUT', { op: 'orderSubscription', id: 1 }],
  ])('answers %s', async (errorCode, request) => {
    const own = await reader(await recorded.start())
    await own.next()
    own.say(request)
    expect(await own.next()).toMatchObject({ op: 'status', statusCode: 'FAILURE', errorCode, connectionClosed: true })
    own.end()
  })
})

describe('the replay of the Polymarket socket', () => {
  async function subscriber({ settings }: Replay, tokens: string[]) {
    const socket = new WebSocket(settings['POLYMARKET_CLOB_URL'] ?? '')
    const words: string[] = []
    socket.on('message', (message: Buffer) => words.push(message.toString()))
    await once(socket, 'open')
    socket.send(JSON.stringify({ assets_ids: tokens, type: 'market' }))
    return { socket, words }
  }

  it('tells of the tokens that were subscribed to, and answers PING', async () => {
    const { socket, words } = await subscriber(await recorded.start(), ['21'])
    while (words.length < 1) await once(socket, 'message')
    socket.send('PING')
    while (words.length < 2) await once(socket, 'message')
    expect(words).toEqual(['{"timestamp":"5100","price_changes":[{"asset_id":"21"}]}', 'PONG'])
    socket.terminate()
  })

  it('tells everything to whoever names no token', async () => {
    const { socket, words } = await subscriber(await recorded.start(), [])
    while (words.length < 3) await once(socket, 'message')
    expect(words.map((word) => (JSON.parse(word) as { timestamp: string }).timestamp)).toEqual(['5000', '5100', '5200'])
    socket.terminate()
  })
})
